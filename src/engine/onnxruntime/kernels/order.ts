// Kernels that compare the values of an axis with each other.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dtype } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import { reducedShape } from '../shapes.ts';
import { kernel, record } from './register.ts';

for (const name of ['ArgMax', 'ArgMin'] as const) {
  kernel(name, ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
    const result = { shape: reducedShape(x.shape, [axis], false), dtype: 'int32' as const, attributes: { axis } };
    return record(backend, name, [backend.node(x)], result, (g, [value]) =>
      g.cast(g.op(name, [x.dtype === 'bool' ? g.cast(value!, 'int32') : value!], { axis, keepdims: 0 }), 'int32'),
    );
  });
}

/** Largest first; of equal values the one that comes first. */
kernel('TopK', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const k = attrs.k as number;
  const shape = [...x.shape.slice(0, -1), k];
  const node = [backend.node(x)];
  const attributes = { k };
  const values = record(backend, 'TopK', node, { shape, dtype: x.dtype as Dtype, attributes }, (g, [value]) => {
    const [largest] = g.ops('TopK', 2, [value!, g.ints([k])], { axis: -1 });
    return largest!;
  });
  // the same operator again: whoever wants only one of the two results pays for one
  const indices = record(backend, 'TopKIndices', node, { shape, dtype: 'int32', attributes }, (g, [value]) => {
    const [, places] = g.ops('TopK', 2, [value!, g.ints([k])], { axis: -1 });
    return g.cast(places!, 'int32');
  });
  return [values, indices];
});

/** How many of a sorted row are below (`left`) or not above (`right`) each value. */
kernel('SearchSorted', ({ inputs, attrs, backend }) => {
  const { sortedSequence, values } = inputs as Record<'sortedSequence' | 'values', TensorInfo>;
  const onnx = attrs.side === 'left' ? 'Less' : 'LessOrEqual';
  const nodes = [backend.node(sortedSequence), backend.node(values)];
  const result = { shape: values.shape, dtype: 'int32' as const, attributes: onnx };
  return record(backend, 'SearchSorted', nodes, result, (g, [row, value]) => {
    const isBelow = g.op(onnx, [g.op('Unsqueeze', [row!, g.ints([1])]), g.op('Unsqueeze', [value!, g.ints([2])])]);
    return g.op('ReduceSum', [g.cast(isBelow, 'int32'), g.ints([2])], { keepdims: 0 });
  });
});
