// What a classifier with a certified last layer is made of: that layer's weights, what it sees of each row, and digests of both.
import { createHash } from 'node:crypto';
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { applyGraph } from '../architectures/layers-model/forward.ts';
import { type Engine, elementCount, float32, type HostTensors } from '../domain/engine.ts';
import type { LayerNode } from '../domain/layer-graph.ts';
import { ExpungeError } from '../errors.ts';
import { type ExampleRow, labelOf, stackExamples } from '../training/classification.ts';
import type { HeadRows } from '../training/convex-head.ts';

/** Rows of one pass: one size, so that a row has the same features whoever else is looked at. */
const ROWS = 64;
/** Features that float64 in plain loops is quick enough for. */
const MOST_FEATURES = 2048;

export interface CertifiedModel {
  config: ClassifierConfig;
  weights: HostTensors;
}

export const refuse = (what: string, remedy: string) => new ExpungeError('validation-failed', `${what}: ${remedy}`);

/** The layer that is trained. Throws `validation-failed` for a model that does not end in one linear layer of its own. */
export function headOf({ graph }: ClassifierConfig): LayerNode {
  if (graph.outputs.length > 1)
    throw refuse(
      `The model ends in ${graph.outputs.length} layers`,
      'certified removal is for one, not for an ensemble.',
    );
  const head = graph.nodes.find(({ name }) => name === graph.outputs[0])!;
  const { className, config, weights } = head;
  if (className !== 'Dense') throw refuse('The model does not end in a Dense layer', 'certified removal needs one.');
  // an activation between the layer and softmax would make its cost another one, and no convex one
  if ((config.activation ?? 'linear') !== 'linear')
    throw refuse(`The last layer has the activation ${config.activation}`, 'certified removal needs a linear one.');
  const [width] = weights.kernel!.shape as [number, number];
  const shared = graph.nodes.some((node) => node !== head && node.weights.kernel?.name === weights.kernel!.name);
  if (shared) throw refuse('The last layer has its weights in common with another one', 'give it its own.');
  if (width < MOST_FEATURES) return head;
  throw refuse(`The last layer has ${width} inputs`, `certified removal takes less than ${MOST_FEATURES}.`);
}

/** What the last layer sees of each row, with a last 1 where it has a bias. */
export async function headRows(
  engine: Engine,
  { config, weights }: CertifiedModel,
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
  return { features, labels: Int32Array.from(rows, labelOf), width, outputs };
}

/** The head's weights as one matrix, the bias its last row. */
export function headWeights({ config, weights }: CertifiedModel): Float64Array {
  const { kernel, bias } = headOf(config).weights;
  return Float64Array.from([...weights[kernel!.name]!.data, ...(bias ? weights[bias.name]!.data : [])]);
}

export function withHead({ config, weights }: CertifiedModel, head: Float64Array): HostTensors {
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

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Digests of the head and of everything that its features come from. */
export function digestsOf({ config, weights }: CertifiedModel): { head: string; features: string } {
  const own = new Set(Object.values(headOf(config).weights).map(({ name }) => name));
  const digest = (ofHead: boolean) => {
    const hash = createHash('sha256');
    for (const name of Object.keys(weights).sort())
      if (own.has(name) === ofHead) hash.update(`${name}\n`).update(bytesOf(weights[name]!.data));
    return `sha256:${hash.digest('hex')}`;
  };
  return { head: digest(true), features: digest(false) };
}

/**
 * Digest of rows in any order, as the layer sees them: features to the bit, and labels. Nothing can be shown of a minimum on other
 * rows, or on features that another machine or library has computed a little differently.
 */
export function rowsDigest(...parts: HeadRows[]): string {
  const each = parts.flatMap(({ features, labels, width }) =>
    Array.from(labels, (label, r) =>
      createHash('sha256')
        .update(`${label}\n`)
        .update(bytesOf(features.subarray(r * width, (r + 1) * width)))
        .digest('hex'),
    ),
  );
  return `sha256:${createHash('sha256').update(each.sort().join('\n')).digest('hex')}`;
}
