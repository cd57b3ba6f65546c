// What the kernels that take or put values at places named by other tensors are asked to do.
import type * as tfjs from '@tensorflow/tfjs';
import { int32 } from '../../../src/domain/engine.ts';
import { type Compute, values32 } from '../both.ts';
import { ALL, type Case, integers, named, one, splat } from './operands.ts';

type One = tfjs.Tensor1D;

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

const index = (shape: number[], ...data: number[]) => int32(Int32Array.from(data), shape);
/** One lookup each in its own part of x. */
const inBatches: Case[] = [
  one((tf, [x, i]) => tf.gather(x!, i as One, 1, 1), values32([2, 5], 1), index([2, 3], 0, 4, 1, 2, 2, 3)),
  one((tf, [x, i]) => tf.gather(x!, i as One, 1, 1), values32([2, 4, 3], 2), index([2], 3, 0)),
  one((tf, [x, i]) => tf.gather(x!, i as One, 2, 1), values32([2, 3, 4], 3), index([2, 2], 3, 0, 1, 1)),
  one((tf, [x, i]) => tf.gather(x!, i as One, -1, 2), values32([2, 2, 3], 4), index([2, 2, 1], 2, 0, 1, 1)),
];
const scattered =
  (shape: number[]): Compute =>
  (tf, [indices, updates]) =>
    tf.scatterND(indices!, updates!, shape);
const updated: Compute = (tf, [x, indices, updates]) => tf.tensorScatterUpdate(x!, indices!, updates!);
const dense =
  (shape: number[]): Compute =>
  (tf, [indices, values, rest]) =>
    tf.sparseToDense(indices as One, values as One, shape, rest as tfjs.Scalar);
const counted =
  (size: number, binary = false): Compute =>
  (tf, [x, weights]) =>
    tf.denseBincount(x as One, weights as One, size, binary);

export const LOOKUPS: Record<string, Case[]> = {
  GatherV2: [...gathers, ...inBatches],
  OneHot: [
    one((tf, [i]) => tf.oneHot(i as One, 3), integers(0, -1, 5, 2)),
    one((tf, [i]) => tf.oneHot(i as One, 5), integers(0, 4, 2, 2)),
    one((tf, [i]) => tf.oneHot(i as One, 3, 2, -1), integers(1, 0)),
    one((tf, [i]) => tf.oneHot(i as One, 3, 1, 0, 'int32'), integers(1, 2)),
    one((tf, [i]) => tf.oneHot(i as One, 3), int32(Int32Array.of(0, 1, 2, 0), [2, 2])),
    one((tf, [i]) => tf.oneHot(i as One, 2), int32(new Int32Array(0))),
    one((tf, [i]) => tf.oneHot(i as One, 2), splat([3], 1, 'int32')),
  ],
  UnsortedSegmentSum: segmentSums,
  Bincount: [
    one((tf, [x, weights]) => tf.bincount(x as One, weights as One, 4), integers(1, 1, 3, 0, 7), values32([5], 1)),
    one((tf, [x]) => tf.bincount(x as One, tf.tensor1d([]), 4), integers(1, 1, 3)),
    one((tf, [x]) => tf.bincount(x as One, tf.tensor1d([], 'int32'), 3), integers(1, 1, 2)),
  ],
  DenseBincount: [
    one(counted(4), integers(1, 1, 3, 0, 7), values32([5], 1)),
    one(counted(3), index([2, 3], 0, 1, 1, 2, 2, 2), values32([2, 3], 2)),
    one(counted(3, true), index([2, 3], 0, 1, 1, 2, 2, 2), values32([0], 2)),
    one(counted(3), index([2, 3], 0, 1, 1, 2, 2, 2), values32([0], 2)),
  ],
  GatherNd: [
    one((tf, [x, i]) => tf.gatherND(x!, i!), values32([3, 4], 1), index([2, 2], 0, 1, 2, 3)),
    one((tf, [x, i]) => tf.gatherND(x!, i!), values32([3, 4], 2, 'int32'), index([2, 1], 2, 0)),
    one((tf, [x, i]) => tf.gatherND(x!, i!), values32([3, 2, 2], 3), index([1, 2, 2], 0, 1, 2, 0)),
  ],
  ScatterNd: [
    one(scattered([5]), index([4, 1], 0, 3, 3, 1), values32([4], 1)),
    one(scattered([5]), index([3, 1], 0, 3, 3), values32([3], 1, 'int32')),
    one(scattered([3, 4]), index([2, 2], 0, 1, 2, 3), values32([2], 2)),
    one(scattered([3, 4]), index([2, 1], 2, 2), values32([2, 4], 3)),
    one(scattered([2, 2, 2]), index([2, 2, 1], 0, 1, 1, 0), values32([2, 2, 2, 2], 4)),
  ],
  SparseToDense: [
    one(dense([5]), integers(0, 3, 1), values32([3], 1), splat([], 9)),
    one(dense([3, 4]), index([2, 2], 0, 1, 2, 3), values32([2], 2), splat([], 0)),
    one(dense([5]), integers(0, 3), values32([], 3), splat([], -1)),
    one(dense([4]), integers(2), values32([1], 3, 'int32'), splat([], 7, 'int32')),
  ],
  TensorScatterUpdate: [
    one(updated, values32([5], 1), index([2, 1], 0, 3), values32([2], 2)),
    one(updated, values32([3, 4], 3), index([2, 1], 2, 0), values32([2, 4], 4)),
    one(updated, values32([2, 2], 5, 'int32'), index([1, 2], 1, 0), values32([1], 6, 'int32')),
  ],
};
