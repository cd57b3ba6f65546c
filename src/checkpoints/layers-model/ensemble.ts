// model.json of an ensemble: so many copies of a classifier behind one input, and the mean of their probabilities.
import { graphWeights, type LayerGraph, type LayerNode } from '../../domain/layer-graph.ts';
import type { ModelJson } from './files.ts';
import { readTopology } from './topology.ts';

const AVERAGE = 'shards_average';

const inbound = (names: readonly string[]) => [names.map((name) => [name, 0, 0, {}])];

/** As TensorFlow.js saves a layer of a graph. */
function entryOf({ className, config, from }: LayerNode, name: string, called: (other: string) => string) {
  // an input of its own is what the layer of a sequence has it for
  const { batch_input_shape: shape, ...rest } = config;
  const members = className === 'InputLayer' ? { ...rest, batch_input_shape: shape } : rest;
  const inbound_nodes = from.length === 0 ? [] : inbound(from.map(called));
  return { class_name: className, name, config: { ...members, name }, inbound_nodes };
}

/** Whether the last layer makes probabilities; logits are followed by a softmax of their own. */
function endsInProbabilities({ className, config }: LayerNode): boolean {
  return className === 'Softmax' || ['softmax', 'sigmoid'].includes(config.activation as string);
}

/**
 * The document of an ensemble of `members` copies of a classifier, which any TensorFlow.js loads: layers are called
 * `shard0_…` on, and each copy's weights lie in a file of their own. `metadata` is the classifier's. Throws
 * `checkpoint-invalid` for more layers than a model may have, and for two of one name.
 */
export function ensembleOf(
  graph: LayerGraph,
  metadata: ModelJson['userDefinedMetadata'],
  members: number,
): { json: ModelJson; graph: LayerGraph } {
  const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
  const last = graph.nodes.find(({ name }) => name === output)!;
  const copies = Array.from({ length: members }, (_, m) => {
    const called = (name: string) => (name === input ? input : `shard${m}_${name}`);
    const own = graph.nodes.filter(({ name }) => name !== input);
    const entries = own.map((node) => entryOf(node, called(node.name), called));
    if (endsInProbabilities(last)) return { entries, end: called(output) };
    const end = `shard${m}_probabilities`;
    const softmax = { class_name: 'Softmax', name: end, config: { name: end, axis: -1 } };
    return { entries: [...entries, { ...softmax, inbound_nodes: inbound([called(output)]) }], end };
  });
  const start = graph.nodes.find(({ name }) => name === input)!;
  const average = { class_name: 'Average', name: AVERAGE, config: { name: AVERAGE } };
  const layers = [
    entryOf(start, input, (name) => name),
    ...copies.flatMap(({ entries }) => entries),
    { ...average, inbound_nodes: inbound(copies.map(({ end }) => end)) },
  ];
  const config = { name: 'shards', layers, input_layers: [[input, 0, 0]], output_layers: [[AVERAGE, 0, 0]] };
  const modelTopology = { class_name: 'Model', config };
  const whole = readTopology(modelTopology);
  const weightsManifest = copies.map(({ entries }, m) => {
    const names = new Set(entries.map(({ name }) => name));
    const weights = graphWeights({ ...whole, nodes: whole.nodes.filter(({ name }) => names.has(name)) });
    return { paths: [`shard-${m}.bin`], weights: weights.map((weight) => ({ ...weight, dtype: 'float32' })) };
  });
  const userDefinedMetadata = metadata === undefined ? {} : { userDefinedMetadata: metadata };
  const json = { format: 'layers-model', generatedBy: 'expunge', convertedBy: null, modelTopology, weightsManifest };
  return { json: { ...json, ...userDefinedMetadata }, graph: whole };
}
