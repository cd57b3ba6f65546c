// Reductions and softmax; tf.logSoftmax is composed of these and elementwise kernels.
import type { Dtype } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import { reducedShape } from '../shapes.ts';
import { kernel, record } from './register.ts';

function reduction(name: string, onnx: string, dtype?: Dtype): void {
  kernel(name, ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    // Max calls its axes `reductionIndices`
    const axes = tf.util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number | number[], x.shape);
    const keep = Boolean(attrs.keepDims);
    const shape = reducedShape(x.shape, axes, keep);
    const result = { shape, dtype: dtype ?? (x.dtype as Dtype), attributes: { axes, keep } };
    const node = backend.node(x);
    // a sum of squares needs no tensor of squares
    if (name === 'Sum' && node.kind === 'op' && node.op === 'Square' && result.dtype === 'float32' && axes.length > 0) {
      return record(backend, 'SumSquare', [node.inputs[0]!], result, (g, [value]) =>
        g.op('ReduceSumSquare', [value!, g.ints(axes)], { keepdims: keep ? 1 : 0 }),
      );
    }
    return record(backend, name, [backend.node(x)], result, (g, [value]) => {
      const through = result.dtype === 'bool' ? 'int32' : result.dtype;
      const input = x.dtype === through ? value! : g.cast(value!, through);
      const reduced = axes.length === 0 ? input : g.op(onnx, [input, g.ints(axes)], { keepdims: keep ? 1 : 0 });
      return result.dtype === through ? reduced : g.cast(reduced, result.dtype);
    });
  });
}
reduction('Sum', 'ReduceSum');
reduction('Prod', 'ReduceProd');
reduction('Mean', 'ReduceMean', 'float32');
reduction('Max', 'ReduceMax');
reduction('Min', 'ReduceMin');
reduction('All', 'ReduceMin', 'bool');
reduction('Any', 'ReduceMax', 'bool');

kernel('Softmax', ({ inputs, backend }) => {
  const x = inputs.logits!;
  return record(backend, 'Softmax', [backend.node(x)], { shape: x.shape, dtype: 'float32' }, (g, [value]) =>
    g.op('Softmax', [value!], { axis: -1 }),
  );
});
