// Pools over windows, in two and three dimensions, and their gradients.
import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '../../../domain/engine.ts';
import { leaf, toHost } from '../node.ts';
import { upTo } from '../shapes.ts';
import { transposedAttributes } from './convolution.ts';
import { kernel, record } from './register.ts';
import {
  channelsFirst,
  channelsLast,
  inChannelsFirst,
  poolWindows,
  slidingAttributes,
  type Windows,
} from './windows.ts';

function pool(name: string, onnx: 'MaxPool' | 'AveragePool'): void {
  kernel(name, ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const w = poolWindows(x.shape, attrs);
    // AveragePool takes no dilations before operator set 19, and TensorFlow.js has none
    const { dilations, ...plain } = slidingAttributes(w);
    const attributes = onnx === 'MaxPool' ? { ...plain, dilations: dilations! } : plain;
    const result = { shape: w.outShape, dtype: 'float32' as const, attributes: w };
    return record(backend, name, [backend.node(x)], result, (g, [image]) =>
      inChannelsFirst(g, w, x.dtype === 'float32' ? image! : g.cast(image!, 'float32'), (value) =>
        g.op(onnx, [value], attributes),
      ),
    );
  });
}
pool('MaxPool', 'MaxPool');
pool('MaxPool3D', 'MaxPool');
pool('AvgPool', 'AveragePool');
pool('AvgPool3D', 'AveragePool');

/** For each window, 1 over the number of pixels in it that are not padding: [...output, 1]. */
function shares(w: Windows) {
  const along = w.output.map((size, i) =>
    upTo(size).map((at) => {
      const pixels = upTo(w.kernel[i]!).map((place) => at * w.strides[i]! - w.begin[i]! + place * w.dilations[i]!);
      return pixels.filter((pixel) => pixel >= 0 && pixel < w.input[i]!).length;
    }),
  );
  const counts = along.reduce<number[]>((all, row) => all.flatMap((count) => row.map((more) => count * more)), [1]);
  const values = counts.map((count) => 1 / count);
  return leaf(toHost(values, [...w.output, 1], 'float32'));
}

/** Every pixel gets its share of the slopes of the windows that it lies in. */
function averageGradient(name: string): void {
  const compute: Parameters<typeof kernel>[1] = ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as Record<'dy' | 'input', TensorInfo>;
    const w = poolWindows(input.shape, attrs);
    const rank = input.shape.length;
    const [batch, channels] = [input.shape[0]!, input.shape[rank - 1]!];
    const result = { shape: input.shape, dtype: 'float32' as const, attributes: w };
    return record(backend, name, [backend.node(dy), shares(w)], result, (g, [slope, share]) => {
      // one channel at a time, as so many images
      const first = channelsFirst(g, g.op('Mul', [slope!, share!]), rank);
      const single = g.op('Reshape', [first, g.ints([batch * channels, 1, ...w.output])]);
      const ones = g.full([1, 1, ...w.kernel], 1, 'float32');
      const spread = g.op('ConvTranspose', [single, ones], transposedAttributes(w));
      return channelsLast(g, g.op('Reshape', [spread, g.ints([batch, channels, ...w.input])]), rank);
    });
  };
  kernel(name, compute, {
    limit:
      'With padding, the slope of the pool, which divides by the pixels inside the image; TensorFlow.js’ own backends (not ' +
      'TensorFlow) divide by the whole window here.',
  });
}
averageGradient('AvgPoolGrad');
averageGradient('AvgPool3DGrad');

/** The slope of a window goes to its largest pixel, the first of them if several are. */
function maximumGradient(name: string, limit?: string): void {
  const compute: Parameters<typeof kernel>[1] = ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as Record<'dy' | 'input', TensorInfo>;
    const w = poolWindows(input.shape, attrs);
    const rank = input.shape.length;
    const size = elementCount(input.shape);
    const channelShape = [input.shape[0]!, input.shape[rank - 1]!, ...w.input];
    const result = { shape: input.shape, dtype: 'float32' as const, attributes: w };
    return record(backend, name, [backend.node(dy), backend.node(input)], result, (g, [slope, image]) => {
      const [, places] = g.ops('MaxPool', 2, [channelsFirst(g, image!, rank)], slidingAttributes(w));
      const flat = (value: string) => g.op('Reshape', [value, g.ints([-1])]);
      const updates = flat(channelsFirst(g, slope!, rank));
      const zeros = g.full([size], 0, 'float32');
      const sums = g.op('ScatterElements', [zeros, flat(places!), updates], { axis: 0, reduction: 'add' });
      return channelsLast(g, g.op('Reshape', [sums, g.ints(channelShape)]), rank);
    });
  };
  kernel(name, compute, limit === undefined ? {} : { limit });
}
maximumGradient('MaxPoolGrad');
maximumGradient(
  'MaxPool3DGrad',
  'Among equal pixels the first one takes the slope; in TensorFlow.js the last one does.',
);

/** A result a call: the largest pixels and where they lie in the flattened image (with the batch, if asked for). */
kernel('MaxPoolWithArgmax', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const w = poolWindows(x.shape, attrs);
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const withBatch = Boolean(attrs.includeBatchInIndex);
  const result = { shape: w.outShape, attributes: { w, withBatch } };
  const node = [backend.node(x)];
  const largest = record(backend, 'MaxPool', node, { ...result, dtype: 'float32' }, (g, [image]) =>
    inChannelsFirst(g, w, image!, (value) => g.op('MaxPool', [value], slidingAttributes(w))),
  );
  const where = record(backend, 'MaxPoolWithArgmax', node, { ...result, dtype: 'int32' }, (g, [image]) => {
    const [, places] = g.ops('MaxPool', 2, [channelsFirst(g, image!, 4)], slidingAttributes(w));
    // of [batch, channels, pixels]; wanted of [batch, pixels, channels]
    const pixel = g.op('Mod', [channelsLast(g, places!, 4), g.int64(height * width)]);
    const channel = g.op('Reshape', [g.ints(upTo(channels)), g.ints([1, 1, 1, channels])]);
    const inImage = g.op('Add', [g.op('Mul', [pixel, g.int64(channels)]), channel]);
    const batches = upTo(withBatch ? x.shape[0]! : 1).map((i) => i * height * width * channels);
    const offset = g.op('Reshape', [g.ints(batches), g.ints([-1, 1, 1, 1])]);
    return g.cast(g.op('Add', [inImage, offset]), 'int32');
  });
  return [largest, where];
});
