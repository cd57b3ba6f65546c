// Depthwise convolutions, one group a channel, and their gradients.
import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '../../../domain/engine.ts';
import type { GraphBuilder } from '../builder.ts';
import { transposedAttributes } from './convolution.ts';
import { kernel, record } from './register.ts';
import { convolutionWindows, inChannelsFirst, slidingAttributes, taps, type Windows } from './windows.ts';

/** [height, width, channels, filters] as [channels * filters, 1, height, width]. */
function groupedFilter(g: GraphBuilder, filter: string, shape: number[]): string {
  const [height, width, channels, filters] = shape as [number, number, number, number];
  const turned = g.op('Transpose', [filter], { perm: [2, 3, 0, 1] });
  return g.op('Reshape', [turned, g.ints([channels * filters, 1, height, width])]);
}

/** x convolved channel by channel; `filterShape` is the filter's. */
export function convolveDepthwise(
  g: GraphBuilder,
  w: Windows,
  x: string,
  filter: string,
  filterShape: number[],
): string {
  const weight = groupedFilter(g, filter, filterShape);
  const attributes = { ...slidingAttributes(w), group: filterShape[2]! };
  return inChannelsFirst(g, w, x, (image) => g.op('Conv', [image, weight], attributes));
}

kernel('DepthwiseConv2dNative', ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs as Record<'x' | 'filter', TensorInfo>;
  const w = convolutionWindows(x.shape, filter.shape, attrs, true);
  const result = { shape: w.outShape, dtype: 'float32' as const, attributes: w };
  return record(backend, 'DepthwiseConv2dNative', [backend.node(x), backend.node(filter)], result, (g, xs) =>
    convolveDepthwise(g, w, xs[0]!, xs[1]!, filter.shape),
  );
});

kernel('DepthwiseConv2dNativeBackpropInput', ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as Record<'dy' | 'filter', TensorInfo>;
  const shape = attrs.inputShape as number[];
  const w = convolutionWindows(shape, filter.shape, attrs, true);
  const attributes = { ...transposedAttributes(w), group: filter.shape[2]! };
  const result = { shape, dtype: 'float32' as const, attributes: w };
  const nodes = [backend.node(dy), backend.node(filter)];
  return record(backend, 'DepthwiseConv2dNativeBackpropInput', nodes, result, (g, [slope, weights]) => {
    const weight = groupedFilter(g, weights!, filter.shape);
    return inChannelsFirst(g, w, slope!, (image) => g.op('ConvTranspose', [image, weight], attributes));
  });
});

kernel('DepthwiseConv2dNativeBackpropFilter', ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as Record<'x' | 'dy', TensorInfo>;
  const shape = attrs.filterShape as [number, number, number, number];
  const w = convolutionWindows(x.shape, shape, attrs, true);
  const [, , channels, filters] = shape;
  const result = { shape, dtype: 'float32' as const, attributes: w };
  const nodes = [backend.node(x), backend.node(dy)];
  return record(backend, 'DepthwiseConv2dNativeBackpropFilter', nodes, result, (g, [image, slope]) => {
    if (elementCount(dy.shape) === 0) return g.full(shape, 0, 'float32');
    const slopes = g.op('Reshape', [slope!, g.ints([-1, channels, filters])]);
    const sums = taps(g, w, image!).map((part) => {
      const seen = g.op('Reshape', [part, g.ints([-1, channels, 1])]);
      return g.op('ReduceSum', [g.op('Mul', [seen, slopes]), g.ints([0])], { keepdims: 1 });
    });
    const together = sums.length === 1 ? sums[0]! : g.op('Concat', sums, { axis: 0 });
    return g.op('Reshape', [together, g.ints(shape)]);
  });
});
