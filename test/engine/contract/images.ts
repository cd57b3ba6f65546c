// What normalisations, resizing and the kernels that cut images into blocks are asked to do.
import type * as tfjs from '@tensorflow/tfjs';
import type { HostTensor, Tensor } from '../../../src/domain/engine.ts';
import { type Compute, values32 } from '../both.ts';
import { ALL, type Case, named, one } from './operands.ts';

type Image = tfjs.Tensor4D;
const positive = (x: HostTensor): HostTensor => ({ ...x, data: x.data.map((value) => Math.abs(value) + 0.1) });

interface Norm {
  scale?: boolean;
  offset?: boolean;
}
const normal =
  ({ scale = true, offset = true }: Norm): Compute =>
  (tf, [x, mean, variance, factor, shift]) =>
    tf.batchNorm(x!, mean!, variance!, offset ? shift! : undefined, scale ? factor! : undefined, 0.01);
const normalised = (shape: number[], statistics: number[], norm: Norm = {}): Case =>
  named(
    JSON.stringify(norm),
    normal(norm),
    values32(shape, 1),
    values32(statistics, 2),
    positive(values32(statistics, 3)),
    values32(statistics, 4),
    values32(statistics, 5),
  );

const local: Compute = (tf, [x]) => tf.localResponseNormalization(x as Image, 1, 1.5, 0.4, 0.6);
/** The gradient of a weighted sum of the result. */
const gradientOf =
  (forward: Compute): Compute =>
  (tf, [x]) =>
    tf.grad((input: Tensor) => {
      const y = forward(tf, [input]) as Tensor;
      return tf.sum(tf.mul(y, tf.reshape(tf.sin(tf.range(1, y.size + 1)), y.shape)));
    })(x!);

type Size = [number, number];
type Resizing = (size: Size, align: boolean, half: boolean) => Compute;
const bilinear: Resizing =
  (size, align, half) =>
  (tf, [x]) =>
    tf.image.resizeBilinear(x as Image, size, align, half);
const nearest: Resizing =
  (size, align, half) =>
  (tf, [x]) =>
    tf.image.resizeNearestNeighbor(x as Image, size, align, half);
const SIZES: [number[], Size][] = [
  [
    [2, 3, 4, 2],
    [6, 8],
  ],
  [
    [1, 5, 5, 3],
    [3, 2],
  ],
  [
    [1, 4, 4, 1],
    [4, 7],
  ],
  [
    [1, 2, 2, 2],
    [1, 1],
  ],
];
const MODES: [align: boolean, half: boolean][] = [
  [false, false],
  [true, false],
  [false, true],
];
const resized = (op: Resizing, modes: typeof MODES, wrap: (forward: Compute) => Compute, sizes = SIZES): Case[] =>
  modes.flatMap(([align, half]) =>
    sizes.map(([image, size]) => named(`to ${size} ${align} ${half}`, wrap(op(size, align, half)), values32(image, 1))),
  );
/** TensorFlow.js' own gradient of the bilinear one mixes up rows and columns of what is not square. */
const SQUARE: typeof SIZES = [
  [
    [2, 3, 3, 2],
    [6, 6],
  ],
  [
    [1, 5, 5, 3],
    [3, 2],
  ],
  [
    [1, 4, 4, 1],
    [4, 7],
  ],
];
/** And that of the nearest one mixes up the images of a batch. */
const SINGLE = SIZES.filter(([[batch]]) => batch === 1);
/** The way back as a sum over weights that the forward pass shows, one pixel at a time. */
const byPixels =
  (forward: Compute): Compute =>
  (tf, [x]) => {
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const pixels = height * width;
    const units = tf.reshape(tf.eye(pixels), [pixels, height, width, 1]);
    const weights = tf.reshape(forward(tf, [units]) as Tensor, [pixels, -1]);
    const size = batch * channels * weights.shape[1]!;
    const dy = tf.reshape(tf.sin(tf.range(1, size + 1)), [batch, weights.shape[1]!, channels]);
    return tf.reshape(tf.matMul(tf.tile(tf.expandDims(weights, 0), [batch, 1, 1]), dy), x!.shape);
  };
const slopes = (op: Resizing): Case[] =>
  MODES.flatMap(([align, half]) =>
    SIZES.map(([image, size]) => ({
      ...named(`back from ${size} ${align} ${half}`, gradientOf(op(size, align, half)), values32(image, 1)),
      expected: byPixels(op(size, align, half)),
    })),
  );

const toBatches =
  (blocks: number[], pads: Size[]): Compute =>
  (tf, [x]) =>
    tf.spaceToBatchND(x!, blocks, pads);
const toSpace =
  (blocks: number[], crops: Size[]): Compute =>
  (tf, [x]) =>
    tf.batchToSpaceND(x!, blocks, crops);

const layerNormed: Compute = (tf, [x, gain, bias]) =>
  tf
    .engine()
    .runKernel('LayerNormalization', { x: x!, gain: gain!, bias: bias! }, { epsilon: 1e-3 }) as unknown as Tensor[];
const layerNormedByHand: Compute = (tf, [x, gain, bias]) => {
  const { mean, variance } = tf.moments(x!, -1, true);
  const inverse = tf.rsqrt(tf.add(variance, 1e-3));
  return [tf.add(tf.mul(tf.mul(tf.sub(x!, mean), inverse), gain!), bias!), mean, inverse];
};

export const IMAGES: Record<string, Case[]> = {
  BatchToSpaceND: [
    ...ALL.map((dtype) => one(toSpace([2, 2], [[0, 0], [0, 0]]), values32([4, 2, 2, 3], 1, dtype))), // biome-ignore format: short
    one(toSpace([2, 3], [[1, 0], [0, 2]]), values32([6, 2, 3, 1], 2)), // biome-ignore format: short
    one(toSpace([2], [[1, 1]]), values32([2, 3, 2], 3)), // biome-ignore format: short
  ],
  DepthToSpace: [
    ...[8, 4].map((depth) => one((tf, [x]) => tf.depthToSpace(x as Image, 2, 'NHWC'), values32([2, 3, 2, depth], 1))),
    {
      ...one((tf, [x]) => tf.depthToSpace(x as Image, 2, 'NCHW'), values32([1, 8, 2, 3], 2)),
      // `cpu` knows channels last alone
      expected: (tf, [x]) =>
        tf.transpose(tf.depthToSpace(tf.transpose(x as Image, [0, 2, 3, 1]), 2, 'NHWC'), [0, 3, 1, 2]),
    },
    one((tf, [x]) => tf.depthToSpace(x as Image, 3, 'NHWC'), values32([1, 1, 2, 9], 3)),
  ],
  FlipLeftRight: [
    one((tf, [x]) => tf.image.flipLeftRight(x as Image), values32([2, 3, 4, 2], 1)),
    one((tf, [x]) => tf.image.flipLeftRight(x as Image), values32([1, 2, 1, 1], 2)),
  ],
  FusedBatchNorm: [
    normalised([2, 3, 4, 5], [5]),
    normalised([2, 3, 4, 5], [5], { scale: false }),
    normalised([2, 3, 4, 5], [5], { offset: false }),
    normalised([2, 3, 4, 5], [5], { offset: false, scale: false }),
    normalised([6, 3], [3]),
    normalised([2, 4, 3], [3]),
    normalised([2, 3], [2, 3]),
    normalised([0, 3], [3]),
    normalised([1, 1, 1, 1], [1]),
  ],
  LayerNormalization: [
    [2, 3, 5],
    [4, 1],
    [0, 3],
  ].map((shape, i) => ({
    ...one(layerNormed, values32(shape, i), ...[1, 2].map((seed) => values32(shape.slice(-1), seed))),
    expected: layerNormedByHand,
  })),
  LRN: [one(local, values32([2, 2, 3, 5], 1)), one(local, values32([1, 1, 1, 1], 2))],
  LRNGrad: [one(gradientOf(local), values32([2, 2, 3, 5], 1)), one(gradientOf(local), values32([1, 1, 1, 1], 2))],
  ResizeBilinear: resized(bilinear, MODES, (forward) => forward),
  ResizeBilinearGrad: [...resized(bilinear, MODES.slice(0, 2), gradientOf, SQUARE), ...slopes(bilinear)],
  ResizeNearestNeighbor: resized(nearest, MODES, (forward) => forward),
  ResizeNearestNeighborGrad: [...resized(nearest, MODES.slice(0, 2), gradientOf, SINGLE), ...slopes(nearest)],
  SpaceToBatchND: [
    ...ALL.map((dtype) => one(toBatches([2, 2], [[0, 0], [0, 0]]), values32([1, 4, 4, 3], 1, dtype))), // biome-ignore format: short
    one(toBatches([2, 3], [[1, 1], [0, 2]]), values32([2, 2, 4, 1], 2)), // biome-ignore format: short
    one(toBatches([2], [[1, 0]]), values32([2, 3, 2], 3)), // biome-ignore format: short
  ],
};
