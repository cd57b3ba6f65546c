// Activations of layers, alone and inside fused kernels.
import { tf } from '../../tfjs.ts';
import type { GraphBuilder } from '../builder.ts';
import { kernel, record } from './register.ts';

const SELU_ALPHA = tf.backend_util.SELU_SCALEALPHA / tf.backend_util.SELU_SCALE;

/** min(max(x, low), high); the CPU provider's Clip takes bounds as tensors. */
const clip = (g: GraphBuilder, x: string, low: number, high: number): string =>
  g.op('Clip', [x, g.scalar(low, 'float32'), g.scalar(high, 'float32')]);

/** What fused kernels call their activations. */
export interface Activation {
  name: string;
  leakyreluAlpha?: number;
  /** Slopes of `prelu`. */
  slopes?: string;
}
const ACTIVATIONS: Record<string, (g: GraphBuilder, x: string, activation: Activation) => string> = {
  linear: (_, x) => x,
  relu: (g, x) => g.op('Relu', [x]),
  relu6: (g, x) => clip(g, x, 0, 6),
  elu: (g, x) => g.op('Elu', [x]),
  sigmoid: (g, x) => g.op('Sigmoid', [x]),
  leakyrelu: (g, x, { leakyreluAlpha }) => g.op('LeakyRelu', [x], { alpha: { float: leakyreluAlpha ?? 0.2 } }),
  prelu: (g, x, { slopes }) => prelu(g, x, slopes!),
};
/** Throws for a name that TensorFlow.js does not fuse either. */
export function activate(g: GraphBuilder, x: string, activation: Activation): string {
  const emit = ACTIVATIONS[activation.name];
  if (emit === undefined) throw new Error(`the activation ${activation.name} is not fused: apply it by itself`);
  return emit(g, x, activation);
}

/** By hand: the runtime's PRelu broadcasts the slopes to x only, never x to the slopes. */
function prelu(g: GraphBuilder, x: string, slopes: string): string {
  const isNegative = g.op('Less', [x, g.scalar(0, 'float32')]);
  return g.op('Where', [isNegative, g.op('Mul', [slopes, x]), x]);
}

function activation(name: string, emit: (g: GraphBuilder, x: string, attrs: Record<string, unknown>) => string): void {
  kernel(name, ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const result = { shape: x.shape, dtype: 'float32' as const, attributes: attrs };
    return record(backend, name, [backend.node(x)], result, (g, [value]) =>
      emit(g, x.dtype === 'float32' ? value! : g.cast(value!, 'float32'), attrs),
    );
  });
}
activation('Elu', (g, x) => g.op('Elu', [x]));
activation('LeakyRelu', (g, x, { alpha }) => g.op('LeakyRelu', [x], { alpha: { float: alpha as number } }));
activation('Selu', (g, x) =>
  g.op('Selu', [x], { alpha: { float: SELU_ALPHA }, gamma: { float: tf.backend_util.SELU_SCALE } }),
);

/** Kernels that keep integers. */
function bounded(name: string, bounds: (attrs: Record<string, unknown>) => [number, number]): void {
  kernel(name, ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const dtype = x.dtype as 'float32' | 'int32';
    const [low, high] = bounds(attrs);
    const result = { shape: x.shape, dtype, attributes: [low, high] };
    return record(backend, name, [backend.node(x)], result, (g, [value]) =>
      g.op('Clip', [value!, g.scalar(low, dtype), g.scalar(high, dtype)]),
    );
  });
}
bounded('Relu6', () => [0, 6]);
bounded('ClipByValue', (attrs) => [attrs.clipValueMin as number, attrs.clipValueMax as number]);

kernel('Prelu', ({ inputs, backend }) => {
  const { x, alpha } = inputs as Record<'x' | 'alpha', (typeof inputs)[string]>;
  const shape = tf.backend_util.assertAndGetBroadcastShape(x.shape, alpha.shape);
  return record(backend, 'Prelu', [x, alpha].map(backend.node, backend), { shape, dtype: 'float32' }, (g, xs) =>
    prelu(g, xs[0]!, xs[1]!),
  );
});

/** dy, times y + 1 where y is negative. */
kernel('EluGrad', ({ inputs, backend }) => {
  const { dy, y } = inputs as Record<'dy' | 'y', (typeof inputs)[string]>;
  return record(
    backend,
    'EluGrad',
    [dy, y].map((x) => backend.node(x)),
    { shape: y.shape, dtype: 'float32' },
    (g, [slope, value]) => {
      const isNegative = g.op('Less', [value!, g.scalar(0, 'float32')]);
      const scaled = g.op('Mul', [slope!, g.op('Add', [value!, g.scalar(1, 'float32')])]);
      return g.op('Where', [isNegative, scaled, slope!]);
    },
  );
});
