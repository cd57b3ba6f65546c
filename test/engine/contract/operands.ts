// Operands and shapes that whole families of kernels are tried with.
import type { Dtype, HostTensor, Tensor, Tf } from '../../../src/domain/engine.ts';
import { float32, int32 } from '../../../src/domain/engine.ts';
import { type Compute, type Operand, values32 } from '../both.ts';
import { axesOf, broadcasting, drawShape, pick, randomly, valuesOf } from './random.ts';

export interface Case {
  name: string;
  compute: Compute;
  operands: Operand[];
  /** What the oracle computes instead, where TensorFlow.js' own kernel is wrong; docs/engine.md says so too. */
  expected?: Compute;
}

export const ALL: Dtype[] = ['float32', 'int32', 'bool'];
export const NUMBERS: Dtype[] = ['float32', 'int32'];

export const splat = (shape: number[], fill: number, dtype: Dtype = 'float32'): Operand => ({
  splat: fill,
  shape,
  dtype,
});
export const floats = (...data: number[]): HostTensor => float32(Float32Array.from(data));
export const integers = (...data: number[]): HostTensor => int32(Int32Array.from(data));
const mapped = (x: HostTensor, change: (value: number) => number): HostTensor => ({ ...x, data: x.data.map(change) });
const shapeOf = (operands: Operand[]) =>
  operands.map((x) => `${'splat' in x ? 'splat ' : ''}${x.dtype}[${x.shape}]`).join(' ');
export const one = (compute: Compute, ...operands: Operand[]): Case => ({ name: shapeOf(operands), compute, operands });
export const named = (name: string, compute: Compute, ...operands: Operand[]): Case => ({
  name: `${name} ${shapeOf(operands)}`,
  compute,
  operands,
});

/** Shapes that broadcast: equal, scalar, row, column, both ways, longer ranks, sizes 1 and 0. */
const PAIRS: [number[], number[]][] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], []],
  [[], [3]],
  [[2, 3], [3]],
  [
    [4, 1],
    [1, 3],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[1], [1]],
  [[0, 3], [3]],
  [
    [2, 0],
    [2, 1],
  ],
];

type Op2 = (tf: Tf, a: Tensor, b: Tensor) => Tensor;
interface BinaryOptions {
  dtypes?: Dtype[];
  /** Keeps operands where the function is defined. */
  positive?: boolean;
}

export function binary(op: Op2, { dtypes = ['float32', 'int32'], positive = false }: BinaryOptions = {}): Case[] {
  const compute: Compute = (tf, [a, b]) => op(tf, a!, b!);
  const draw = (shape: number[], seed: number, dtype: Dtype) => {
    const x = values32(shape, seed, dtype);
    return positive ? mapped(x, (value) => Math.abs(value) + 1) : x;
  };
  const cases: Case[] = [];
  for (const dtype of dtypes) {
    cases.push(...PAIRS.map(([a, b], i) => one(compute, draw(a, i, dtype), draw(b, i + 50, dtype))));
    for (const fill of dtype === 'bool' ? [0, 1] : [0, 1, 2]) {
      cases.push(
        named(`${fill} right`, compute, draw([2, 3], 7, dtype), splat([2, 3], fill, dtype)),
        named(`${fill} left`, compute, splat([2, 3], positive ? fill + 1 : fill, dtype), draw([2, 3], 8, dtype)),
        named(`${fill} wider`, compute, draw([3], 9, dtype), splat([2, 3], fill, dtype)),
        named(`${fill} twice`, compute, splat([2, 1], positive ? fill + 1 : fill, dtype), splat([3], 1, dtype)),
      );
    }
  }
  // what tiling spread, on one side and on both
  const tiled = draw([1, 3], 3, dtypes[0]!);
  const spread: Compute = (tf, [a, b]) => op(tf, tf.tile(a!, [2, 1]), b!);
  const twice: Compute = (tf, [a, b]) => op(tf, tf.tile(a!, [2, 1]), tf.tile(b!, [2, 1]));
  cases.push(named('spread', spread, tiled, draw([2, 3], 4, dtypes[0]!)));
  cases.push(named('spread twice', twice, tiled, draw([1, 3], 5, dtypes[0]!)));
  const random = randomly('shapes', 6, (random, i) => {
    const dtype = dtypes[i % dtypes.length]!;
    const shapes = broadcasting(random);
    return { compute, operands: shapes.map((shape) => draw(shape, random.int(1e6), dtype)) };
  });
  return [...cases, ...random];
}

type Op1 = (tf: Tf, x: Tensor) => Tensor;
export function unary(op: Op1, dtypes: Dtype[] = ['float32'], prepare: (value: number) => number = (x) => x): Case[] {
  const compute: Compute = (tf, [x]) => op(tf, x!);
  const random = randomly('shapes', 2, (random) => {
    const shape = drawShape(random, random.int(5));
    return { compute, operands: [mapped(valuesOf(random, shape, pick(random, dtypes)), prepare)] };
  });
  const fixed = dtypes.flatMap((dtype) => {
    const cases = [[2, 3], [], [1], [0, 2], [2, 1, 2]].map((shape, i) => {
      const x = values32(shape, i, dtype);
      return one(compute, mapped(x, prepare));
    });
    return [...cases, one(compute, splat([2, 2], prepare(1), dtype))];
  });
  return [...fixed, ...random];
}
export const positive = (value: number) => Math.abs(value) + 0.1;

const AXES: { shape: number[]; axis?: number | number[]; keep?: boolean }[] = [
  { shape: [2, 3] },
  { shape: [2, 3], axis: -1 },
  { shape: [2, 3], axis: 0, keep: true },
  { shape: [2, 3, 4], axis: [0, -1] },
  { shape: [2, 3, 4], axis: [-2], keep: true },
  { shape: [2, 3, 4] },
  { shape: [] },
  { shape: [1, 4], axis: 0 },
  { shape: [2, 1], axis: 1, keep: true },
  { shape: [0, 3], axis: 1 },
];
type Reduce = (tf: Tf, x: Tensor, axis?: number | number[], keep?: boolean) => Tensor;
export function reduction(op: Reduce, dtypes: Dtype[], more: typeof AXES = []): Case[] {
  const random = randomly('axes', 6, (random) => {
    const shape = drawShape(random, random.int(5), false);
    const axes = axesOf(random, shape.length);
    const keep = random.int(2) === 0;
    const operands = [valuesOf(random, shape, pick(random, dtypes))];
    return { compute: (tf, [x]) => op(tf, x!, axes, keep), operands };
  });
  const fixed = dtypes.flatMap((dtype) =>
    [...AXES, ...more].flatMap(({ shape, axis, keep }, i) => {
      const compute: Compute = (tf, [x]) => op(tf, x!, axis, keep);
      const name = `axis ${axis}${keep ? ' kept' : ''}`;
      return [
        named(name, compute, values32(shape, i, dtype)),
        ...(i < 3 ? [named(name, compute, splat(shape, 1, dtype))] : []),
      ];
    }),
  );
  return [...fixed, ...random];
}
/** The sum over nothing is defined. */
export const OVER_NOTHING = [{ shape: [2, 0], axis: 1 }];
