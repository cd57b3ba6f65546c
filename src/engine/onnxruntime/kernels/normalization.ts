// Normalisation over batches and over neighbouring channels.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { GraphBuilder } from '../builder.ts';
import { type LazyNode, leaf, toHost } from '../node.ts';
import { kernel, record } from './register.ts';

/** (x - mean) scale / sqrt(variance + epsilon) + offset; the statistics broadcast. */
kernel('FusedBatchNorm', ({ inputs, attrs, backend }) => {
  const { x, mean, variance, scale, offset } = inputs as Record<string, TensorInfo>;
  const epsilon = (attrs.varianceEpsilon as number | undefined) ?? 0.001;
  const given = [x, mean, variance, scale, offset].filter((tensor) => tensor !== undefined && tensor !== null);
  const which = [scale, offset].map((tensor) => tensor !== undefined && tensor !== null);
  const result = { shape: x!.shape, dtype: 'float32' as const, attributes: { epsilon, which } };
  const nodes = given.map((tensor) => backend.node(tensor));
  return record(backend, 'FusedBatchNorm', nodes, result, (g, [value, middle, spread, ...rest]) => {
    const deviation = g.op('Sqrt', [g.op('Add', [spread!, g.scalar(epsilon, 'float32')])]);
    const factor = which[0] ? g.op('Div', [rest.shift()!, deviation]) : g.op('Reciprocal', [deviation]);
    const normal = g.op('Mul', [g.op('Sub', [value!, middle!]), factor]);
    return which[1] ? g.op('Add', [normal, rest.shift()!]) : normal;
  });
});

/** Ones where two channels are at most `radius` apart: a product with it sums over neighbours. */
function neighbours(channels: number, radius: number): LazyNode {
  const values = Array.from({ length: channels * channels }, (_, i) =>
    Number(Math.abs(Math.floor(i / channels) - (i % channels)) <= radius),
  );
  return leaf(toHost(values, [channels, channels], 'float32'));
}
interface Local {
  depthRadius: number;
  bias: number;
  alpha: number;
  beta: number;
}
/** bias + alpha times the squares of the neighbouring channels. */
function localNorm(g: GraphBuilder, x: string, band: string, { bias, alpha }: Local): string {
  const squares = g.op('MatMul', [g.op('Mul', [x, x]), band]);
  return g.op('Add', [g.op('Mul', [squares, g.scalar(alpha, 'float32')]), g.scalar(bias, 'float32')]);
}

kernel('LRN', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const local = attrs as unknown as Local;
  const nodes = [backend.node(x), neighbours(x.shape[3]!, local.depthRadius)];
  return record(backend, 'LRN', nodes, { shape: x.shape, dtype: 'float32', attributes: local }, (g, [value, band]) =>
    g.op('Mul', [value!, g.op('Pow', [localNorm(g, value!, band!, local), g.scalar(-local.beta, 'float32')])]),
  );
});

/** dy norm^-beta - 2 alpha beta x (sum over neighbours of dy y / norm). */
kernel('LRNGrad', ({ inputs, attrs, backend }) => {
  const { x, y, dy } = inputs as Record<'x' | 'y' | 'dy', TensorInfo>;
  const local = attrs as unknown as Local;
  const nodes = [...[x, y, dy].map((tensor) => backend.node(tensor)), neighbours(x.shape[3]!, local.depthRadius)];
  const result = { shape: x.shape, dtype: 'float32' as const, attributes: local };
  return record(backend, 'LRNGrad', nodes, result, (g, [value, out, slope, band]) => {
    const norm = localNorm(g, value!, band!, local);
    const direct = g.op('Mul', [slope!, g.op('Pow', [norm, g.scalar(-local.beta, 'float32')])]);
    const through = g.op('MatMul', [g.op('Div', [g.op('Mul', [slope!, out!]), norm]), band!]);
    const factor = g.scalar(2 * local.alpha * local.beta, 'float32');
    return g.op('Sub', [direct, g.op('Mul', [g.op('Mul', [value!, factor]), through])]);
  });
});

/**
 * Not one of TensorFlow.js' own: x (..., D) normalised over D, times gain (D) plus bias (D); then mean and inverse deviation,
 * (..., 1) each, for the gradient. `src/architectures/layers.ts` calls it where it is.
 */
kernel('LayerNormalization', ({ inputs, attrs, backend }) => {
  const { x, gain, bias } = inputs as Record<'x' | 'gain' | 'bias', TensorInfo>;
  const epsilon = attrs.epsilon as number;
  const shapes = [x.shape, ...[0, 1].map(() => [...x.shape.slice(0, -1), 1])];
  const nodes = [x, gain, bias].map((tensor) => backend.node(tensor));
  // three nodes of ours are one operator, whichever of them a graph comes to first
  const written = new WeakMap<GraphBuilder, string[]>();
  return shapes.map((shape, part) =>
    record(
      backend,
      'LayerNormalization',
      nodes,
      { shape, dtype: 'float32', attributes: { epsilon, part } },
      (g, operands) => {
        const names =
          written.get(g) ?? g.ops('LayerNormalization', 3, operands, { axis: -1, epsilon: { float: epsilon } });
        written.set(g, names);
        return names[part]!;
      },
    ),
  );
});
