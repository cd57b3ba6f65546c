// Kernels of two operands that broadcast. Adding zero, multiplying or dividing by one and working on two splats cost nothing.
import type { Dtype } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import type { GraphBuilder } from '../builder.ts';
import { type LazyNode, splat } from '../node.ts';
import { sameShape } from '../shapes.ts';
import { sumWithSegments } from './gather.ts';
import { alias, kernel, record } from './register.ts';

interface Binary {
  /** The operator, or what to write for two operands of this type. */
  onnx: string | ((g: GraphBuilder, a: string, b: string, dtype: Dtype) => string);
  /** Result of two numbers, for splats. */
  fold(a: number, b: number): number;
  dtype?: Dtype;
  /** A number on this side that leaves the other operand as it is. */
  neutral?: { left?: number; right?: number };
}

/** What a broadcast operand was before tfjs spread it: elementwise operators spread it themselves. */
function unspread(node: LazyNode, shape: number[], other: LazyNode): LazyNode {
  const isSpread = node.kind === 'op' && node.op === 'BroadcastTo' && node.value === undefined;
  return isSpread && other.kind !== 'splat' && sameShape(other.shape, shape) ? node.inputs[0]! : node;
}

function binary(name: string, spec: Binary): void {
  kernel(name, ({ inputs, backend }) => {
    const a = inputs.a!;
    const b = inputs.b!;
    const left = backend.node(a);
    const right = backend.node(b);
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const dtype = spec.dtype ?? (a.dtype as Dtype);
    if (left.kind === 'splat' && right.kind === 'splat') {
      const folded = Number(spec.fold(left.fill, right.fill));
      return backend.tensor(splat(shape, dtype, dtype === 'int32' ? folded | 0 : folded));
    }
    if (right.kind === 'splat' && right.fill === spec.neutral?.right && sameShape(a.shape, shape))
      return alias(backend, a);
    if (left.kind === 'splat' && left.fill === spec.neutral?.left && sameShape(b.shape, shape))
      return alias(backend, b);
    const sum = name === 'Add' ? sumWithSegments(backend, left, right) : undefined;
    if (sum !== undefined) return sum;
    // one side at most: the other one carries the shape
    const first = unspread(left, shape, right);
    const operands = [first, first === left ? unspread(right, shape, left) : right];
    const broadcasts = operands.some((node) => node.kind !== 'splat' && sameShape(node.shape, shape));
    const { onnx } = spec;
    return record(backend, name, operands, { shape, dtype, broadcasts, elementwise: true }, (g, xs) =>
      typeof onnx === 'string' ? g.op(onnx, xs) : onnx(g, xs[0]!, xs[1]!, a.dtype as Dtype),
    );
  });
}

binary('Add', { onnx: 'Add', fold: (a, b) => a + b, neutral: { left: 0, right: 0 } });
binary('Sub', { onnx: 'Sub', fold: (a, b) => a - b, neutral: { right: 0 } });
binary('Multiply', { onnx: 'Mul', fold: (a, b) => a * b, neutral: { left: 1, right: 1 } });
binary('RealDiv', { onnx: 'Div', fold: (a, b) => a / b, neutral: { right: 1 } });
binary('Pow', { onnx: 'Pow', fold: (a, b) => a ** b, neutral: { right: 1 } });
binary('Maximum', { onnx: 'Max', fold: Math.max });
binary('Minimum', { onnx: 'Min', fold: Math.min });
binary('Equal', { onnx: 'Equal', fold: (a, b) => Number(a === b), dtype: 'bool' });
binary('NotEqual', {
  onnx: (g, a, b) => g.op('Not', [g.op('Equal', [a, b])]),
  fold: (a, b) => Number(a !== b),
  dtype: 'bool',
});
binary('Greater', { onnx: 'Greater', fold: (a, b) => Number(a > b), dtype: 'bool' });
binary('GreaterEqual', { onnx: 'GreaterOrEqual', fold: (a, b) => Number(a >= b), dtype: 'bool' });
binary('Less', { onnx: 'Less', fold: (a, b) => Number(a < b), dtype: 'bool' });
binary('LessEqual', { onnx: 'LessOrEqual', fold: (a, b) => Number(a <= b), dtype: 'bool' });
binary('LogicalAnd', { onnx: 'And', fold: (a, b) => Number(a && b), dtype: 'bool' });
binary('LogicalOr', { onnx: 'Or', fold: (a, b) => Number(a || b), dtype: 'bool' });

binary('SquaredDifference', {
  onnx: (g, a, b) => {
    const difference = g.op('Sub', [a, b]);
    return g.op('Mul', [difference, difference]);
  },
  fold: (a, b) => (a - b) ** 2,
});
/** b, with ones for its zeros: dividing integers by zero ends the process. */
const withoutZeros = (g: GraphBuilder, b: string): [divisor: string, isZero: string] => {
  const isZero = g.op('Equal', [b, g.scalar(0, 'int32')]);
  return [g.op('Where', [isZero, g.scalar(1, 'int32'), b]), isZero];
};
const haveOtherSigns = (g: GraphBuilder, a: string, b: string, dtype: Dtype): string =>
  g.op('Less', [g.op('Mul', [g.op('Sign', [a]), g.op('Sign', [b])]), g.scalar(0, dtype)]);

/** Rounds down; the runtime's own division of integers cuts off. Nothing is left of a division by zero. */
binary('FloorDiv', {
  onnx: (g, a, b, dtype) => {
    if (dtype === 'float32') {
      const zero = g.scalar(0, dtype);
      const quotient = g.op('Where', [g.op('Equal', [b, zero]), zero, g.op('Div', [a, b])]);
      return g.cast(g.op('Floor', [quotient]), 'int32');
    }
    const [divisor, isZero] = withoutZeros(g, b);
    const quotient = g.op('Div', [a, divisor]);
    const remainder = g.op('Sub', [a, g.op('Mul', [quotient, divisor])]);
    const floor = g.op('Sub', [quotient, g.cast(haveOtherSigns(g, remainder, divisor, dtype), 'int32')]);
    return g.op('Where', [isZero, g.scalar(0, 'int32'), floor]);
  },
  fold: (a, b) => Math.floor(a / b),
  dtype: 'int32',
});
/** The remainder has the sign of the divisor. */
binary('Mod', {
  onnx: (g, a, b, dtype) => {
    if (dtype !== 'float32') {
      const [divisor, isZero] = withoutZeros(g, b);
      return g.op('Where', [isZero, g.scalar(0, 'int32'), g.op('Mod', [a, divisor])]);
    }
    const remainder = g.op('Mod', [a, b], { fmod: 1 });
    return g.op('Where', [haveOtherSigns(g, remainder, b, dtype), g.op('Add', [remainder, b]), remainder]);
  },
  fold: (a, b) => ((a % b) + b) % b,
});
/** The angle of the point (b, a), in (-π, π]. */
binary('Atan2', {
  onnx: (g, a, b) => {
    const [zero, pi, half] = [0, Math.PI, Math.PI / 2].map((value) => g.scalar(value, 'float32'));
    const side = g.op('Where', [g.op('Less', [a, zero!]), g.op('Neg', [half!]), half!]);
    const straight = g.op('Where', [g.op('Equal', [a, zero!]), zero!, side]);
    const turn = g.op('Where', [g.op('Less', [a, zero!]), g.op('Neg', [pi!]), pi!]);
    const angle = g.op('Atan', [g.op('Div', [a, b])]);
    const behind = g.op('Where', [g.op('Less', [b, zero!]), g.op('Add', [angle, turn]), angle]);
    return g.op('Where', [g.op('Equal', [b, zero!]), straight, behind]);
  },
  fold: Math.atan2,
});
binary('BitwiseAnd', { onnx: 'BitwiseAnd', fold: (a, b) => a & b });
