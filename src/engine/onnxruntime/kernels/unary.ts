// Kernels of one operand, each element by itself.
import type { Dtype } from '../../../domain/engine.ts';
import type { GraphBuilder } from '../builder.ts';
import { splat } from '../node.ts';
import { alias, kernel, record } from './register.ts';

type Emit = (g: GraphBuilder, x: string, dtype: Dtype) => string;
interface Unary {
  /** The operand is converted to float32; a result of integers is cut off at the point, as TensorFlow.js does. */
  floats?: boolean;
  /** Type of the result, which `emit` returns; without it, the operand's. */
  dtype?: Dtype;
}

function unary(name: string, emit: Emit, { floats = false, dtype }: Unary = {}): void {
  kernel(name, ({ inputs, backend }) => {
    const x = inputs.x!;
    const through = floats ? 'float32' : (x.dtype as Dtype);
    const result = { shape: x.shape, dtype: dtype ?? (x.dtype as Dtype), elementwise: true };
    return record(backend, name, [backend.node(x)], result, (g, [value]) => {
      const found = emit(g, x.dtype === through ? value! : g.cast(value!, through), through);
      return dtype === undefined && through !== result.dtype ? g.cast(found, result.dtype) : found;
    });
  });
}

const EXACT = ['Abs', 'Neg', 'Relu', 'Sign'];
const ROUNDING = ['Ceil', 'Floor', 'Round'];
const CIRCULAR = ['Acos', 'Asin', 'Atan', 'Cos', 'Sin', 'Tan'];
const HYPERBOLIC = ['Acosh', 'Asinh', 'Atanh', 'Cosh', 'Sinh', 'Tanh'];
const OTHER = ['Erf', 'Log', 'Reciprocal', 'Sigmoid', 'Sqrt'];
for (const name of EXACT) unary(name, (g, x) => g.op(name, [x]));
for (const name of [...ROUNDING, ...CIRCULAR, ...HYPERBOLIC, ...OTHER])
  unary(name, (g, x) => g.op(name, [x]), { floats: true });

unary('Exp', (g, x) => g.op('Exp', [x]), { floats: true, dtype: 'float32' });
unary('Square', (g, x) => g.op('Mul', [x, x]));
unary('Rsqrt', (g, x) => g.op('Reciprocal', [g.op('Sqrt', [x])]), { floats: true });

/** 2 atanh(x / (2 + x)) near zero, where 1 + x would lose the digits of x. */
const log1p: Emit = (g, x) => {
  const [one, two, limit] = [1, 2, 0.5].map((value) => g.scalar(value, 'float32'));
  const isSmall = g.op('Less', [g.op('Abs', [x]), limit!]);
  const near = g.op('Mul', [g.op('Atanh', [g.op('Div', [x, g.op('Add', [x, two!])])]), two!]);
  return g.op('Where', [isSmall, near, g.op('Log', [g.op('Add', [x, one!])])]);
};
unary('Log1p', log1p, { floats: true });
/** tanh(x / 2) (exp(x) + 1) near zero, where exp(x) - 1 would lose the digits of x. */
const expm1: Emit = (g, x) => {
  const [one, half] = [1, 0.5].map((value) => g.scalar(value, 'float32'));
  const exp = g.op('Exp', [x]);
  const isSmall = g.op('Less', [g.op('Abs', [x]), half!]);
  const near = g.op('Mul', [g.op('Tanh', [g.op('Mul', [x, half!])]), g.op('Add', [exp, one!])]);
  return g.op('Where', [isSmall, near, g.op('Sub', [exp, one!])]);
};
unary('Expm1', expm1, { floats: true });
/** max(x, 0) + log(1 + exp(-|x|)): the runtime's own overflows for large x. */
const softplus: Emit = (g, x) => {
  const tail = g.op('Log', [g.op('Add', [g.op('Exp', [g.op('Neg', [g.op('Abs', [x])])]), g.scalar(1, 'float32')])]);
  return g.op('Add', [g.op('Relu', [x]), tail]);
};
unary('Softplus', softplus, { floats: true });

unary('LogicalNot', (g, x) => g.op('Not', [x]), { dtype: 'bool' });
unary('IsNan', (g, x) => g.op('IsNaN', [x]), { floats: true, dtype: 'bool' });
const infinite = (g: GraphBuilder) => g.scalar(Number.POSITIVE_INFINITY, 'float32');
unary('IsInf', (g, x) => g.op('Equal', [g.op('Abs', [x]), infinite(g)]), { floats: true, dtype: 'bool' });
unary('IsFinite', (g, x) => g.op('Less', [g.op('Abs', [x]), infinite(g)]), { floats: true, dtype: 'bool' });

/** 1 above zero, `alpha` elsewhere: the gradient of `Relu` and `Abs`. */
kernel('Step', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const alpha = (attrs.alpha as number | undefined) ?? 0;
  const result = { shape: x.shape, dtype: x.dtype as Dtype, attributes: alpha, elementwise: true };
  return record(backend, 'Step', [backend.node(x)], result, (g, [value]) => {
    const [one, other, zero] = [1, alpha, 0].map((number) => g.scalar(number, result.dtype));
    return g.op('Where', [g.op('Greater', [value!, zero!]), one!, other!]);
  });
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
  return record(backend, 'Cast', [node], { shape: x.shape, dtype, elementwise: true }, (g, [value]) =>
    g.cast(value!, dtype),
  );
});
