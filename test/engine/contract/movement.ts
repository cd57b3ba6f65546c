import type { Dtype } from '../../../src/domain/engine.ts';
import { type Compute, values32 } from '../both.ts';
import { ALL, type Case, NUMBERS, named, one, splat, unary } from './operands.ts';
import { axesOf, between, drawShape, pick, randomly, valuesOf } from './random.ts';

const slices: Case[] = [
  ...randomly('parts', 6, (random) => {
    const shape = drawShape(random, between(random, 1, 4));
    const begin = shape.map((size) => random.int(size + 1));
    const size = shape.map((length, i) => random.int(length - begin[i]! + 1));
    const x = valuesOf(random, shape, pick(random, ALL));
    return { compute: (tf, [value]) => tf.slice(value!, begin, size), operands: [x] };
  }),
  ...ALL.map((dtype) => one((tf, [x]) => tf.slice(x!, [0, 1], [2, 2]), values32([3, 4], 1, dtype))),
  one((tf, [x]) => tf.slice(x!, [1]), values32([3, 4], 2)),
  one((tf, [x]) => tf.slice(x!, [0, 0], [-1, -1]), values32([3, 4], 3)),
  one((tf, [x]) => tf.slice(x!, [1, 0, 2], [1, -1, 1]), values32([2, 3, 4], 4)),
  one((tf, [x]) => tf.slice(x!, [2], [0]), values32([5], 5)),
  one((tf, [x]) => tf.slice(x!, [0, 1], [0, 1]), values32([0, 3], 6)),
  one((tf, [x]) => tf.slice(x!, [1, 0], [1, 2]), splat([3, 2], 7)),
];

const padded =
  (pads: [number, number][], value = 0): Compute =>
  (tf, [x]) =>
    tf.pad(x!, pads, value);
const rows = (shape: number[], paddings: [number, number][], value = 0): Case =>
  named(`by ${paddings.join('/')} with ${value}`, padded(paddings, value), values32(shape, 3));
const pads: Case[] = [
  rows(
    [2, 3],
    [
      [1, 0],
      [0, 2],
    ],
  ),
  rows([3], [[2, 2]], -1.5),
  rows(
    [2, 1, 2],
    [
      [0, 0],
      [1, 1],
      [0, 1],
    ],
  ),
  rows(
    [0, 2],
    [
      [1, 1],
      [0, 0],
    ],
  ),
  ...(['int32', 'bool'] as const).map((dtype) => named(dtype, padded([[1, 2]]), values32([3], 4, dtype))),
  named('a splat', padded([[1, 1]]), splat([2], 3)),
];

const tiled =
  (reps: number[]): Compute =>
  (tf, [x]) =>
    tf.tile(x!, reps);
const tiles: Case[] = [
  ...ALL.map((dtype) => named('2,3', tiled([2, 3]), values32([2, 2], 1, dtype))),
  ...ALL.map((dtype) => named('spread', tiled([4, 1]), values32([1, 3], 2, dtype))),
  named('once', tiled([1, 1]), values32([2, 2], 3)),
  named('none', tiled([0]), values32([2], 4)),
  named('empty', tiled([2, 2]), values32([0, 1], 5)),
  named('a splat', tiled([2, 3]), splat([1, 2], 5)),
];

const joined =
  (axis: number): Compute =>
  (tf, xs) =>
    tf.concat(xs, axis);
const stacked =
  (axis: number): Compute =>
  (tf, xs) =>
    tf.stack(xs, axis);
const many = Array.from({ length: 12 }, (_, i) => values32([1, 2], i));

const transposed =
  (perm?: number[]): Compute =>
  (tf, [x]) =>
    tf.transpose(x!, perm);
const range = (start: number, stop: number, step?: number, dtype?: 'int32'): Case =>
  named(`${start} to ${stop} by ${step}`, (tf) => tf.range(start, stop, step, dtype));

const mirrored =
  (pads: [number, number][], mode: 'reflect' | 'symmetric'): Compute =>
  (tf, [x]) =>
    tf.mirrorPad(x!, pads, mode);
const mirrors: Case[] = (['reflect', 'symmetric'] as const).flatMap((mode) => [
  ...ALL.map((dtype) =>
    named(
      mode,
      mirrored(
        [
          [1, 2],
          [0, 2],
        ],
        mode,
      ),
      values32([3, 4], 1, dtype),
    ),
  ),
  named(mode, mirrored([[2, 2]], mode), values32([3], 2)),
  named(
    mode,
    mirrored(
      [
        [0, 0],
        [1, 0],
        [0, 1],
      ],
      mode,
    ),
    values32([1, 2, 2], 3),
  ),
]);
type Strided = [begin: number[], end: number[], strides: number[], ...masks: number[]];
const strided = (shape: number[], dtype: Dtype, ...args: Strided): Case =>
  named(JSON.stringify(args), (tf, [x]) => tf.stridedSlice(x!, ...args), values32(shape, 1, dtype));
const strides: Case[] = [
  ...ALL.map((dtype) => strided([5, 4], dtype, [1, 0], [5, 4], [2, 3])),
  strided([5, 4], 'float32', [4, 3], [0, 0], [-2, -1]),
  strided([5], 'float32', [4], [-6], [-1]),
  strided([5], 'float32', [0], [0], [1], 1, 1),
  strided([5, 4], 'float32', [-2, 1], [5, -1], [1, 1]),
  strided([2, 3, 4], 'float32', [0, 1], [2, 3], [1, 1], 0, 0, 1),
  strided([3, 4], 'float32', [1, 0], [2, 4], [1, 1], 0, 0, 0, 0, 1),
  strided([3, 4], 'float32', [0, 0, 0], [3, 1, 4], [1, 1, 1], 0, 0, 0, 2),
];
const reversed =
  (axes?: number[]): Compute =>
  (tf, [x]) =>
    tf.reverse(x!, axes);

export const MOVEMENT: Record<string, Case[]> = {
  Concat: [
    ...randomly('parts', 6, (random) => {
      const shape = drawShape(random, between(random, 1, 4));
      const axis = random.int(shape.length);
      const part = () => valuesOf(random, shape.with(axis, random.int(4)));
      return { compute: joined(axis), operands: Array.from({ length: between(random, 2, 4) }, part) };
    }),
    ...ALL.map((dtype) => one(joined(0), values32([2, 3], 1, dtype), values32([1, 3], 2, dtype))),
    one(joined(-1), values32([2, 1, 2], 3), values32([2, 1, 3], 4), values32([2, 1, 1], 5)),
    one(joined(1), values32([2, 0], 6), values32([2, 2], 7)),
    one(joined(0), splat([2], 1), values32([3], 8)),
    one(joined(0), splat([2], 1), splat([1], 0)),
    named('a dozen', joined(1), ...many),
  ],
  ExpandDims: [0, 1, 2, -1, -3].flatMap((axis) => [
    named(`axis ${axis}`, (tf, [x]) => tf.expandDims(x!, axis), values32([2, 3], 1)),
    named(`axis ${axis}`, (tf, [x]) => tf.expandDims(x!, axis), splat([2, 3], 2, 'int32')),
  ]),
  Fill: [
    named('floats', (tf) => tf.fill([2, 3], 1.5)),
    named('integers', (tf) => tf.fill([2], 2.7, 'int32')),
    named('truths', (tf) => tf.cast(tf.fill([2], 1), 'bool')),
    named('empty', (tf) => tf.fill([0, 2], 3)),
    named('a scalar', (tf) => tf.fill([], -4)),
    named('infinite', (tf) => tf.fill([2], Number.NEGATIVE_INFINITY)),
  ],
  OnesLike: unary((tf, x) => tf.onesLike(x), NUMBERS),
  Pack: [
    ...ALL.map((dtype) => one(stacked(0), values32([2, 3], 1, dtype), values32([2, 3], 2, dtype))),
    one(stacked(-1), values32([2, 3], 3), values32([2, 3], 4), splat([2, 3], 1)),
    one(stacked(1), values32([2], 5)),
    named('scalars', stacked(0), values32([], 6), values32([], 7)),
    named('a dozen', stacked(1), ...many),
  ],
  PadV2: pads,
  Range: [
    range(0, 5),
    range(2, 9, 3),
    range(5, 1, -1.5),
    range(5, 0),
    range(0, 4, 1, 'int32'),
    range(3, 3),
    range(1, 5, -1),
  ],
  Reshape: [
    ...ALL.map((dtype) => one((tf, [x]) => tf.reshape(x!, [3, -1]), values32([2, 3], 1, dtype))),
    one((tf, [x]) => tf.reshape(x!, []), values32([1, 1], 2)),
    one((tf, [x]) => tf.reshape(x!, [2, 0, 3]), values32([0, 6], 3)),
    one((tf, [x]) => tf.reshape(tf.reshape(tf.exp(x!), [6]), [3, 2]), values32([2, 3], 4)),
    one((tf, [x]) => tf.reshape(x!, [6]), splat([2, 3], 2)),
  ],
  Slice: slices,
  SplitV: [
    one((tf, [x]) => tf.split(x!, 3, -1), values32([2, 6], 1)),
    one((tf, [x]) => tf.split(x!, [1, 3, 2], 1), values32([2, 6], 2, 'int32')),
    one((tf, [x]) => tf.split(x!, [2, -1], 0), values32([5, 2], 3)),
    one((tf, [x]) => tf.split(x!, 1, 0), values32([2, 2], 4)),
    one((tf, [x]) => tf.split(x!, [0, 2], 0), values32([2, 2], 5)),
    one((tf, [x]) => tf.split(x!, 2, 1), splat([2, 4], 3)),
  ],
  Tile: tiles,
  Transpose: [
    ...randomly('orders', 6, (random) => {
      const shape = drawShape(random, random.int(6));
      const perm = random.shuffle(shape.map((_, i) => i));
      return { compute: transposed(perm), operands: [valuesOf(random, shape, pick(random, ALL))] };
    }),
    ...ALL.map((dtype) => one(transposed(), values32([2, 3], 1, dtype))),
    one(transposed([0, 2, 1, 3]), values32([2, 3, 2, 2], 2)),
    one(transposed([2, 0, 1]), values32([2, 0, 3], 3)),
    one(transposed([1, 0]), splat([2, 3], 4)),
    one(transposed([1, 0]), values32([1, 3], 5)),
  ],
  Unpack: [
    ...ALL.map((dtype) => one((tf, [x]) => tf.unstack(x!), values32([2, 3], 1, dtype))),
    one((tf, [x]) => tf.unstack(x!, -1), values32([2, 1, 3], 2)),
    one((tf, [x]) => tf.unstack(x!, 1), splat([2, 2], 5)),
    one((tf, [x]) => tf.unstack(x!), values32([3], 3)),
  ],
  ZerosLike: unary((tf, x) => tf.zerosLike(x), NUMBERS),
  Diag: [
    ...ALL.map((dtype) => one((tf, [x]) => tf.diag(x!), values32([3], 1, dtype))),
    one((tf, [x]) => tf.diag(x!), values32([2, 2], 2)),
    one((tf, [x]) => tf.diag(x!), values32([1], 3)),
  ],
  LinSpace: [
    named('rising', (tf) => tf.linspace(0, 9, 5)),
    named('falling', (tf) => tf.linspace(2, -1, 4)),
    named('one', (tf) => tf.linspace(3, 7, 1)),
  ],
  MirrorPad: mirrors,
  Reverse: [
    ...ALL.map((dtype) => one(reversed([0]), values32([3, 2], 1, dtype))),
    one(reversed([-1, 0]), values32([2, 3, 4], 2)),
    one(reversed(), values32([2, 3], 3)),
    one(reversed([1]), values32([2, 0], 4)),
    ...randomly('axes', 4, (random) => {
      const shape = drawShape(random, between(random, 1, 4));
      const axes = axesOf(random, shape.length);
      return { compute: reversed(axes), operands: [valuesOf(random, shape)] };
    }),
  ],
  StridedSlice: strides,
};
