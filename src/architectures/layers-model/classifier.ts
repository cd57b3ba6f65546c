// A LayersModel that tells classes apart, as training and unlearning see it: up to its logits, with the labels that it has.
import type { Classifier } from '../../domain/architecture.ts';
import { elementCount, float32, type HostTensors, type Tensor, type Tensors, type Tf } from '../../domain/engine.ts';
import { graphWeights, type LayerGraph, type LayerNode } from '../../domain/layer-graph.ts';
import { applyGraph } from './forward.ts';
import { freshWeights } from './initial.ts';

export interface ClassifierConfig {
  /**
   * Ends in logits: a loss takes the logarithm of what follows, which vanishes where the model is sure. More than one
   * output: those of the members of an ensemble, whose probabilities are averaged.
   */
  graph: LayerGraph;
  /** Of one example. */
  inputShape: number[];
  /** What the model looks examples up in has so many entries; null: examples are no ids. */
  entries: number | null;
  classes: number;
  /** One logit is for two classes: that of the second one. */
  binary: boolean;
  /** Names of the classes in their order, and of the columns of an example; null where model.json names none. */
  classNames: readonly string[] | null;
  features: readonly string[] | null;
}

/** `userDefinedMetadata` of model.json, as far as it is about this. */
interface Metadata {
  classes?: unknown;
  features?: unknown;
}

const nodeOf = ({ nodes }: LayerGraph, name: string): LayerNode => nodes.find((node) => node.name === name)!;

/** The one layer that is an input or an output. */
function only(graph: LayerGraph, which: 'inputs' | 'outputs'): LayerNode {
  const [name, ...others] = graph[which];
  if (others.length > 0) throw new Error(`has ${others.length + 1} ${which}. Use a model of one input and one output.`);
  return nodeOf(graph, name!);
}

const endingOf = ({ className, config }: LayerNode): string =>
  className === 'Softmax' ? 'softmax' : ((config.activation ?? 'linear') as string);

/** The graph with one of its outputs up to its logits. */
function untilLogits(graph: LayerGraph, output: string): LayerGraph {
  const last = nodeOf(graph, output);
  if (graph.nodes.some(({ from }) => from.includes(last.name)))
    throw new Error(`goes on behind its output ${last.name}. End it there.`);
  const outputs = (name: string) => graph.outputs.map((other) => (other === output ? name : other));
  if (last.className === 'Softmax' || last.className === 'Activation')
    return { ...graph, nodes: graph.nodes.filter((node) => node !== last), outputs: outputs(last.from[0]!) };
  const plain = { ...last, config: { ...last.config, activation: 'linear' } };
  return { ...graph, nodes: graph.nodes.map((node) => (node === last ? plain : node)) };
}

/** The graph without what makes probabilities of its logits, and that function's name. */
function withoutEnding(graph: LayerGraph): { graph: LayerGraph; ending: string } {
  const last = only(graph, 'outputs');
  const ends = last.from.map((name) => endingOf(nodeOf(graph, name)));
  const ensemble = last.className === 'Average' && new Set(ends).size === 1 && ends[0] !== 'linear';
  if (!ensemble) return { graph: untilLogits(graph, last.name), ending: endingOf(last) };
  const apart = { ...graph, nodes: graph.nodes.filter((node) => node !== last), outputs: last.from };
  return { graph: last.from.reduce(untilLogits, apart), ending: ends[0]! };
}

/** How many classes a vector of `width` numbers behind this function is for. */
function classesOf(ending: string, width: number): Pick<ClassifierConfig, 'classes' | 'binary'> {
  if (ending === 'sigmoid' && width === 1) return { classes: 2, binary: true };
  if ((ending === 'softmax' || ending === 'linear') && width > 1) return { classes: width, binary: false };
  throw new Error(
    `ends in ${width} numbers behind ${ending}. A classifier ends in softmax or linear over two numbers or more, or in one behind sigmoid.`,
  );
}

function known(shape: readonly (number | null)[], what: string): number[] {
  const sizes = shape.slice(1).filter((size) => size !== null);
  if (sizes.length === shape.length - 1) return sizes;
  throw new Error(`has ${what} of an open size. Save it with sizes that are known, the batch alone left open.`);
}

function namesOf(value: unknown, what: string, count: number): readonly string[] | null {
  if (value === undefined || value === null) return null;
  const fits = Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === count;
  if (fits && value.length === count) return value;
  throw new Error(`names ${what} in userDefinedMetadata that are not ${count} different texts. Correct them.`);
}

/** Throws an Error that says what about the model is no classifier, and the remedy. */
export function classifierOf(model: LayerGraph, metadata: Metadata = {}): ClassifierConfig {
  const { graph, ending } = withoutEnding(model);
  const input = only(graph, 'inputs');
  const inputShape = known(input.output, 'an input');
  const width = known(nodeOf(graph, graph.outputs[0]!).output, 'an output');
  if (width.length !== 1) throw new Error(`ends in a shape of ${width.length} axes. A classifier ends in a vector.`);
  const answers = classesOf(ending, width[0]!);
  const tables = graph.nodes.filter(({ className, from }) => className === 'Embedding' && from[0] === input.name);
  const entries = tables.map(({ weights }) => weights.embeddings!.shape[0]!);
  return {
    ...{ graph, inputShape, ...answers },
    entries: entries.length === 0 ? null : Math.min(...entries),
    classNames: namesOf(metadata.classes, 'classes', answers.classes),
    features: namesOf(metadata.features, 'features', inputShape.length === 1 ? inputShape[0]! : -1),
  };
}

/** Members of an ensemble, each as a model of its own; of another model itself alone. Weights keep their names. */
export function membersOf(config: ClassifierConfig): ClassifierConfig[] {
  return config.graph.outputs.map((output) => {
    const needed = new Set([output]);
    // behind come those that take from those before
    for (const { name, from } of config.graph.nodes.toReversed())
      if (needed.has(name)) for (const other of from) needed.add(other);
    const nodes = config.graph.nodes.filter(({ name }) => needed.has(name));
    return { ...config, graph: { ...config.graph, nodes, outputs: [output] } };
  });
}

/** Weights of a model of one output of which every class is as likely as the other, whatever it is shown. */
export function knowingNothing({ graph }: ClassifierConfig, weights: HostTensors): HostTensors {
  const last = graph.nodes.findLast((node) => Object.keys(node.weights).length > 0);
  const silent = Object.values(last?.weights ?? {}).map(({ name, shape }) => [
    name,
    float32(new Float32Array(elementCount(shape)), shape),
  ]);
  return { ...weights, ...(Object.fromEntries(silent) as HostTensors) };
}

/**
 * Examples (B, ...) -> logits (B, K). Those of an ensemble are the logarithm of the mean of its members' probabilities, taken
 * without leaving logarithms.
 */
function logits(tf: Tf, { graph, binary }: ClassifierConfig, weights: Tensors, seen: Tensor): Tensor {
  const members = applyGraph(tf, graph, weights, [seen]).map((z) => (binary ? tf.concat([tf.zerosLike(z), z], 1) : z));
  if (members.length === 1) return members[0]!;
  const known = tf.stack(members.map((z) => tf.logSoftmax(z)));
  return tf.sub(tf.logSumExp(known, 0), Math.log(members.length));
}

export const layersClassifier: Classifier<ClassifierConfig> = {
  name: 'layers-model',
  task: 'classification',
  shapes: ({ graph }) => Object.fromEntries(graphWeights(graph).map(({ name, shape }) => [name, shape])),
  fixed: ({ graph }) =>
    graph.nodes.flatMap(({ weights }) =>
      ['moving_mean', 'moving_variance'].flatMap((own) => (weights[own] ? [weights[own].name] : [])),
    ),
  vocabSize: ({ classes }) => classes,
  contextLength: () => 2,
  initialise: ({ graph }, seed) => freshWeights(graph, seed),
  forward(tf, config, weights, seen) {
    const z = logits(tf, config, weights, seen);
    const [count, classes] = z.shape as [number, number];
    // the class is the label at position 1, so its logits are those of position 0; there is nothing behind it
    return tf.pad(tf.reshape(z, [count, 1, classes]), [
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
  },
  projections: () => ({ modules: [], outFirst: false }),
  tappable: ({ graph }) =>
    graph.nodes.flatMap(({ className, weights }) =>
      className === 'Dense' ? [{ weight: weights.kernel!.name, bias: weights.bias?.name ?? null }] : [],
    ),
  activations: ({ graph }, rows) => ({
    states: rows * graph.nodes.reduce((sum, { output }) => sum + elementCount(known(output, 'a layer')), 0),
    scores: 0,
  }),
};
