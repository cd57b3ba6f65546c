// The last layer of a classifier on features that stay as they are: trained with a secret random term, and unlearned from by
// certified removal. What has to be known later stands in the recipe.
import { createHash, randomBytes } from 'node:crypto';
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { applyGraph } from '../architectures/layers-model/forward.ts';
import { type Engine, elementCount, float32, type HostTensors } from '../domain/engine.ts';
import type { LayerNode } from '../domain/layer-graph.ts';
import type { CertifiedHead, CertifiedOptions } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import { featureNorm, removeRows, residualBudget, stored } from '../training/certified-head.ts';
import { type ExampleRow, stackExamples } from '../training/classification.ts';
import { type HeadRows, minimiseHead } from '../training/convex-head.ts';

/** Rows of one pass: one size, so that a row has the same features whoever else is looked at. */
const ROWS = 64;
/** Features and weights that float64 in plain loops is quick enough for. */
const MOST_FEATURES = 2048;

interface Certified {
  config: ClassifierConfig;
  weights: HostTensors;
}
export interface CertifiedResult {
  weights: HostTensors;
  certified: CertifiedHead;
}

const refuse = (what: string, remedy: string) => new ExpungeError('validation-failed', `${what}: ${remedy}`);

/** The layer that is trained. Throws `validation-failed` for a model that ends in no Dense layer of vectors. */
function headOf({ graph }: ClassifierConfig): LayerNode {
  const head = graph.nodes.find(({ name }) => name === graph.outputs[0])!;
  const { className, weights } = head;
  if (className !== 'Dense') throw refuse('The model does not end in a Dense layer', 'certified removal needs one.');
  const [width] = weights.kernel!.shape as [number, number];
  const shared = graph.nodes.some((node) => node !== head && node.weights.kernel?.name === weights.kernel!.name);
  if (shared) throw refuse('The last layer has its weights in common with another one', 'give it its own.');
  if (width < MOST_FEATURES) return head;
  throw refuse(`The last layer has ${width} inputs`, `certified removal takes less than ${MOST_FEATURES}.`);
}

/** What the last layer sees of each row, with a last 1 where it has a bias. */
async function headRows(
  engine: Engine,
  { config, weights }: Certified,
  rows: readonly ExampleRow[],
): Promise<HeadRows> {
  const head = headOf(config);
  const [size, outputs] = head.weights.kernel!.shape as [number, number];
  const graph = { ...config.graph, nodes: config.graph.nodes.filter((node) => node !== head), outputs: [...head.from] };
  const state = engine.createState(weights);
  const step = engine.compileStep(
    (tensors, { seen }) => ({
      outputs: { features: engine.tf.reshape(applyGraph(engine.tf, graph, tensors, [seen!])[0]!, [ROWS, size]) },
    }),
    state,
  );
  const width = size + (head.weights.bias ? 1 : 0);
  const features = new Float64Array(rows.length * width).fill(1);
  for (let from = 0; from < rows.length; from += ROWS) {
    const own = rows.slice(from, from + ROWS);
    const filled = [...own, ...new Array<ExampleRow>(ROWS - own.length).fill(own[0]!)];
    const { data } = (await step({ seen: stackExamples(filled).ids! })).features!;
    own.forEach((_, i) => {
      features.set(data.subarray(i * size, (i + 1) * size), (from + i) * width);
    });
  }
  state.dispose();
  return { features, labels: Int32Array.from(rows, ({ ids }) => ids[1]!), width, outputs };
}

/** The head's weights as one matrix, the bias its last row. */
function headWeights({ config, weights }: Certified): Float64Array {
  const { kernel, bias } = headOf(config).weights;
  return Float64Array.from([...weights[kernel!.name]!.data, ...(bias ? weights[bias.name]!.data : [])]);
}

function withHead({ config, weights }: Certified, head: Float64Array): HostTensors {
  const { kernel, bias } = headOf(config).weights;
  const size = elementCount(kernel!.shape);
  const part = (from: number, to: number, shape: number[]) =>
    float32(Float32Array.from(head.subarray(from, to)), shape);
  return {
    ...weights,
    [kernel!.name]: part(0, size, kernel!.shape),
    ...(bias ? { [bias.name]: part(size, head.length, bias.shape) } : {}),
  };
}

/** Digests of the head and of everything that its features come from. */
function digestsOf({ config, weights }: Certified): { head: string; features: string } {
  const own = new Set(Object.values(headOf(config).weights).map(({ name }) => name));
  const digest = (ofHead: boolean) => {
    const hash = createHash('sha256');
    for (const name of Object.keys(weights).sort()) {
      if (own.has(name) !== ofHead) continue;
      const { buffer, byteOffset, byteLength } = weights[name]!.data;
      hash.update(`${name}\n`).update(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return `sha256:${hash.digest('hex')}`;
  };
  return { head: digest(true), features: digest(false) };
}

/** Standard normal numbers that nobody can make again: who knew them could tell what was removed. */
function secretNormals(count: number): Float64Array {
  const uniform = () => (randomBytes(6).readUIntBE(0, 6) + 1) / 2 ** 48;
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

/**
 * Trains the last layer to its minimum, with a random linear term that is kept nowhere. Throws `validation-failed` for a model that it
 * cannot be done for, and for noise too little to remove anything.
 */
export async function trainCertified(
  engine: Engine,
  model: Certified,
  rows: readonly ExampleRow[],
  options: CertifiedOptions,
): Promise<CertifiedResult> {
  const { sigma, lambda } = options;
  const data = await headRows(engine, model, rows);
  const noise = secretNormals(data.width * data.outputs).map((value) => sigma * value);
  const { weights: minimum, residual } = minimiseHead({ rows: data, lambda, noise });
  const { weights: head, moved } = stored(minimum, { rows: data, lambda, norm: featureNorm(data) });
  const [budget, spent] = [residualBudget(options), residual + moved];
  if (spent >= budget)
    throw refuse(`sigma ${sigma} allows a residual of ${budget}, and training leaves ${spent}`, 'take a larger sigma.');
  const weights = withHead(model, head);
  return { weights, certified: { ...options, budget, spent, ...digestsOf({ ...model, weights }) } };
}

/** Throws `recipe-missing` where the features are not those that the head was trained on. */
export function assertFeatures(model: Certified, { features }: CertifiedHead): void {
  if (digestsOf(model).features === features) return;
  throw new ExpungeError(
    'recipe-missing',
    'The features of the model were changed since its last layer was certified: train it anew with expunge train --certified.',
  );
}

/** One Newton step, if the budget still has room for it. Throws `compute-failed` where it has not, or where the head was changed. */
export async function removeCertified(
  engine: Engine,
  model: Certified,
  certified: CertifiedHead,
  sets: { stay: readonly ExampleRow[]; go: readonly ExampleRow[] },
): Promise<CertifiedResult> {
  assertFeatures(model, certified);
  if (digestsOf(model).head !== certified.head)
    throw new ExpungeError(
      'compute-failed',
      'The last layer was changed by another method since it was certified, and is no minimum any more: retrain.',
    );
  const [stay, go] = [await headRows(engine, model, sets.stay), await headRows(engine, model, sets.go)];
  const { lambda, budget } = certified;
  const removed = removeRows({ weights: headWeights(model), stay, go, lambda, norm: featureNorm(stay) });
  const spent = certified.spent + removed.spent;
  if (spent > budget)
    throw new ExpungeError(
      'compute-failed',
      `The budget of certified removal is spent: the bound would be ${spent} and ${budget} is allowed. Retrain.`,
    );
  const weights = withHead(model, removed.weights);
  return { weights, certified: { ...certified, spent, ...digestsOf({ ...model, weights }) } };
}
