// What each kernel is asked to do. One entry a kernel; kernels.test.ts fails for a kernel that has none.
import type * as tfjs from '@tensorflow/tfjs';
import { type Dtype, int32, type Tensor, type Tf } from '../../src/domain/engine.ts';
import { type Compute, type Operand, values32 } from './both.ts';
import {
  binary,
  type Case,
  floats,
  integers,
  named,
  OVER_NOTHING,
  one,
  positive,
  reduction,
  splat,
  unary,
} from './kernel-operands.ts';

type One = tfjs.Tensor1D;

const argument = (op: (tf: Tf, x: Tensor, axis: number) => Tensor): Case[] => [
  ...[0, 1, 2, -1, -2].map((axis) =>
    named(`axis ${axis}`, (tf, [x]) => op(tf, x!, axis), values32([2, 3, 4], axis + 5)),
  ),
  named('integers with ties', (tf, [x]) => op(tf, x!, 1), values32([3, 6], 1, 'int32')),
  named('a vector', (tf, [x]) => op(tf, x!, 0), values32([7], 2)),
  named('a splat', (tf, [x]) => op(tf, x!, -1), splat([2, 3], 4)),
];

const product = (a: number[], b: number[], transA = false, transB = false): Case => {
  const compute: Compute = (tf, [x, y]) => tf.matMul(x as tfjs.Tensor2D, y as tfjs.Tensor2D, transA, transB);
  return named(`${transA ? 'Aᵀ' : 'A'} ${transB ? 'Bᵀ' : 'B'}`, compute, values32(a, 1), values32(b, 2));
};
const products: Case[] = [
  product([2, 3], [3, 4]),
  product([3, 2], [3, 4], true),
  product([2, 3], [4, 3], false, true),
  product([3, 2], [4, 3], true, true),
  product([2, 2, 3], [2, 3, 4]),
  product([2, 3, 2], [2, 3, 4], true),
  product([2, 2, 3], [2, 4, 3], false, true),
  product([2, 3, 2], [2, 4, 3], true, true),
  product([2, 5, 2, 3], [2, 5, 4, 3], false, true),
  product([1, 2, 3], [5, 3, 4]),
  product([5, 2, 3], [1, 4, 3], false, true),
  product([1, 3, 2], [5, 3, 4], true),
  product([1, 1], [1, 1]),
  product([0, 3], [3, 4]),
  product([2, 0], [0, 4]),
  ...[[splat([2, 3], 2), values32([3, 4], 3)] as Operand[], [values32([2, 3], 3), splat([3, 4], 0)] as Operand[]].map(
    (operands) => one((tf, [x, y]) => tf.matMul(x as tfjs.Tensor2D, y as tfjs.Tensor2D), ...operands),
  ),
];

const ALL: Dtype[] = ['float32', 'int32', 'bool'];
const NUMBERS: Dtype[] = ['float32', 'int32'];

const casts: Case[] = ALL.flatMap((from) =>
  ALL.flatMap((to) => {
    const compute: Compute = (tf, [x]) => tf.engine().runKernel('Cast', { x: x! }, { dtype: to }) as Tensor;
    const label = `to ${to}`;
    return [
      named(label, compute, values32([2, 3], 4, from)),
      named(label, compute, values32([0], 4, from)),
      named(label, compute, splat([2], from === 'float32' ? -1.7 : 1, from)),
    ];
  }),
);

const at =
  (rows: number[], axis: number): Compute =>
  (tf, [x]) =>
    tf.gather(x!, tf.tensor1d(rows, 'int32'), axis);
const gathers: Case[] = [
  ...ALL.map((dtype) => named('rows', at([2, 0, 0], 0), values32([3, 4], 1, dtype))),
  named('last axis', at([3, 3, 1, 0], -1), values32([2, 3, 4], 2)),
  named('middle axis', at([2], 1), values32([2, 3, 4], 3)),
  named('nothing', at([], 0), values32([3, 2], 4)),
  named('from a splat', at([1, 0], 0), splat([3, 2], 5)),
  one((tf, [x, i]) => tf.gather(x!, i as One), values32([5, 2], 5), int32(Int32Array.of(4, 1, 0, 2), [2, 2])),
  one((tf, [x, i]) => tf.gather(x!, i as One, 1), values32([2, 5], 6), int32(Int32Array.of(3), [])),
];

const segments =
  (count: number): Compute =>
  (tf, [x, ids]) =>
    tf.unsortedSegmentSum(x!, ids as One, count);
const segmentSums: Case[] = [
  named('rows', segments(4), values32([5, 3], 1), integers(0, 2, 2, 0, 3)),
  named('numbers', segments(3), values32([4], 2), integers(1, 1, 1, 0)),
  named('deep', segments(2), values32([3, 2, 2], 3), integers(1, 0, 1)),
  named('nothing', segments(2), values32([0, 3], 4), int32(new Int32Array(0))),
  named('a splat', segments(3), splat([3, 2], 1), integers(2, 2, 0)),
];

const slices: Case[] = [
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
const choose: Compute = (tf, [c, a, b]) => tf.where(c as Tensor, a!, b!);
const flags = (shape: number[]) => values32(shape, 21, 'bool');
const range = (start: number, stop: number, step?: number, dtype?: 'int32'): Case =>
  named(`${start} to ${stop} by ${step}`, (tf) => tf.range(start, stop, step, dtype));

/** Every kernel by its registered name. */
export const CASES: Record<string, Case[]> = {
  Abs: unary((tf, x) => tf.abs(x), NUMBERS),
  Add: binary((tf, a, b) => tf.add(a, b)),
  All: reduction((tf, x, axis, keep) => tf.all(x, axis as number, keep), ['bool']),
  Any: reduction((tf, x, axis, keep) => tf.any(x, axis as number, keep), ['bool']),
  ArgMax: argument((tf, x, axis) => tf.argMax(x, axis)),
  ArgMin: argument((tf, x, axis) => tf.argMin(x, axis)),
  BatchMatMul: products,
  Cast: casts,
  Ceil: unary((tf, x) => tf.ceil(x)),
  Concat: [
    ...ALL.map((dtype) => one(joined(0), values32([2, 3], 1, dtype), values32([1, 3], 2, dtype))),
    one(joined(-1), values32([2, 1, 2], 3), values32([2, 1, 3], 4), values32([2, 1, 1], 5)),
    one(joined(1), values32([2, 0], 6), values32([2, 2], 7)),
    one(joined(0), splat([2], 1), values32([3], 8)),
    one(joined(0), splat([2], 1), splat([1], 0)),
    named('a dozen', joined(1), ...many),
  ],
  Cos: unary((tf, x) => tf.cos(x)),
  Equal: binary((tf, a, b) => tf.equal(a, b), { dtypes: ALL }),
  Erf: unary((tf, x) => tf.erf(x)),
  Exp: unary((tf, x) => tf.exp(x), NUMBERS),
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
  Floor: unary((tf, x) => tf.floor(x)),
  GatherV2: gathers,
  Greater: binary((tf, a, b) => tf.greater(a, b)),
  GreaterEqual: binary((tf, a, b) => tf.greaterEqual(a, b)),
  Identity: unary((tf, x) => tf.clone(x), ALL),
  IsNan: [
    one((tf, [x]) => tf.isNaN(x!), floats(1, Number.NaN, Number.POSITIVE_INFINITY)),
    ...unary((tf, x) => tf.isNaN(x)),
  ],
  Less: binary((tf, a, b) => tf.less(a, b)),
  LessEqual: binary((tf, a, b) => tf.lessEqual(a, b)),
  Log: unary((tf, x) => tf.log(x), ['float32'], positive),
  LogicalAnd: binary((tf, a, b) => tf.logicalAnd(a, b), { dtypes: ['bool'] }),
  LogicalNot: unary((tf, x) => tf.logicalNot(x), ['bool']),
  LogicalOr: binary((tf, a, b) => tf.logicalOr(a, b), { dtypes: ['bool'] }),
  Max: reduction((tf, x, axis, keep) => tf.max(x, axis as number, keep), NUMBERS),
  Maximum: binary((tf, a, b) => tf.maximum(a, b)),
  Mean: reduction((tf, x, axis, keep) => tf.mean(x, axis as number, keep), ALL),
  Min: reduction((tf, x, axis, keep) => tf.min(x, axis as number, keep), NUMBERS),
  Minimum: binary((tf, a, b) => tf.minimum(a, b)),
  Multiply: binary((tf, a, b) => tf.mul(a, b)),
  Neg: unary((tf, x) => tf.neg(x), NUMBERS),
  NotEqual: binary((tf, a, b) => tf.notEqual(a, b), { dtypes: ALL }),
  OneHot: [
    one((tf, [i]) => tf.oneHot(i as One, 5), integers(0, 4, 2, 2)),
    one((tf, [i]) => tf.oneHot(i as One, 3, 2, -1), integers(1, 0)),
    one((tf, [i]) => tf.oneHot(i as One, 3, 1, 0, 'int32'), integers(1, 2)),
    one((tf, [i]) => tf.oneHot(i as One, 3), int32(Int32Array.of(0, 1, 2, 0), [2, 2])),
    one((tf, [i]) => tf.oneHot(i as One, 2), int32(new Int32Array(0))),
    one((tf, [i]) => tf.oneHot(i as One, 2), splat([3], 1, 'int32')),
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
  Pow: binary((tf, a, b) => tf.pow(a, b), { dtypes: ['float32'], positive: true }),
  Range: [
    range(0, 5),
    range(2, 9, 3),
    range(5, 1, -1.5),
    range(5, 0),
    range(0, 4, 1, 'int32'),
    range(3, 3),
    range(1, 5, -1),
  ],
  RealDiv: binary((tf, a, b) => tf.div(a, b), { dtypes: ['float32'], positive: true }),
  Reciprocal: unary((tf, x) => tf.reciprocal(x), ['float32'], positive),
  Relu: unary((tf, x) => tf.relu(x), NUMBERS),
  Reshape: [
    ...ALL.map((dtype) => one((tf, [x]) => tf.reshape(x!, [3, -1]), values32([2, 3], 1, dtype))),
    one((tf, [x]) => tf.reshape(x!, []), values32([1, 1], 2)),
    one((tf, [x]) => tf.reshape(x!, [2, 0, 3]), values32([0, 6], 3)),
    one((tf, [x]) => tf.reshape(tf.reshape(tf.exp(x!), [6]), [3, 2]), values32([2, 3], 4)),
    one((tf, [x]) => tf.reshape(x!, [6]), splat([2, 3], 2)),
  ],
  Rsqrt: unary((tf, x) => tf.rsqrt(x), ['float32'], positive),
  Select: [
    ...ALL.map((d) => one(choose, flags([2, 3]), values32([2, 3], 1, d), values32([2, 3], 2, d))),
    one(choose, flags([2, 1]), values32([3], 3), values32([2, 3], 4)),
    one(choose, flags([]), values32([2], 5), values32([2], 6)),
    one(choose, flags([2, 3]), splat([2, 3], 1), splat([2, 3], 0)),
    one(choose, flags([2, 3]), values32([2, 3], 7), splat([], 0)),
    one(choose, splat([2, 2], 1, 'bool'), values32([2, 2], 8), splat([2, 2], 3)),
    one(choose, flags([0, 2]), values32([0, 2], 9), values32([0, 2], 10)),
  ],
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Sin: unary((tf, x) => tf.sin(x)),
  Slice: slices,
  Softmax: [[2, 3], [4], [2, 3, 5], [3, 1], [1, 1]].map((shape, i) =>
    one((tf, [x]) => tf.softmax(x!), values32(shape, i)),
  ),
  Softplus: [one((tf, [x]) => tf.softplus(x!), floats(-200, -20, 0, 20, 200)), ...unary((tf, x) => tf.softplus(x))],
  SplitV: [
    one((tf, [x]) => tf.split(x!, 3, -1), values32([2, 6], 1)),
    one((tf, [x]) => tf.split(x!, [1, 3, 2], 1), values32([2, 6], 2, 'int32')),
    one((tf, [x]) => tf.split(x!, [2, -1], 0), values32([5, 2], 3)),
    one((tf, [x]) => tf.split(x!, 1, 0), values32([2, 2], 4)),
    one((tf, [x]) => tf.split(x!, [0, 2], 0), values32([2, 2], 5)),
    one((tf, [x]) => tf.split(x!, 2, 1), splat([2, 4], 3)),
  ],
  Sqrt: unary((tf, x) => tf.sqrt(x), ['float32'], positive),
  Square: unary((tf, x) => tf.square(x), NUMBERS),
  Step: [...unary((tf, x) => tf.step(x), NUMBERS), ...unary((tf, x) => tf.step(x, -1))],
  Sub: binary((tf, a, b) => tf.sub(a, b)),
  Sum: reduction((tf, x, axis, keep) => tf.sum(x, axis as number, keep), ALL, OVER_NOTHING),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Tile: tiles,
  Transpose: [
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
  UnsortedSegmentSum: segmentSums,
  ZerosLike: unary((tf, x) => tf.zerosLike(x), NUMBERS),
};
