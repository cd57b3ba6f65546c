// The graph of a LayersModel: layers in the order in which they can be computed, and the weights that they have.
import type { LayerGraph, LayerNode } from '../../domain/layer-graph.ts';
import { invalid, quoted } from '../invalid.ts';
import { MODEL_JSON } from './files.ts';
import { isObject, LayerConfig, type Shape } from './layer-config.ts';
import { LAYERS } from './layers.ts';

const MAX_LAYERS = 1000;
const AGAIN = 'Save the model again with model.save or the converter of TensorFlow.js.';

interface Node {
  layer: LayerConfig;
  /** Names of the layers that it takes its inputs from. */
  from: string[];
}

const broken = (what: string, remedy = AGAIN): Error => invalid(MODEL_JSON, what, remedy);

/** The model's own configuration: converters wrap it. */
function modelConfig(topology: Record<string, unknown>): { className: string; config: unknown } {
  const inner = isObject(topology.model_config) ? topology.model_config : topology;
  const { class_name: className, config } = inner;
  if (typeof className !== 'string') throw broken('has a modelTopology without class_name');
  return { className, config };
}

function layerEntries(config: unknown): Record<string, unknown>[] {
  const layers = Array.isArray(config) ? config : isObject(config) ? config.layers : undefined;
  if (!Array.isArray(layers) || layers.length === 0 || !layers.every(isObject)) throw broken('has no layers');
  if (layers.length > MAX_LAYERS) throw broken(`has ${layers.length} layers`, `Use at most ${MAX_LAYERS}.`);
  return layers;
}

function layerOf(entry: Record<string, unknown>): LayerConfig {
  const { class_name: className, config } = entry;
  if (typeof className !== 'string' || !isObject(config)) throw broken('has a layer without class_name and config');
  if (className !== 'InputLayer' && !LAYERS.has(className))
    throw broken(
      `has a layer of the class ${quoted(className, 100)}, which is not supported`,
      `Use layers of these classes: InputLayer, ${[...LAYERS.keys()].join(', ')}.`,
    );
  return new LayerConfig(className, config);
}

interface Connected {
  nodes: Node[];
  /** Names of layers. */
  inputs: string[];
  outputs: string[];
}

/** Layers one after another; the first says what it takes. */
function sequence(entries: Record<string, unknown>[]): Connected {
  const layers = entries.map(layerOf);
  const [first, ...rest] = layers;
  if (rest.some(({ className }) => className === 'InputLayer')) throw broken('has an InputLayer after its first layer');
  const members = { name: `${first!.name}_input`, batch_input_shape: first!.get('batch_input_shape') };
  const start = first!.className === 'InputLayer' ? [] : [new LayerConfig('InputLayer', members)];
  const all = [...start, ...layers];
  const nodes = all.map((layer, i) => ({ layer, from: i === 0 ? [] : [all[i - 1]!.name] }));
  return { nodes, inputs: [all[0]!.name], outputs: [all.at(-1)!.name] };
}

/** Names in `[["name", 0, 0, {}], …]`: outputs of layers that are used once and have one output. */
function references(value: unknown, where: () => Error): string[] {
  if (!Array.isArray(value)) throw where();
  return value.map((reference: unknown) => {
    if (!Array.isArray(reference)) throw where();
    const [name, node, tensor, options] = reference as unknown[];
    const plain = options === undefined || (isObject(options) && Object.keys(options).length === 0);
    if (typeof name !== 'string' || node !== 0 || tensor !== 0 || !plain) throw where();
    return name;
  });
}

function graph(entries: Record<string, unknown>[], config: Record<string, unknown>): Connected {
  const nodes = entries.map((entry) => {
    const layer = layerOf(entry);
    const strange = () => layer.refuse('is used more than once, or has inbound_nodes of another form', AGAIN);
    const { inbound_nodes: inbound, name } = entry;
    if (name !== layer.name) throw layer.refuse(`is called ${quoted(String(name))} in the graph`, AGAIN);
    if (!Array.isArray(inbound) || inbound.length > 1) throw strange();
    return { layer, from: inbound.length === 0 ? [] : references(inbound[0], strange) };
  });
  const names = new Set(nodes.map(({ layer }) => layer.name));
  const listed = (key: string): string[] => {
    const strange = () => broken(`has ${key} that do not name its layers`);
    const found = references(config[key], strange);
    if (found.length === 0 || !found.every((name) => names.has(name))) throw strange();
    return found;
  };
  return { nodes, inputs: listed('input_layers'), outputs: listed('output_layers') };
}

function build({ layer, from }: Node, shapes: ReadonlyMap<string, Shape>) {
  if (layer.className !== 'InputLayer')
    return LAYERS.get(layer.className)!(
      layer,
      from.map((name) => shapes.get(name)!),
    );
  if (from.length > 0) throw layer.refuse('has an input');
  return { output: layer.batchShape('batch_input_shape'), weights: [] };
}

function connected(topology: Record<string, unknown>): Connected {
  const { className, config } = modelConfig(topology);
  const entries = layerEntries(config);
  if (!['Sequential', 'Model', 'Functional'].includes(className))
    throw broken(`is of the class ${quoted(className, 100)}`, 'Use a Sequential or a functional model.');
  if (className !== 'Sequential' && !isObject(config)) throw broken('has no input_layers and output_layers');
  const found = className === 'Sequential' ? sequence(entries) : graph(entries, config as Record<string, unknown>);
  const { nodes, inputs } = found;
  const twice = nodes.find(({ layer }, i) => nodes.findIndex((other) => other.layer.name === layer.name) !== i);
  if (twice) throw twice.layer.refuse('has the name of another layer', 'Give every layer its own name.');
  const started = nodes.find(({ layer }) => (layer.className === 'InputLayer') !== inputs.includes(layer.name));
  if (started) throw started.layer.refuse('and input_layers do not agree on whether it is an input', AGAIN);
  return found;
}

/**
 * The layers in an order in which they can be computed, with every shape worked out. Throws `checkpoint-invalid` for a
 * class that is not supported and for layers that do not fit together.
 */
export function readTopology(topology: Record<string, unknown>): LayerGraph {
  const { nodes, inputs, outputs } = connected(topology);
  const shapes = new Map<string, Shape>();
  const ordered: LayerNode[] = [];
  let waiting = nodes;
  while (waiting.length > 0) {
    const ready = waiting.filter(({ from }) => from.every((name) => shapes.has(name)));
    if (ready.length === 0) throw waiting[0]!.layer.refuse('waits for layers that are not there, or for itself', AGAIN);
    for (const { layer, from } of ready) {
      const { output, weights: own } = build({ layer, from }, shapes);
      const { name, className, members: config } = layer;
      shapes.set(name, output);
      const weights = Object.fromEntries(own.map(([weight, shape]) => [weight, { name: `${name}/${weight}`, shape }]));
      ordered.push({ name, className, config, from, output, weights });
    }
    waiting = waiting.filter(({ layer }) => !shapes.has(layer.name));
  }
  return { nodes: ordered, inputs, outputs };
}

/** The same topology with weights that start at zero: TensorFlow.js would draw random ones, to be replaced at once. */
export function withoutInitializers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutInitializers);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [
    key,
    key.endsWith('_initializer') ? { class_name: 'Zeros', config: {} } : withoutInitializers(member),
  ]);
  return Object.fromEntries(entries);
}
