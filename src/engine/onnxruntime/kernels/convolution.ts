// Convolutions in two and three dimensions and their gradients. ONNX has no operator for gradients: the one of the
// image is a transposed convolution, the one of the filter products of matrices, or a convolution of the image with the slopes.
import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '../../../domain/engine.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Attribute } from '../onnx.ts';
import { upTo } from '../shapes.ts';
import { kernel, record } from './register.ts';
import { channelsLast, convolutionWindows, inChannelsFirst, slidingAttributes, taps, type Windows } from './windows.ts';

/** A filter [...window, in, out] as [out, in, ...window], which Conv and ConvTranspose both want. */
function toOnnxFilter(g: GraphBuilder, filter: string, window: number): string {
  return g.op('Transpose', [filter], { perm: [window + 1, window, ...upTo(window)] });
}

/** One place a window, side by side and without a border: a product over the channels. */
const isPointwise = (w: Windows): boolean =>
  !w.channelsFirst &&
  [...w.kernel, ...w.strides].every((size) => size === 1) &&
  [...w.begin, ...w.end].every((size) => size === 0);

/** x convolved with a filter as TensorFlow.js lays it out; `filterShape` is the filter's. */
export function convolve(g: GraphBuilder, w: Windows, x: string, filter: string, filterShape: number[]): string {
  const window = w.kernel.length;
  if (isPointwise(w)) return g.op('MatMul', [x, g.op('Reshape', [filter, g.ints(filterShape.slice(window))])]);
  const weight = toOnnxFilter(g, filter, window);
  return inChannelsFirst(g, w, x, (image) => g.op('Conv', [image, weight], slidingAttributes(w)));
}

/** Attributes of the transposed convolution that turns the output's shape into the image's again. */
export function transposedAttributes(w: Windows): Record<string, Attribute> {
  const rest = w.input.map((size, i) => {
    const reach = (w.output[i]! - 1) * w.strides[i]! + (w.kernel[i]! - 1) * w.dilations[i]! + 1;
    return size - (reach - w.begin[i]! - w.end[i]!);
  });
  return { ...slidingAttributes(w), output_padding: rest };
}

function forward(name: string): void {
  kernel(name, ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs as Record<'x' | 'filter', TensorInfo>;
    const w = convolutionWindows(x.shape, filter.shape, attrs);
    const result = { shape: w.outShape, dtype: 'float32' as const, attributes: w };
    return record(backend, name, [backend.node(x), backend.node(filter)], result, (g, [image, weights]) =>
      convolve(g, w, image!, weights!, filter.shape),
    );
  });
}

function imageGradient(name: string): void {
  kernel(name, ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs as Record<'dy' | 'filter', TensorInfo>;
    const shape = attrs.inputShape as number[];
    const w = convolutionWindows(shape, filter.shape, attrs);
    const window = w.kernel.length;
    const result = { shape, dtype: 'float32' as const, attributes: w };
    return record(backend, name, [backend.node(dy), backend.node(filter)], result, (g, [slope, weights]) => {
      if (isPointwise(w)) {
        const matrix = g.op('Reshape', [weights!, g.ints(filter.shape.slice(window))]);
        return g.op('MatMul', [slope!, g.op('Transpose', [matrix], { perm: [1, 0] })]);
      }
      const weight = toOnnxFilter(g, weights!, window);
      return inChannelsFirst(g, w, slope!, (image) => g.op('ConvTranspose', [image, weight], transposedAttributes(w)));
    });
  });
}

/** Below this many channels a product for each place of the window is too thin to be fast. */
const FEW_CHANNELS = 16;

/** The image convolved with dy, batch and channels changed about, strides and dilations too: one place a place. */
function filterByConvolution(g: GraphBuilder, w: Windows, x: string, dy: string): string {
  const spatial = w.kernel.map((_, i) => i + 1);
  const channelsAsBatch = (value: string) => g.op('Transpose', [value], { perm: [spatial.length + 1, 0, ...spatial] });
  const sliding = { kernel_shape: w.output, strides: w.dilations, dilations: w.strides };
  const pads = [...w.begin, ...w.end];
  const found = g.op('Conv', [channelsAsBatch(x), channelsAsBatch(dy)], { ...sliding, pads });
  // where strides leave pixels over behind the last window, there are places too many
  const axes = spatial.map((axis) => axis + 1);
  const places = g.op('Slice', [found, g.ints(axes.map(() => 0)), g.ints(w.kernel), g.ints(axes)]);
  return g.op('Transpose', [places], { perm: [...axes, 0, 1] });
}

/** dy [pixels, out] times what each place of the window sees of x [pixels, in]. */
function filterByProducts(g: GraphBuilder, w: Windows, x: string, dy: string, filterShape: number[]): string {
  const [ins, outs] = filterShape.slice(-2) as [number, number];
  const rows = (value: string, columns: number) => g.op('Reshape', [value, g.ints([-1, columns])]);
  const slopes = rows(dy, outs);
  const parts = taps(g, w, x).map((part) =>
    g.op('FusedMatMul', [rows(part, ins), slopes], { transA: 1 }, 'com.microsoft'),
  );
  const together = parts.length === 1 ? parts[0]! : g.op('Concat', parts, { axis: 0 });
  return g.op('Reshape', [together, g.ints(filterShape)]);
}

function filterGradient(name: string): void {
  kernel(name, ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as Record<'x' | 'dy', TensorInfo>;
    const shape = attrs.filterShape as number[];
    const w = convolutionWindows(x.shape, shape, attrs);
    const rank = x.shape.length;
    const result = { shape, dtype: 'float32' as const, attributes: w };
    return record(backend, name, [backend.node(x), backend.node(dy)], result, (g, xs) => {
      if (elementCount(dy.shape) === 0) return g.full(shape, 0, 'float32');
      const [image, slope] = w.channelsFirst ? xs.map((value) => channelsLast(g, value, rank)) : xs;
      return shape.at(-2)! < FEW_CHANNELS
        ? filterByConvolution(g, w, image!, slope!)
        : filterByProducts(g, w, image!, slope!, shape);
    });
  });
}

forward('Conv2D');
forward('Conv3D');
imageGradient('Conv2DBackpropInput');
imageGradient('Conv3DBackpropInputV2');
filterGradient('Conv2DBackpropFilter');
filterGradient('Conv3DBackpropFilterV2');
