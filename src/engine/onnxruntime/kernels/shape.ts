// Kernels that move data without computing: reshape, transpose, slice, concatenate, pad, tile.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import type { OnnxBackend } from '../backend.ts';
import { splat } from '../node.ts';
import { kernel, record } from './register.ts';

function reshape(backend: OnnxBackend, x: TensorInfo, shape: number[]): TensorInfo {
  const node = backend.node(x);
  if (node.kind === 'splat') return backend.tensor(splat(shape, node.dtype, node.fill));
  // a chain of reshapes is its last one
  const source = node.kind === 'op' && node.op === 'Reshape' && node.value === undefined ? node.inputs[0]! : node;
  return record(backend, 'Reshape', [source], { shape, dtype: x.dtype as Dtype }, (g, [value]) =>
    g.op('Reshape', [value!, g.ints(shape)], { allowzero: 1 }),
  );
}

kernel('Reshape', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const shape = tf.util.inferFromImplicitShape(attrs.shape as number[], elementCount(x.shape));
  return reshape(backend, x, shape);
});
kernel('ExpandDims', ({ inputs, attrs, backend }) => {
  const x = inputs.input!;
  const dim = attrs.dim as number;
  const shape = x.shape.slice();
  shape.splice(dim < 0 ? shape.length + dim + 1 : dim, 0, 1);
  return reshape(backend, x, shape);
});

kernel('Transpose', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const perm = attrs.perm as number[];
  const result = { shape: perm.map((axis) => x.shape[axis]!), dtype: x.dtype as Dtype, attributes: perm };
  return record(backend, 'Transpose', [backend.node(x)], result, (g, [value]) => g.op('Transpose', [value!], { perm }));
});

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

kernel('Concat', ({ inputs, attrs, backend }) => {
  const xs = Object.values(inputs).flat();
  const axis = tf.util.parseAxisParam(attrs.axis as number, xs[0]!.shape)[0]!;
  const shape = xs[0]!.shape.slice();
  shape[axis] = xs.reduce((sum, x) => sum + x.shape[axis]!, 0);
  const result = { shape, dtype: xs[0]!.dtype as Dtype, attributes: { axis } };
  return record(
    backend,
    'Concat',
    xs.map((x) => backend.node(x)),
    result,
    (g, values) => g.op('Concat', values, { axis }),
  );
});
kernel('Pack', ({ inputs, attrs, backend }) => {
  const xs = Object.values(inputs).flat();
  const rank = xs[0]!.shape.length;
  const axis = (attrs.axis as number) < 0 ? (attrs.axis as number) + rank + 1 : (attrs.axis as number);
  const shape = xs[0]!.shape.slice();
  shape.splice(axis, 0, xs.length);
  const result = { shape, dtype: xs[0]!.dtype as Dtype, attributes: { axis } };
  return record(
    backend,
    'Pack',
    xs.map((x) => backend.node(x)),
    result,
    (g, values) =>
      g.op(
        'Concat',
        values.map((value) => g.op('Unsqueeze', [value, g.ints([axis])])),
        { axis },
      ),
  );
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

kernel('PadV2', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const paddings = attrs.paddings as [number, number][];
  const value = attrs.constantValue as number;
  const shape = x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);
  const result = { shape, dtype: x.dtype as Dtype, attributes: { paddings, value } };
  return record(backend, 'PadV2', [backend.node(x)], result, (g, [input]) =>
    g.op('Pad', [
      input!,
      g.ints([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]),
      g.scalar(value, x.dtype as Dtype),
    ]),
  );
});

kernel('Tile', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const reps = attrs.reps as number[];
  const shape = x.shape.map((size, i) => size * reps[i]!);
  const node = backend.node(x);
  if (node.kind === 'splat') return backend.tensor(splat(shape, node.dtype, node.fill));
  // repeating an axis of length one is a broadcast, which elementwise consumers do by themselves
  const spreads = reps.every((times, i) => times === 1 || x.shape[i] === 1);
  const result = { shape, dtype: x.dtype as Dtype, attributes: { reps } };
  return record(backend, spreads ? 'BroadcastTo' : 'Tile', [node], result, (g, [value]) =>
    spreads ? g.op('Expand', [value!, g.ints(shape)]) : g.op('Tile', [value!, g.ints(reps)]),
  );
});
