// What convolutions and their gradients are asked to do.
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../../src/domain/engine.ts';
import type { Random } from '../../../src/domain/random.ts';
import { type Compute, values32 } from '../both.ts';
import { type Case, named } from './operands.ts';
import { between, pick, randomly, valuesOf } from './random.ts';

type Image = tfjs.Tensor4D;
type Volume = tfjs.Tensor5D;

/** Of one convolution in two dimensions. */
export interface Sliding {
  image: number[];
  filter: number[];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];
  dilations?: number;
  format?: 'NHWC' | 'NCHW';
  rounding?: 'floor' | 'round' | 'ceil';
}

const convolved =
  ({ strides, pad, format = 'NHWC', dilations = 1, rounding }: Sliding): Compute =>
  (tf, [x, filter]) =>
    tf.conv2d(x as Image, filter as Image, strides, pad, format, dilations, rounding);
const depthwise =
  ({ strides, pad, dilations = 1 }: Sliding): Compute =>
  (tf, [x, filter]) =>
    tf.depthwiseConv2d(x as Image, filter as Image, strides, pad as 'same', 'NHWC', dilations);

const COMMON: Sliding[] = [
  { image: [2, 5, 6, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' },
  { image: [2, 5, 6, 3], filter: [3, 2, 3, 4], strides: 2, pad: 'same' },
  { image: [1, 7, 5, 2], filter: [2, 3, 2, 3], strides: [2, 1], pad: 'valid' },
  { image: [1, 6, 6, 1], filter: [3, 3, 1, 2], strides: 3, pad: 'valid' },
  { image: [2, 4, 4, 3], filter: [1, 1, 3, 5], strides: 1, pad: 'same' },
  { image: [2, 5, 4, 3], filter: [1, 1, 3, 5], strides: 2, pad: 'valid' },
  { image: [1, 4, 5, 2], filter: [3, 3, 2, 2], strides: 1, pad: 1 },
  { image: [1, 3, 3, 20], filter: [2, 2, 20, 3], strides: 1, pad: 'valid' },
  { image: [2, 5, 6, 17], filter: [2, 3, 17, 2], strides: 2, pad: 'same' },
  { image: [1, 1, 1, 2], filter: [3, 3, 2, 1], strides: 1, pad: 'same' },
  // a window as large as the image, and padding behind it alone; so is the slope of the second one's filter
  { image: [1, 2, 2, 3], filter: [2, 2, 3, 4], strides: 1, pad: 'same' },
  { image: [2, 1, 7, 3], filter: [1, 2, 3, 4], strides: 1, pad: 'same' },
];
const FORWARD: Sliding[] = [
  ...COMMON,
  { image: [1, 7, 7, 2], filter: [3, 3, 2, 2], strides: 1, pad: 'same', dilations: 2 },
  { image: [0, 4, 4, 2], filter: [2, 2, 2, 3], strides: 1, pad: 'valid' },
];
const UNEVEN: Sliding = {
  ...{ image: [1, 4, 5, 2], filter: [3, 3, 2, 2], strides: 1 },
  pad: [[0, 0], [1, 0], [2, 1], [0, 0]], // biome-ignore format: one line reads as one padding
};
const CHANNELS_FIRST: Sliding[] = [
  { image: [2, 3, 5, 6], filter: [3, 3, 3, 4], strides: 2, pad: 'same', format: 'NCHW' },
  { image: [1, 2, 4, 4], filter: [1, 1, 2, 3], strides: 1, pad: 'valid', format: 'NCHW' },
];
const ROUNDED: Sliding[] = (['floor', 'round', 'ceil'] as const).map((rounding) => ({
  ...{ image: [1, 6, 6, 2], filter: [3, 3, 2, 2], strides: 2, pad: 1, rounding },
}));

export const drawSliding = (random: Random): Sliding => {
  const [channels, kernel] = [between(random, 1, 3), [between(random, 1, 3), between(random, 1, 3)]];
  const image = [between(random, 1, 2), between(random, 3, 7), between(random, 3, 7), channels];
  const filter = [...kernel, channels, between(random, 1, 3)];
  return { image, filter, strides: between(random, 1, 3), pad: pick(random, ['same', 'valid']) };
};
const labelOf = ({ image, filter, ...rest }: Sliding) => JSON.stringify(rest);
const asCase = (op: (s: Sliding) => Compute) => (sliding: Sliding) =>
  named(labelOf(sliding), op(sliding), values32(sliding.image, 1), values32(sliding.filter, 2));
const drawnCases = (op: (s: Sliding) => Compute): Case[] =>
  randomly('windows', 5, (random) => {
    const sliding = drawSliding(random);
    return { compute: op(sliding), operands: [valuesOf(random, sliding.image), valuesOf(random, sliding.filter)] };
  });

/** The gradient of a weighted sum by the operand with this number. */
const gradientOf =
  (forward: Compute, which: number): Compute =>
  (tf, xs) => {
    const loss = (...inputs: Tensor[]) => {
      const y = forward(tf, inputs) as Tensor;
      return tf.sum(tf.mul(y, tf.reshape(tf.sin(tf.range(1, y.size + 1)), y.shape))) as tfjs.Scalar;
    };
    return tf.grads(loss)(xs)[which]!;
  };
const gradients = (op: (s: Sliding) => Compute, which: number, cases: Sliding[]): Case[] => {
  const gradient = (sliding: Sliding) => gradientOf(op(sliding), which);
  return [...cases.map(asCase(gradient)), ...drawnCases(gradient)];
};

const turned =
  (shape: number[], strides: number, pad: 'same' | 'valid'): Compute =>
  (tf, [x, filter]) =>
    tf.conv2dTranspose(x as Image, filter as Image, shape as [number, number, number, number], strides, pad);

const deep =
  (strides: number, pad: 'same' | 'valid'): Compute =>
  (tf, [x, filter]) =>
    tf.conv3d(x as Volume, filter as Volume, strides, pad);
const DEEP: [number[], number[], number, 'same' | 'valid'][] = [
  [[1, 3, 4, 5, 2], [2, 2, 3, 2, 3], 1, 'same'],
  [[2, 4, 4, 4, 1], [2, 2, 2, 1, 2], 2, 'valid'],
  [[1, 2, 2, 2, 2], [1, 1, 1, 2, 2], 1, 'valid'],
];
const deepCases = (wrap: (forward: Compute) => Compute): Case[] =>
  DEEP.map(([image, filter, strides, pad]) =>
    named(`${strides} ${pad}`, wrap(deep(strides, pad)), values32(image, 1), values32(filter, 2)),
  );

type Fused = (tf: Tf, call: { x: Image; filter: Image; bias?: Tensor; preluActivationWeights?: Tensor }) => Tensor;
const fusedCases = (op: Fused, filter: number[], channels: number): Case[] =>
  ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'].map((activation) =>
    named(
      activation,
      (tf, [x, weights, bias, slopes]) =>
        op(tf, {
          ...{ x: x as Image, filter: weights as Image, bias: bias!, activation, leakyreluAlpha: 0.1 },
          ...(activation === 'prelu' ? { preluActivationWeights: slopes! } : {}),
        }),
      ...[[2, 5, 5, 3], filter, [channels], [channels]].map((shape, i) => values32(shape, i)),
    ),
  );

export const WINDOWS: Record<string, Case[]> = {
  Conv2D: [...[...FORWARD, UNEVEN, ...CHANNELS_FIRST, ...ROUNDED].map(asCase(convolved)), ...drawnCases(convolved)],
  Conv2DBackpropFilter: gradients(convolved, 1, [...COMMON, UNEVEN, ...CHANNELS_FIRST, ROUNDED[0]!]),
  Conv2DBackpropInput: [
    ...gradients(convolved, 0, [...COMMON, UNEVEN, ...CHANNELS_FIRST, ROUNDED[0]!]),
    named('transposed', turned([2, 6, 6, 3], 2, 'same'), values32([2, 3, 3, 4], 1), values32([3, 3, 3, 4], 2)),
    named('transposed', turned([1, 5, 7, 2], 2, 'valid'), values32([1, 2, 3, 3], 1), values32([2, 2, 2, 3], 2)),
  ],
  Conv3D: deepCases((forward) => forward),
  Conv3DBackpropFilterV2: deepCases((forward) => gradientOf(forward, 1)),
  Conv3DBackpropInputV2: deepCases((forward) => gradientOf(forward, 0)),
  DepthwiseConv2dNative: [...FORWARD.map(asCase(depthwise)), ...drawnCases(depthwise)],
  DepthwiseConv2dNativeBackpropFilter: gradients(depthwise, 1, COMMON),
  DepthwiseConv2dNativeBackpropInput: gradients(depthwise, 0, COMMON),
  FusedConv2D: [
    ...fusedCases((tf, call) => tf.fused.conv2d({ ...call, strides: 1, pad: 'same' }), [3, 3, 3, 4], 4),
    named(
      'channels first',
      (tf, [x, filter, bias]) =>
        tf.fused.conv2d({
          ...{ x: x as Image, filter: filter as Image, bias: bias!, strides: 1, pad: 'same' },
          ...{ dataFormat: 'NCHW', activation: 'relu' },
        }),
      ...[[2, 3, 5, 4], [3, 3, 3, 2], [2]].map((shape, i) => values32(shape, i)),
    ),
  ],
  FusedDepthwiseConv2D: fusedCases(
    (tf, call) => tf.fused.depthwiseConv2d({ ...call, strides: 2, pad: 'valid' }),
    [3, 3, 3, 2],
    6,
  ),
};
