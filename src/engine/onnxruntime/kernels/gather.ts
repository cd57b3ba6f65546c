// Look-ups by index and their gradients.
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import { kernel, record } from './register.ts';

kernel('GatherV2', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const indices = inputs.indices!;
  if (attrs.batchDims) throw new Error('gather with batchDims is not supported on onnxruntime: flatten the batch');
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const result = { shape, dtype: x.dtype as Dtype, attributes: { axis } };
  return record(backend, 'GatherV2', [backend.node(x), backend.node(indices)], result, (g, xs) =>
    g.op('Gather', xs, { axis }),
  );
});

/** The embedding's gradient: rows of x added into `numSegments` places. */
kernel('UnsortedSegmentSum', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const ids = inputs.segmentIds!;
  const shape = [attrs.numSegments as number, ...x.shape.slice(ids.shape.length)];
  const rows = elementCount(ids.shape);
  const width = elementCount(shape.slice(1));
  const dtype = x.dtype as Dtype;
  const result = { shape, dtype };
  return record(backend, 'UnsortedSegmentSum', [backend.node(x), backend.node(ids)], result, (g, [value, segment]) => {
    const index = g.op('Expand', [g.op('Reshape', [segment!, g.ints([rows, 1])]), g.ints([rows, width])]);
    const flat = g.op('Reshape', [value!, g.ints([rows, width])]);
    // not ScatterND: the CPU provider adds in parallel there and loses updates that hit the same row
    const sums = g.op('ScatterElements', [g.full([shape[0]!, width], 0, dtype), index, flat], {
      axis: 0,
      reduction: 'add',
    });
    return g.op('Reshape', [sums, g.ints(shape)], { allowzero: 1 });
  });
});

kernel('OneHot', ({ inputs, attrs, backend }) => {
  const indices = inputs.indices!;
  const { depth, onValue, offValue } = attrs as { depth: number; onValue: number; offValue: number };
  const dtype = (attrs.dtype as Dtype | undefined) ?? 'float32';
  const result = { shape: [...indices.shape, depth], dtype, attributes: { depth, onValue, offValue } };
  return record(backend, 'OneHot', [backend.node(indices)], result, (g, [index]) => {
    // the CPU provider wants int64 indices; it counts negative ones from the end, which tfjs does not: the callers
    // here never pass any
    const hot = g.op('OneHot', [g.cast(index!, 'int64'), g.int64(depth), g.floats([offValue ?? 0, onValue ?? 1])], {
      axis: -1,
    });
    return dtype === 'float32' ? hot : g.cast(hot, dtype);
  });
});
