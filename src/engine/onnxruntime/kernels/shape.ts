// Kernels that describe data anew or put it together: reshape, transpose, concatenate, tile.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import type { OnnxBackend } from '../backend.ts';
import { splat } from '../node.ts';
import { kernel, record } from './register.ts';

/** x under another shape of as many elements. */
export function reshape(backend: OnnxBackend, x: TensorInfo, shape: number[]): TensorInfo {
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
