// Convolutions in two and three dimensions and their gradients. ONNX has no operator for gradients: the one of the
// image is a transposed convolution, the one of the filter a product of matrices.
import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '../../../domain/engine.ts';
import type { GraphBuilder } from '../builder.ts';
import type { Attribute } from '../onnx.ts';
import { kernel, record } from './register.ts';
import { upTo } from './shapes.ts';
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

/** Below this many channels the places of the window share one product, above it each has its own. */
const FEW_CHANNELS = 16;

/** dy [places, out] times what each place of the window sees of x [places, in]. */
function filterProduct(g: GraphBuilder, w: Windows, x: string, dy: string, filterShape: number[]): string {
  const [ins, outs] = filterShape.slice(-2) as [number, number];
  const rows = g.op('Reshape', [dy, g.ints([-1, outs])]);
  const product = (part: string, columns: number) =>
    g.op('FusedMatMul', [g.op('Reshape', [part, g.ints([-1, columns])]), rows], { transA: 1 }, 'com.microsoft');
  const seen = taps(g, w, x);
  const together = (parts: string[], axis: number) =>
    parts.length === 1 ? parts[0]! : g.op('Concat', parts, { axis });
  const found =
    ins < FEW_CHANNELS
      ? product(together(seen, -1), ins * seen.length)
      : together(
          seen.map((part) => product(part, ins)),
          0,
        );
  return g.op('Reshape', [found, g.ints(filterShape)]);
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
      return filterProduct(g, w, image!, slope!, shape);
    });
  });
}

forward('Conv2D');
forward('Conv3D');
imageGradient('Conv2DBackpropInput');
imageGradient('Conv3DBackpropInputV2');
filterGradient('Conv2DBackpropFilter');
filterGradient('Conv3DBackpropFilterV2');
