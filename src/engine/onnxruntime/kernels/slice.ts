// Parts of a tensor.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dtype } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import type { OnnxBackend } from '../backend.ts';
import { kernel, record } from './register.ts';
import { reshape } from './shape.ts';

function slice(backend: OnnxBackend, x: TensorInfo, begin: number[], size: number[]): TensorInfo {
  if (size.every((length, i) => length === x.shape[i])) return reshape(backend, x, x.shape);
  const axes = size.map((_, i) => i).filter((i) => size[i] !== x.shape[i]);
  const result = { shape: size, dtype: x.dtype as Dtype, attributes: begin };
  return record(backend, 'Slice', [backend.node(x)], result, (g, [value]) =>
    g.op('Slice', [
      value!,
      g.ints(axes.map((i) => begin[i]!)),
      g.ints(axes.map((i) => begin[i]! + size[i]!)),
      g.ints(axes),
    ]),
  );
}
kernel('Slice', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const [begin, size] = tf.slice_util.parseSliceParams(
    x as Parameters<typeof tf.slice_util.parseSliceParams>[0],
    attrs.begin as number[],
    attrs.size as number[],
  );
  return slice(backend, x, begin as number[], size as number[]);
});
kernel('SplitV', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const sizes = tf.backend_util.prepareSplitSize(
    x as Parameters<typeof tf.backend_util.prepareSplitSize>[0],
    attrs.numOrSizeSplits as number[],
    axis,
  );
  let from = 0;
  return sizes.map((length) => {
    const begin = x.shape.map((_, i) => (i === axis ? from : 0));
    from += length;
    return slice(
      backend,
      x,
      begin,
      x.shape.map((size, i) => (i === axis ? length : size)),
    );
  });
});

/** Along one axis, each place by itself: the gradient of `Pack`. */
kernel('Unpack', ({ inputs, attrs, backend }) => {
  const x = inputs.value!;
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const rest = x.shape.filter((_, i) => i !== axis);
  const size = x.shape.map((length, i) => (i === axis ? 1 : length));
  return Array.from({ length: x.shape[axis]! }, (_, at) => {
    const begin = x.shape.map((_, i) => (i === axis ? at : 0));
    return reshape(backend, slice(backend, x, begin, size), rest);
  });
});

/** Steps may be negative; then it runs from `begin` down to above `end`. */
kernel('StridedSlice', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const { begin, end, strides, ...masks } = attrs as Record<string, number[]>;
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = masks as unknown as Record<string, number>;
  const info = tf.slice_util.sliceInfo(
    x.shape,
    ...([begin, end, strides] as [number[], number[], number[]]),
    ...([beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as [number, number, number, number, number]),
  );
  const axes = x.shape.map((_, i) => i);
  // below the first element there is no place to name: -1 would be the last one
  const ends = info.end.map((last, i) => (info.strides[i]! < 0 && last < 0 ? -(x.shape[i]! + 1) : last));
  const attributes = { begin: info.begin, end: ends, strides: info.strides };
  const result = { shape: info.finalShape, dtype: x.dtype as Dtype, attributes };
  return record(backend, 'StridedSlice', [backend.node(x)], result, (g, [value]) => {
    const part = g.op('Slice', [value!, g.ints(info.begin), g.ints(ends), g.ints(axes), g.ints(info.strides)]);
    return g.op('Reshape', [part, g.ints(info.finalShape)]);
  });
});

function reversed(backend: OnnxBackend, x: TensorInfo, axes: number[]): TensorInfo {
  const result = { shape: x.shape, dtype: x.dtype as Dtype, attributes: axes };
  return record(backend, 'Reverse', [backend.node(x)], result, (g, [value]) => {
    const all = (number: number) => g.ints(axes.map(() => number));
    return axes.length === 0 ? value! : g.op('Slice', [value!, all(-1), all(-(2 ** 31)), g.ints(axes), all(-1)]);
  });
}
kernel('Reverse', ({ inputs, attrs, backend }) =>
  reversed(backend, inputs.x!, tf.util.parseAxisParam(attrs.dims as number[], inputs.x!.shape)),
);
kernel('FlipLeftRight', ({ inputs, backend }) => reversed(backend, inputs.image!, [2]));
