// What the kernels that sum, compare or multiply along axes are asked to do.
import type * as tfjs from '@tensorflow/tfjs';
import type { Dtype, HostTensor, Tensor, Tf } from '../../../src/domain/engine.ts';
import { type Compute, type Operand, values32 } from '../both.ts';
import { ALL, type Case, floats, integers, NUMBERS, named, OVER_NOTHING, one, reduction, splat } from './operands.ts';
import { between, drawShape, randomly, valuesOf } from './random.ts';

const argument = (op: (tf: Tf, x: Tensor, axis: number) => Tensor): Case[] => [
  ...[0, 1, 2, -1, -2].map((axis) =>
    named(`axis ${axis}`, (tf, [x]) => op(tf, x!, axis), values32([2, 3, 4], axis + 5)),
  ),
  named('integers with ties', (tf, [x]) => op(tf, x!, 1), values32([3, 6], 1, 'int32')),
  named('a vector', (tf, [x]) => op(tf, x!, 0), values32([7], 2)),
  named('a splat', (tf, [x]) => op(tf, x!, -1), splat([2, 3], 4)),
];

const product = (a: number[], b: number[], transA = false, transB = false, dtype: Dtype = 'float32'): Case => {
  const compute: Compute = (tf, [x, y]) => tf.matMul(x as tfjs.Tensor2D, y as tfjs.Tensor2D, transA, transB);
  return named(`${transA ? 'Aᵀ' : 'A'} ${transB ? 'Bᵀ' : 'B'}`, compute, values32(a, 1, dtype), values32(b, 2, dtype));
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
  product([2, 3], [3, 4], false, false, 'int32'),
  product([2, 3, 2], [2, 4, 3], true, true, 'int32'),
  product([1, 1], [1, 1]),
  product([0, 3], [3, 4]),
  product([2, 0], [0, 4]),
  ...[[splat([2, 3], 2), values32([3, 4], 3)] as Operand[], [values32([2, 3], 3), splat([3, 4], 0)] as Operand[]].map(
    (operands) => one((tf, [x, y]) => tf.matMul(x as tfjs.Tensor2D, y as tfjs.Tensor2D), ...operands),
  ),
];

interface Running {
  axis: number;
  exclusive?: boolean;
  reverse?: boolean;
}
const RUNS: Running[] = [
  { axis: 0 },
  { axis: -1, exclusive: true },
  { axis: 1, reverse: true },
  { axis: -2, exclusive: true, reverse: true },
];
/** TensorFlow.js' `cpu` takes no axes from the end, though its documentation does. */
const fromStart = (run: Running, rank: number): Running => ({
  ...run,
  axis: run.axis < 0 ? run.axis + rank : run.axis,
});
const running = (op: (tf: Tf, x: Tensor, run: Running) => Tensor, dtypes: Dtype[]): Case[] => [
  ...RUNS.flatMap((run) =>
    dtypes.map((dtype, i) => ({
      ...named(JSON.stringify(run), (tf, [x]) => op(tf, x!, run), values32([2, 3, 5], i, dtype)),
      expected: ((tf, [x]) => op(tf, x!, fromStart(run, 3))) as Compute,
    })),
  ),
  named('one place', (tf, [x]) => op(tf, x!, { axis: 0, exclusive: true }), values32([1, 2], 3)),
  named('none', (tf, [x]) => op(tf, x!, { axis: 1 }), values32([2, 0], 3)),
  ...randomly('running', 4, (random) => {
    const rank = between(random, 1, 4);
    const run = { axis: random.int(rank), exclusive: random.int(2) === 0, reverse: random.int(2) === 0 };
    return { compute: (tf, [x]) => op(tf, x!, run), operands: [valuesOf(random, drawShape(random, rank))] };
  }),
];

const largest =
  (k: number): Compute =>
  (tf, [x]) => {
    const { values, indices } = tf.topk(x!, k);
    return [values, indices];
  };
const einsum =
  (equation: string): Compute =>
  (tf, xs) =>
    tf.einsum(equation, ...xs);
type Matrix = tfjs.Tensor2D;
interface Dense {
  activation?: string | undefined;
  transposed?: boolean;
}
const dense =
  ({ activation, transposed = false }: Dense): Compute =>
  (tf, [a, b, bias, slopes]) =>
    tf.fused.matMul({
      ...{ a: a as Matrix, b: b as Matrix, transposeA: transposed, transposeB: transposed, leakyreluAlpha: 0.1 },
      ...(bias ? { bias } : {}),
      ...(slopes ? { preluActivationWeights: slopes } : {}),
      ...(activation ? { activation: activation as 'relu' } : {}),
    });
const sorted = (x: HostTensor): HostTensor => ({ ...x, data: x.data.toSorted() });

export const REDUCTIONS: Record<string, Case[]> = {
  All: reduction((tf, x, axis, keep) => tf.all(x, axis as number, keep), ['bool']),
  Any: reduction((tf, x, axis, keep) => tf.any(x, axis as number, keep), ['bool']),
  ArgMax: argument((tf, x, axis) => tf.argMax(x, axis)),
  ArgMin: argument((tf, x, axis) => tf.argMin(x, axis)),
  BatchMatMul: products,
  Max: reduction((tf, x, axis, keep) => tf.max(x, axis as number, keep), NUMBERS),
  Mean: reduction((tf, x, axis, keep) => tf.mean(x, axis as number, keep), ALL),
  Min: reduction((tf, x, axis, keep) => tf.min(x, axis as number, keep), NUMBERS),
  Softmax: [[2, 3], [4], [2, 3, 5], [3, 1], [1, 1]].map((shape, i) =>
    one((tf, [x]) => tf.softmax(x!), values32(shape, i)),
  ),
  Sum: reduction((tf, x, axis, keep) => tf.sum(x, axis as number, keep), ALL, OVER_NOTHING),
  Cumprod: running((tf, x, { axis, exclusive, reverse }) => tf.cumprod(x, axis, exclusive, reverse), NUMBERS),
  Cumsum: running((tf, x, { axis, exclusive, reverse }) => tf.cumsum(x, axis, exclusive, reverse), NUMBERS),
  Einsum: [
    one(einsum('ij,jk->ik'), values32([2, 3], 1), values32([3, 4], 2)),
    one(einsum('bij,bkj->bik'), values32([2, 3, 4], 1), values32([2, 5, 4], 2)),
    one(einsum('ij->ji'), values32([2, 3], 3)),
    one(einsum('ij->'), values32([2, 3], 4)),
    one(einsum('i,j->ij'), values32([2], 5), values32([3], 6)),
  ],
  Prod: reduction((tf, x, axis, keep) => tf.prod(x, axis as number, keep), NUMBERS, OVER_NOTHING),
  SearchSorted: (['left', 'right'] as const).flatMap((side) => [
    one((tf, [row, x]) => tf.searchSorted(row!, x!, side), floats(1, 3, 3, 5), floats(0, 1, 3, 4, 9)),
    one((tf, [row, x]) => tf.searchSorted(row!, x!, side), integers(1, 3, 3, 5), integers(3, 0, 6)),
    one((tf, [row, x]) => tf.searchSorted(row!, x!, side), sorted(values32([1, 6], 1)), values32([1, 4], 2)),
  ]),
  TopK: [
    one(largest(2), values32([3, 5], 1)),
    one(largest(3), values32([4, 6], 2, 'int32')),
    one(largest(4), floats(1, 1, 1, 2, 2)),
    one(largest(1), values32([2, 2, 1], 3)),
    one(largest(2), splat([2, 3], 4)),
  ],
  _FusedMatMul: [
    ...[undefined, 'linear', 'relu', 'relu6', 'elu', 'sigmoid'].map((activation) =>
      named(`${activation}`, dense({ activation }), values32([4, 3], 1), values32([3, 2], 2), values32([2], 3)),
    ),
    named(
      'slopes',
      dense({ activation: 'prelu' }),
      ...[[4, 3], [3, 2], [2], [4, 2]].map((shape, i) => values32(shape, i)),
    ),
    named('leaky', dense({ activation: 'leakyrelu' }), values32([4, 3], 1), values32([3, 2], 2), values32([2], 3)),
    named('no bias', dense({ activation: 'relu' }), values32([2, 3], 4), values32([3, 2], 5)),
    named('Aᵀ Bᵀ', dense({ transposed: true }), values32([3, 4], 4), values32([2, 3], 5), values32([2], 6)),
    named('batches', dense({}), values32([2, 4, 3], 7), values32([2, 3, 2], 8), values32([2], 9)),
  ],
};
