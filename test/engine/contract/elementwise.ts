import type { Tensor, Tf } from '../../../src/domain/engine.ts';
import { type Compute, values32 } from '../both.ts';
import { ALL, binary, type Case, floats, integers, NUMBERS, named, one, positive, splat, unary } from './operands.ts';

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

const choose: Compute = (tf, [c, a, b]) => tf.where(c as Tensor, a!, b!);
const flags = (shape: number[]) => values32(shape, 21, 'bool');

/** A kernel that no function of the library calls by itself. */
const kernelOf =
  (name: string, names: string[], attrs: Record<string, number> = {}): Compute =>
  (tf, xs) =>
    tf.engine().runKernel(name, Object.fromEntries(names.map((key, i) => [key, xs[i]!])), attrs) as Tensor;
const inside = (value: number) => 0.9 * Math.tanh(value);
const wide = (value: number) => 4 * value;
/** f(x) / x, so that digits lost near zero show. */
const relative = (op: (tf: Tf, x: Tensor) => Tensor): Case =>
  named('tiny', (tf, [x]) => tf.div(op(tf, x!), x!), floats(1e-7, -3e-6, 2e-4, -1e-3, 0.3, -0.4));
/** Signs of both operands and of zero. */
const quadrants = [floats(1, 1, -1, -1, 0, 0, 2, -2, 0), floats(1, -1, 1, -1, 3, -3, 0, 0, 0)] as const;

export const ELEMENTWISE: Record<string, Case[]> = {
  Abs: unary((tf, x) => tf.abs(x), NUMBERS),
  Add: binary((tf, a, b) => tf.add(a, b)),
  Cast: casts,
  Ceil: unary((tf, x) => tf.ceil(x)),
  Cos: unary((tf, x) => tf.cos(x)),
  Equal: binary((tf, a, b) => tf.equal(a, b), { dtypes: ALL }),
  Erf: unary((tf, x) => tf.erf(x)),
  Exp: unary((tf, x) => tf.exp(x), NUMBERS),
  Floor: unary((tf, x) => tf.floor(x)),
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
  Maximum: binary((tf, a, b) => tf.maximum(a, b)),
  Minimum: binary((tf, a, b) => tf.minimum(a, b)),
  Multiply: binary((tf, a, b) => tf.mul(a, b)),
  Neg: unary((tf, x) => tf.neg(x), NUMBERS),
  NotEqual: binary((tf, a, b) => tf.notEqual(a, b), { dtypes: ALL }),
  Pow: binary((tf, a, b) => tf.pow(a, b), { dtypes: ['float32'], positive: true }),
  RealDiv: binary((tf, a, b) => tf.div(a, b), { dtypes: ['float32'], positive: true }),
  Reciprocal: unary((tf, x) => tf.reciprocal(x), ['float32'], positive),
  Relu: unary((tf, x) => tf.relu(x), NUMBERS),
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
  Softplus: [one((tf, [x]) => tf.softplus(x!), floats(-200, -20, 0, 20, 200)), ...unary((tf, x) => tf.softplus(x))],
  Sqrt: unary((tf, x) => tf.sqrt(x), ['float32'], positive),
  Square: unary((tf, x) => tf.square(x), NUMBERS),
  Step: [...unary((tf, x) => tf.step(x), NUMBERS), ...unary((tf, x) => tf.step(x, -1))],
  Sub: binary((tf, a, b) => tf.sub(a, b)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Acos: unary((tf, x) => tf.acos(x), ['float32'], inside),
  Acosh: unary(
    (tf, x) => tf.acosh(x),
    ['float32'],
    (value) => 1 + Math.abs(value),
  ),
  AddN: [
    one((tf, xs) => tf.addN(xs), values32([2, 3], 1), values32([2, 3], 2), values32([2, 3], 3)),
    one((tf, xs) => tf.addN(xs), values32([2], 1, 'int32'), values32([2], 2, 'int32')),
    one((tf, xs) => tf.addN(xs), values32([3], 1), splat([3], 2)),
    one((tf, xs) => tf.addN(xs), values32([], 1)),
  ],
  Asin: unary((tf, x) => tf.asin(x), ['float32'], inside),
  Asinh: unary((tf, x) => tf.asinh(x)),
  Atan: unary((tf, x) => tf.atan(x)),
  Atan2: [
    ...binary((tf, a, b) => tf.atan2(a, b), { dtypes: ['float32'] }),
    one((tf, [a, b]) => tf.atan2(a!, b!), ...quadrants),
  ],
  Atanh: unary((tf, x) => tf.atanh(x), ['float32'], inside),
  BitwiseAnd: [
    one(kernelOf('BitwiseAnd', ['a', 'b']), values32([2, 3], 1, 'int32'), values32([2, 3], 2, 'int32')),
    one(kernelOf('BitwiseAnd', ['a', 'b']), integers(-1, 255, 6), integers(12, 16, 3)),
  ],
  ClipByValue: unary((tf, x) => tf.clipByValue(x, -1, 1), NUMBERS, wide),
  Cosh: unary((tf, x) => tf.cosh(x)),
  Elu: unary((tf, x) => tf.elu(x)),
  EluGrad: [
    one(kernelOf('EluGrad', ['dy', 'y']), values32([2, 3], 1), values32([2, 3], 2)),
    one(kernelOf('EluGrad', ['dy', 'y']), splat([4], 1), floats(-0.5, 0, 0.5, -1)),
    one(kernelOf('EluGrad', ['dy', 'y']), values32([0], 1), values32([0], 2)),
  ],
  Expm1: [...unary((tf, x) => tf.expm1(x)), relative((tf, x) => tf.expm1(x))],
  FloorDiv: [
    ...binary((tf, a, b) => tf.floorDiv(a, b), { positive: true }),
    one((tf, [a, b]) => tf.floorDiv(a!, b!), integers(7, -7, 7, -7, 6, 5, 0), integers(2, 2, -2, -2, 3, 0, 0)),
    one((tf, [a, b]) => tf.floorDiv(a!, b!), floats(7, -7, 7.5, -7.5), floats(2, 2, -2, -2)),
  ],
  IsFinite: [
    one((tf, [x]) => tf.isFinite(x!), floats(1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)),
    ...unary((tf, x) => tf.isFinite(x), NUMBERS),
  ],
  IsInf: [
    one((tf, [x]) => tf.isInf(x!), floats(1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)),
    ...unary((tf, x) => tf.isInf(x), NUMBERS),
  ],
  LeakyRelu: unary((tf, x) => tf.leakyRelu(x, 0.3)),
  Log1p: [...unary((tf, x) => tf.log1p(x), ['float32'], positive), relative((tf, x) => tf.log1p(x))],
  Mod: [
    ...binary((tf, a, b) => tf.mod(a, b), { positive: true }),
    one((tf, [a, b]) => tf.mod(a!, b!), integers(7, -7, 7, -7, 6, 5), integers(2, 2, -2, -2, 3, 0)),
    one((tf, [a, b]) => tf.mod(a!, b!), floats(7, -7, 7.5, -7.5, 6), floats(2, 2, -2, -2, 3)),
  ],
  Prelu: [
    one((tf, [x, slopes]) => tf.prelu(x!, slopes!), values32([2, 3, 4], 1), values32([3, 4], 2)),
    one((tf, [x, slopes]) => tf.prelu(x!, slopes!), values32([2, 3], 1), values32([], 2)),
    one((tf, [x, slopes]) => tf.prelu(x!, slopes!), values32([3], 1), values32([2, 3], 2)),
    one((tf, [x, slopes]) => tf.prelu(x!, slopes!), values32([0, 3], 1), values32([3], 2)),
  ],
  Relu6: unary((tf, x) => tf.relu6(x), NUMBERS, wide),
  Round: [
    one((tf, [x]) => tf.round(x!), floats(0.5, 1.5, -0.5, 2.5, -1.5)),
    ...unary((tf, x) => tf.round(x), ['float32'], wide),
  ],
  Selu: unary((tf, x) => tf.selu(x)),
  Sinh: unary((tf, x) => tf.sinh(x)),
  SquaredDifference: binary((tf, a, b) => tf.squaredDifference(a, b)),
  Tan: unary((tf, x) => tf.tan(x), ['float32'], inside),
};
