// Layers of TensorFlow.js that may stand in a LayersModel: shape of the output and of every weight, worked out without
// TensorFlow.js, which would allocate whatever a configuration claims.
import { known, type LayerConfig, ofRank, type Shape } from './layer-config.ts';

export interface Built {
  output: Shape;
  /** Name within the layer, and shape. */
  weights: [name: string, shape: number[]][];
}
type Build = (layer: LayerConfig, inputs: Shape[]) => Built;

/** A layer of one input. */
const single =
  (build: (layer: LayerConfig, input: Shape) => Built): Build =>
  (layer, inputs) => {
    if (inputs.length === 1) return build(layer, inputs[0]!);
    throw layer.refuse(`takes one input, and gets ${inputs.length}`);
  };
const unchanged = single((_, input) => ({ output: input, weights: [] }));

const withBias = (layer: LayerConfig, size: number): Built['weights'] =>
  layer.flag('use_bias', true) ? [['bias', [size]]] : [];

const dense = single((layer, input) => {
  const units = layer.size('units');
  const kernel = [known(layer, input, -1), units];
  return { output: [...input.slice(0, -1), units], weights: [['kernel', kernel], ...withBias(layer, units)] };
});

/** Length of a spatial axis after a window has passed over it. */
function windowed(
  layer: LayerConfig,
  size: number | null,
  window: number,
  stride: number,
  same: boolean,
): number | null {
  if (size === null) return null;
  const places = same ? size : size - window + 1;
  if (places < 1) throw layer.refuse(`has a window of ${window} over ${size} places`);
  return Math.ceil(places / stride);
}

function spatial(layer: LayerConfig, input: Shape, windows: number[], strides: number[], dilation: number[]): Shape {
  const same = layer.oneOf('padding', ['valid', 'same'], 'valid') === 'same';
  layer.oneOf('data_format', ['channels_last'], 'channels_last');
  return windows.map((window, i) => windowed(layer, input[i + 1]!, (window - 1) * dilation[i]! + 1, strides[i]!, same));
}

type Kernels = (
  layer: LayerConfig,
  channels: number,
  window: number[],
) => { weights: Built['weights']; channels: number };

const ones = (rank: number): number[] => Array.from({ length: rank }, () => 1);

const convolution = (rank: number, kernels: Kernels): Build =>
  single((layer, given) => {
    const input = ofRank(layer, given, rank + 2);
    const window = layer.sizes('kernel_size', rank);
    const strides = layer.sizes('strides', rank, ones(rank));
    const dilation = layer.sizes('dilation_rate', rank, ones(rank));
    if (layer.size('groups', 1) !== 1) throw layer.refuse('has groups');
    const [strided, dilated] = [strides, dilation].map((all) => all.some((size) => size > 1));
    if (strided && dilated) throw layer.refuse('has strides and a dilation_rate, of which one must be 1');
    const { weights, channels } = kernels(layer, known(layer, input, -1), window);
    const places = spatial(layer, input, window, strides, dilation);
    return { output: [input[0]!, ...places, channels], weights: [...weights, ...withBias(layer, channels)] };
  });

const plainKernels: Kernels = (layer, from, window) => {
  const channels = layer.size('filters');
  return { channels, weights: [['kernel', [...window, from, channels]]] };
};
const depthwiseKernels: Kernels = (layer, from, window) => {
  // TensorFlow.js takes the member and computes without it
  if (layer.className === 'DepthwiseConv2D' && layer.sizes('dilation_rate', 2, [1, 1]).some((size) => size > 1))
    throw layer.refuse('has a dilation_rate, which TensorFlow.js ignores');
  const multiplier = layer.size('depth_multiplier', 1);
  return { channels: from * multiplier, weights: [['depthwise_kernel', [...window, from, multiplier]]] };
};
const separableKernels: Kernels = (layer, from, window) => {
  const { channels: between, weights } = depthwiseKernels(layer, from, window);
  const channels = layer.size('filters');
  return { channels, weights: [...weights, ['pointwise_kernel', [1, 1, between, channels]]] };
};

const pooling = (rank: number): Build =>
  single((layer, given) => {
    const input = ofRank(layer, given, rank + 2);
    const window = layer.sizes(
      'pool_size',
      rank,
      Array.from({ length: rank }, () => 2),
    );
    const strides = layer.sizes('strides', rank, window);
    return { output: [input[0]!, ...spatial(layer, input, window, strides, ones(rank)), input.at(-1)!], weights: [] };
  });

const globalPooling = (rank: number): Build =>
  single((layer, given) => {
    layer.oneOf('data_format', ['channels_last'], 'channels_last');
    const input = ofRank(layer, given, rank + 2);
    return { output: [input[0]!, known(layer, input, -1)], weights: [] };
  });

type Switched = [name: string, switchedBy: string | null];
const GAIN_AND_OFFSET: Switched[] = [
  ['gamma', 'scale'],
  ['beta', 'center'],
];

const normalisation = (names: Switched[], several: boolean): Build =>
  single((layer, input) => {
    const axes = layer.axes('axis', input.length);
    if (!several && axes.length > 1) throw layer.refuse('has more than one axis');
    const shape = axes.map((axis) => known(layer, input, axis));
    const present = names.filter(([, flag]) => flag === null || layer.flag(flag, true));
    return { output: input, weights: present.map(([name]) => [name, shape]) };
  });

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** Members that Keras has and TensorFlow.js leaves out of the sum. */
const reLU = single((layer, input) => {
  for (const key of ['negative_slope', 'threshold'])
    if (layer.get(key) != null && layer.get(key) !== 0) throw layer.refuse(`has ${key}, which TensorFlow.js ignores`);
  const most = layer.get('max_value') ?? 0;
  if (typeof most !== 'number' || !(most >= 0)) throw layer.refuse('has a max_value that is no number from 0');
  return { output: input, weights: [] };
});

const softmax = single((layer, input) => {
  const axes = layer.get('axis') == null ? [1] : layer.axes('axis', input.length);
  if (axes.length > 1 || axes[0] !== input.length - 1) throw layer.refuse('has an axis that is not the last one');
  return { output: input, weights: [] };
});

const flatten = single((layer, input) => {
  layer.oneOf('data_format', ['channels_last'], 'channels_last');
  return { output: [input[0]!, product(input.slice(1).map((_, i) => known(layer, input, i + 1)))], weights: [] };
});

const reshape = single((layer, input) => {
  const given = layer.get('target_shape');
  const elements = product(input.slice(1).map((_, i) => known(layer, input, i + 1)));
  // one size may be left open: -1, and null once TensorFlow.js has saved it
  const target = Array.isArray(given) ? given.map((size: unknown) => (size === null ? -1 : size)) : [];
  const fits = (size: unknown): size is number => Number.isInteger(size) && ((size as number) >= 1 || size === -1);
  if (target.length === 0 || target.length > 5 || !target.every(fits))
    throw layer.refuse('has no target_shape of whole numbers');
  const rest = product(target.filter((size) => size !== -1));
  const open = target.filter((size) => size === -1).length;
  const filled = target.map((size) => (size === -1 ? elements / rest : size));
  if (open > 1 || !filled.every(Number.isInteger) || product(filled) !== elements)
    throw layer.refuse(`has a target_shape that does not hold the ${elements} numbers of its input`);
  return { output: [input[0]!, ...filled], weights: [] };
});

const embedding = single((layer, input) => {
  if (layer.flag('mask_zero', false)) throw layer.refuse('has mask_zero');
  const length = layer.get('input_length') ?? null;
  if (length !== null && (input.length !== 2 || length !== input[1]))
    throw layer.refuse('has an input_length that is not that of its input');
  const [entries, width] = [layer.size('input_dim'), layer.size('output_dim')];
  return { output: [...input, width], weights: [['embeddings', [entries, width]]] };
});

const alike = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);

const alikeInputs: Build = (layer, inputs) => {
  if (inputs.length < 2 || !inputs.every((shape) => alike(shape, inputs[0]!)))
    throw layer.refuse('takes two inputs or more of one shape');
  return { output: inputs[0]!, weights: [] };
};

const concatenate: Build = (layer, inputs) => {
  if (inputs.length < 2) throw layer.refuse('takes two inputs or more');
  const [axis] = layer.axes('axis', inputs[0]!.length);
  const without = (shape: Shape): Shape => shape.map((size, i) => (i === axis ? null : size));
  if (!inputs.every((shape) => alike(without(shape), without(inputs[0]!))))
    throw layer.refuse('takes inputs that differ along its axis alone');
  const joined = inputs.reduce((sum, shape) => sum + known(layer, shape, axis!), 0);
  return { output: inputs[0]!.map((size, i) => (i === axis ? joined : size)), weights: [] };
};

/** Every class that is supported, by its name in model.json; InputLayer is read with the graph. */
export const LAYERS: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['Dense', dense],
  ['Conv1D', convolution(1, plainKernels)],
  ['Conv2D', convolution(2, plainKernels)],
  ['DepthwiseConv2D', convolution(2, depthwiseKernels)],
  ['SeparableConv2D', convolution(2, separableKernels)],
  ...['MaxPooling', 'AveragePooling'].flatMap((name): [string, Build][] => [
    [`${name}1D`, pooling(1)],
    [`${name}2D`, pooling(2)],
    [`Global${name}1D`, globalPooling(1)],
    [`Global${name}2D`, globalPooling(2)],
  ]),
  ['BatchNormalization', normalisation([...GAIN_AND_OFFSET, ['moving_mean', null], ['moving_variance', null]], false)],
  ['LayerNormalization', normalisation(GAIN_AND_OFFSET, true)],
  ['Dropout', unchanged],
  ['Activation', unchanged],
  ['ReLU', reLU],
  ['Softmax', softmax],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Embedding', embedding],
  ['Add', alikeInputs],
  ['Average', alikeInputs],
  ['Concatenate', concatenate],
]);
