// One-to-one kernels. Adding zero, multiplying or dividing by one and working on two splats cost nothing.
import type { Dtype } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import type { GraphBuilder } from '../builder.ts';
import { type LazyNode, splat } from '../node.ts';
import { alias, kernel, record } from './register.ts';

const sameShape = (a: number[], b: number[]) => a.length === b.length && a.every((size, i) => size === b[i]);

interface Binary {
  onnx: string;
  /** Result of two numbers, for splats. */
  fold(a: number, b: number): number;
  dtype?: Dtype;
  /** A number on this side that leaves the other operand as it is. */
  neutral?: { left?: number; right?: number };
  negate?: boolean;
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
      return backend.tensor(splat(shape, dtype, Number(spec.fold(left.fill, right.fill))));
    }
    if (right.kind === 'splat' && right.fill === spec.neutral?.right && sameShape(a.shape, shape))
      return alias(backend, a);
    if (left.kind === 'splat' && left.fill === spec.neutral?.left && sameShape(b.shape, shape))
      return alias(backend, b);
    // one side at most: the other one carries the shape
    const first = unspread(left, shape, right);
    const operands = [first, first === left ? unspread(right, shape, left) : right];
    const broadcasts = operands.some((node) => node.kind !== 'splat' && sameShape(node.shape, shape));
    return record(backend, name, operands, { shape, dtype, broadcasts }, (g, xs) => {
      const result = g.op(spec.onnx, xs);
      return spec.negate ? g.op('Not', [result]) : result;
    });
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
binary('NotEqual', { onnx: 'Equal', fold: (a, b) => Number(a !== b), dtype: 'bool', negate: true });
binary('Greater', { onnx: 'Greater', fold: (a, b) => Number(a > b), dtype: 'bool' });
binary('GreaterEqual', { onnx: 'GreaterOrEqual', fold: (a, b) => Number(a >= b), dtype: 'bool' });
binary('Less', { onnx: 'Less', fold: (a, b) => Number(a < b), dtype: 'bool' });
binary('LessEqual', { onnx: 'LessOrEqual', fold: (a, b) => Number(a <= b), dtype: 'bool' });
binary('LogicalAnd', { onnx: 'And', fold: (a, b) => Number(a && b), dtype: 'bool' });
binary('LogicalOr', { onnx: 'Or', fold: (a, b) => Number(a || b), dtype: 'bool' });

type Unary = (g: GraphBuilder, x: string, dtype: Dtype) => string;

function unary(name: string, emit: Unary, dtype?: Dtype): void {
  kernel(name, ({ inputs, backend }) => {
    const x = inputs.x!;
    const result = dtype ?? (x.dtype as Dtype);
    return record(backend, name, [backend.node(x)], { shape: x.shape, dtype: result }, (g, [value]) =>
      emit(g, value!, x.dtype as Dtype),
    );
  });
}

const PLAIN = [
  ...['Abs', 'Ceil', 'Cos', 'Erf', 'Floor', 'Log', 'Neg', 'Reciprocal', 'Relu'],
  ...['Sigmoid', 'Sign', 'Sin', 'Sqrt', 'Tanh'],
];
for (const name of PLAIN) unary(name, (g, x) => g.op(name, [x]));
unary('Exp', (g, x, dtype) => g.op('Exp', [dtype === 'float32' ? x : g.cast(x, 'float32')]), 'float32');
unary('Square', (g, x) => g.op('Mul', [x, x]));
unary('Rsqrt', (g, x) => g.op('Reciprocal', [g.op('Sqrt', [x])]));
unary('Softplus', (g, x) => {
  // max(x, 0) + log(1 + exp(-|x|)): the runtime's own overflows for large x
  const tail = g.op('Log', [g.op('Add', [g.op('Exp', [g.op('Neg', [g.op('Abs', [x])])]), g.scalar(1, 'float32')])]);
  return g.op('Add', [g.op('Relu', [x]), tail]);
});
unary('LogicalNot', (g, x) => g.op('Not', [x]), 'bool');
unary('IsNan', (g, x) => g.op('IsNaN', [x]), 'bool');

/** 1 above zero, `alpha` elsewhere: the gradient of `Relu` and `Abs`. */
kernel('Step', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const alpha = (attrs.alpha as number | undefined) ?? 0;
  const result = { shape: x.shape, dtype: x.dtype as Dtype, attributes: alpha };
  return record(backend, 'Step', [backend.node(x)], result, (g, [value]) => {
    const [one, other, zero] = [1, alpha, 0].map((number) => g.scalar(number, result.dtype));
    return g.op('Where', [g.op('Greater', [value!, zero!]), one!, other!]);
  });
});

kernel('Select', ({ inputs, backend }) => {
  const { condition, t, e } = inputs as Record<'condition' | 't' | 'e', (typeof inputs)[string]>;
  const nodes = [backend.node(condition), backend.node(t), backend.node(e)];
  const whole = [t, e].some((x, i) => nodes[i + 1]!.kind !== 'splat' && sameShape(x.shape, t.shape));
  return record(
    backend,
    'Select',
    nodes,
    { shape: t.shape, dtype: t.dtype as Dtype, broadcasts: whole },
    (g, [where, yes, no]) => {
      if (t.dtype !== 'bool') return g.op('Where', [where!, yes!, no!]);
      // the CPU provider chooses between numbers only
      return g.cast(g.op('Where', [where!, g.cast(yes!, 'int32'), g.cast(no!, 'int32')]), 'bool');
    },
  );
});

kernel('Cast', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const dtype = attrs.dtype as Dtype;
  const node = backend.node(x);
  if (dtype === x.dtype) return alias(backend, x);
  if (node.kind === 'splat') {
    const fill = dtype === 'bool' ? Number(node.fill !== 0) : dtype === 'int32' ? Math.trunc(node.fill) : node.fill;
    return backend.tensor(splat(x.shape, dtype, fill));
  }
  return record(backend, 'Cast', [node], { shape: x.shape, dtype }, (g, [value]) => g.cast(value!, dtype));
});
