// A LayersModel that tells classes apart, as training and unlearning see it: up to its logits, with the labels that it has.
import type { Classifier } from '../../domain/architecture.ts';
import { elementCount, type Tensor, type Tensors, type Tf } from '../../domain/engine.ts';
import { graphWeights, type LayerGraph, type LayerNode } from '../../domain/layer-graph.ts';
import { applyGraph } from './forward.ts';
import { freshWeights } from './initial.ts';

export interface ClassifierConfig {
  /** Ends in logits: a loss takes the logarithm of what follows, which vanishes where the model is sure. */
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

/** The graph without the function that makes probabilities of its logits, and that function's name. */
function untilLogits(graph: LayerGraph): { graph: LayerGraph; ending: string } {
  const last = only(graph, 'outputs');
  if (graph.nodes.some(({ from }) => from.includes(last.name)))
    throw new Error(`goes on behind its output ${last.name}. End it there.`);
  const ending = last.className === 'Softmax' ? 'softmax' : ((last.config.activation ?? 'linear') as string);
  const others = graph.nodes.filter((node) => node !== last);
  if (last.className === 'Softmax' || last.className === 'Activation')
    return { graph: { ...graph, nodes: others, outputs: last.from }, ending };
  const plain = { ...last, config: { ...last.config, activation: 'linear' } };
  return { graph: { ...graph, nodes: graph.nodes.map((node) => (node === last ? plain : node)) }, ending };
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
  const { graph, ending } = untilLogits(model);
  const input = only(graph, 'inputs');
  const inputShape = known(input.output, 'an input');
  const width = known(only(graph, 'outputs').output, 'an output');
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

/** Examples (B, ...) -> logits (B, K). */
function logits(tf: Tf, { graph, binary }: ClassifierConfig, weights: Tensors, seen: Tensor): Tensor {
  const [z] = applyGraph(tf, graph, weights, [seen]);
  return binary ? tf.concat([tf.zerosLike(z!), z!], 1) : z!;
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
