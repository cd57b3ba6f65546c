// What pools and their gradients are asked to do.
import type * as tfjs from '@tensorflow/tfjs';
import type { HostTensor, Tensor } from '../../../src/domain/engine.ts';
import type { Random } from '../../../src/domain/random.ts';
import { type Compute, values32 } from '../both.ts';
import { type Case, named } from './operands.ts';
import { between, pick, randomly, valuesOf } from './random.ts';

type Image = tfjs.Tensor4D;
type Volume = tfjs.Tensor5D;
interface Pool {
  image: number[];
  size: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  rounding?: 'floor' | 'ceil';
}
const POOLS_2D: Pool[] = [
  { image: [2, 6, 6, 3], size: 2, strides: 2, pad: 'valid' },
  { image: [2, 5, 7, 2], size: 3, strides: 1, pad: 'valid' },
  { image: [1, 7, 5, 2], size: [2, 3], strides: [2, 1], pad: 'valid' },
  { image: [1, 4, 4, 1], size: 1, strides: 1, pad: 'valid' },
  { image: [1, 5, 5, 2], size: 2, strides: 3, pad: 'valid' },
];
const PADDED: Pool[] = [
  { image: [2, 5, 5, 2], size: 3, strides: 2, pad: 'same' },
  { image: [1, 4, 5, 3], size: 2, strides: 1, pad: 'same' },
  { image: [1, 4, 4, 2], size: 3, strides: 2, pad: 1, rounding: 'floor' },
  { image: [1, 1, 1, 2], size: 2, strides: 1, pad: 'same' },
];
const EMPTY: Pool = { image: [0, 4, 4, 2], size: 2, strides: 2, pad: 'valid' };

const maximum =
  ({ size, strides, pad, rounding }: Pool): Compute =>
  (tf, [x]) =>
    tf.maxPool(x as Image, size, strides, pad, rounding);
const average =
  ({ size, strides, pad, rounding }: Pool): Compute =>
  (tf, [x]) =>
    tf.avgPool(x as Image, size, strides, pad, rounding);

/** The average as a depthwise convolution over one, which TensorFlow.js derives correctly at the border. */
const averageByConvolution =
  ({ size, strides, pad, rounding }: Pool): Compute =>
  (tf, [x]) => {
    const channels = x!.shape[3]!;
    const [height, width] = typeof size === 'number' ? [size, size] : size;
    const sums = (image: Tensor) =>
      tf.depthwiseConv2d(
        ...([image as Image, tf.ones([height, width, channels, 1]) as Image, strides, pad] as const),
        ...(['NHWC', 1, rounding] as const),
      );
    return tf.div(sums(x!), sums(tf.onesLike(x!)));
  };

/** The gradient of a weighted sum of the result. */
const gradientOf =
  (forward: Compute): Compute =>
  (tf, [x]) =>
    tf.grad((input: Tensor) => {
      const y = forward(tf, [input]) as Tensor;
      return tf.sum(tf.mul(y, tf.reshape(tf.sin(tf.range(1, y.size + 1)), y.shape)));
    })(x!);

const labelOf = ({ image, ...rest }: Pool) => JSON.stringify(rest);
const asCase =
  (op: (pool: Pool) => Compute) =>
  (pool: Pool): Case =>
    named(labelOf(pool), op(pool), values32(pool.image, 1));
const drawPool = (random: Random): Pool => ({
  image: [between(random, 1, 2), between(random, 3, 7), between(random, 3, 7), between(random, 1, 3)],
  ...{ size: between(random, 1, 3), strides: between(random, 1, 3), pad: pick(random, ['same', 'valid']) },
});
const drawn = (op: (pool: Pool) => Compute, expected?: (pool: Pool) => Compute): Case[] =>
  randomly('pools', 5, (random) => {
    const pool = drawPool(random);
    const operands = [valuesOf(random, pool.image)];
    return { compute: op(pool), operands, ...(expected ? { expected: expected(pool) } : {}) };
  });

/** Few distinct values, so that most windows have several largest ones. */
const tied = (shape: number[]): HostTensor => {
  const x = values32(shape, 3);
  return { ...x, data: x.data.map((value) => Math.round(value)) };
};
const ties = (op: (pool: Pool) => Compute): Case[] =>
  [...POOLS_2D, ...PADDED].map((pool) => named(`ties ${labelOf(pool)}`, op(pool), tied(pool.image)));

type Deep = [image: number[], size: number, strides: number, pad: 'same' | 'valid'];
const DEEP: Deep[] = [
  [[1, 4, 4, 4, 2], 2, 2, 'valid'],
  [[2, 3, 4, 5, 1], 2, 1, 'valid'],
];
const DEEP_PADDED: Deep = [[1, 3, 3, 3, 2], 2, 2, 'same'];
const deepMaximum = (tf: tfjsLibrary, x: Tensor, [, size, strides, pad]: Deep) =>
  tf.maxPool3d(x as Volume, size, strides, pad);
const deepAverage = (tf: tfjsLibrary, x: Tensor, [, size, strides, pad]: Deep) =>
  tf.avgPool3d(x as Volume, size, strides, pad);
type tfjsLibrary = typeof tfjs;
const deepCases = (op: typeof deepMaximum, deep: Deep[], wrap: (forward: Compute) => Compute): Case[] =>
  deep.map((pool) =>
    named(
      JSON.stringify(pool.slice(1)),
      wrap((tf, [x]) => op(tf, x!, pool)),
      values32(pool[0], 1),
    ),
  );

const withPlaces =
  ({ size, strides, pad }: Pool, withBatch: boolean): Compute =>
  (tf, [x]) => {
    const { result, indexes } = tf.maxPoolWithArgmax(x as Image, size, strides, pad, withBatch);
    return [result!, indexes!];
  };

const gradientOfAverage = (pool: Pool) => gradientOf(average(pool));
const slope = (pool: Pool) => gradientOf(averageByConvolution(pool));
export const POOLS: Record<string, Case[]> = {
  AvgPool: [...[...POOLS_2D, ...PADDED, EMPTY].map(asCase(average)), ...drawn(average)],
  AvgPoolGrad: [
    ...POOLS_2D.map(asCase(gradientOfAverage)),
    ...PADDED.map((pool) => ({ ...asCase(gradientOfAverage)(pool), expected: slope(pool) })),
    ...drawn(gradientOfAverage, slope),
  ],
  AvgPool3D: deepCases(deepAverage, [...DEEP, DEEP_PADDED], (forward) => forward),
  AvgPool3DGrad: deepCases(deepAverage, DEEP, gradientOf),
  MaxPool: [...[...POOLS_2D, ...PADDED, EMPTY].map(asCase(maximum)), ...drawn(maximum)],
  MaxPoolGrad: [
    ...[...POOLS_2D, ...PADDED].map(asCase((pool) => gradientOf(maximum(pool)))),
    ...ties((pool) => gradientOf(maximum(pool))),
    ...drawn((pool) => gradientOf(maximum(pool))),
  ],
  MaxPool3D: deepCases(deepMaximum, [...DEEP, DEEP_PADDED], (forward) => forward),
  MaxPool3DGrad: deepCases(deepMaximum, [...DEEP, DEEP_PADDED], gradientOf),
  MaxPoolWithArgmax: [false, true].flatMap((withBatch) => [
    ...POOLS_2D.map(asCase((pool) => withPlaces(pool, withBatch))),
    ...[PADDED[0]!, PADDED[1]!].map(asCase((pool) => withPlaces(pool, withBatch))),
    ...ties((pool) => withPlaces(pool, withBatch)).slice(0, 2),
  ]),
};
