// Look-ups by index and their gradients.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import type { GraphBuilder } from '../builder.ts';
import { toHost } from '../node.ts';
import { upTo } from '../shapes.ts';
import { kernel, record } from './register.ts';

const RANGE = 'Indices must lie inside the axis; negative ones count from its end.';

interface Lookup {
  axis: number;
  batchDims: number;
  shape: number[];
  indexShape: number[];
}

/** Each batch looks in its own part: rows of all batches as one list, with every batch's indices moved to its part. */
function gatherInBatches(g: GraphBuilder, x: string, indices: string, lookup: Lookup): string {
  const { axis, batchDims, shape, indexShape } = lookup;
  const batch = elementCount(shape.slice(0, batchDims));
  const outer = elementCount(shape.slice(batchDims, axis));
  const inner = elementCount(shape.slice(axis + 1));
  const size = shape[axis]!;
  const count = elementCount(indexShape.slice(batchDims));
  const split = g.op('Reshape', [x, g.ints([batch, outer, size, inner])]);
  const rows = g.op('Reshape', [
    outer === 1 ? split : g.op('Transpose', [split], { perm: [0, 2, 1, 3] }),
    g.ints([batch * size, outer, inner]),
  ]);
  const starts = g.op('Reshape', [g.ints(upTo(batch).map((i) => i * size)), g.ints([batch, 1])]);
  const places = g.op('Reshape', [g.cast(indices, 'int64'), g.ints([batch, count])]);
  const found = g.op('Gather', [rows, g.op('Add', [places, starts])], { axis: 0 });
  return outer === 1 ? found : g.op('Transpose', [found], { perm: [0, 2, 1, 3] });
}

kernel(
  'GatherV2',
  ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const indices = inputs.indices!;
    const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
    const batchDims = (attrs.batchDims as number | undefined) ?? 0;
    const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
    const result = { shape, dtype: x.dtype as Dtype, attributes: { axis, batchDims } };
    return record(backend, 'GatherV2', [backend.node(x), backend.node(indices)], result, (g, [value, index]) => {
      if (batchDims === 0) return g.op('Gather', [value!, index!], { axis });
      const lookup = { axis, batchDims, shape: x.shape, indexShape: indices.shape };
      return g.op('Reshape', [gatherInBatches(g, value!, index!, lookup), g.ints(shape)]);
    });
  },
  { limit: RANGE },
);

/** What the rows of `indices` [..., depth] name. */
kernel(
  'GatherNd',
  ({ inputs, backend }) => {
    const { params, indices } = inputs as Record<'params' | 'indices', TensorInfo>;
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1)!)];
    const result = { shape, dtype: params.dtype as Dtype };
    return record(backend, 'GatherNd', [backend.node(params), backend.node(indices)], result, (g, [value, index]) =>
      g.op('GatherND', [value!, g.cast(index!, 'int64')]),
    );
  },
  { limit: RANGE },
);

/** The embedding's gradient: rows of x added into `numSegments` places. */
kernel(
  'UnsortedSegmentSum',
  ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const ids = inputs.segmentIds!;
    const shape = [attrs.numSegments as number, ...x.shape.slice(ids.shape.length)];
    const rows = elementCount(ids.shape);
    const width = elementCount(shape.slice(1));
    const dtype = x.dtype as Dtype;
    const result = { shape, dtype };
    return record(
      backend,
      'UnsortedSegmentSum',
      [backend.node(x), backend.node(ids)],
      result,
      (g, [value, segment]) => {
        const index = g.op('Expand', [g.op('Reshape', [segment!, g.ints([rows, 1])]), g.ints([rows, width])]);
        const flat = g.op('Reshape', [value!, g.ints([rows, width])]);
        // not ScatterND: the CPU provider adds in parallel there and loses updates that hit the same row
        const sums = g.op('ScatterElements', [g.full([shape[0]!, width], 0, dtype), index, flat], {
          axis: 0,
          reduction: 'add',
        });
        return g.op('Reshape', [sums, g.ints(shape)], { allowzero: 1 });
      },
    );
  },
  { limit: 'Segment numbers must lie in [0, numSegments); TensorFlow.js leaves the others out.' },
);

/** By comparing: numbers outside [0, depth) are off everywhere, where the runtime's own operator wraps negative ones. */
kernel('OneHot', ({ inputs, attrs, backend }) => {
  const indices = inputs.indices!;
  const { depth, onValue = 1, offValue = 0 } = attrs as { depth: number; onValue?: number; offValue?: number };
  const dtype = (attrs.dtype as 'float32' | 'int32' | undefined) ?? 'float32';
  const result = { shape: [...indices.shape, depth], dtype, attributes: { depth, onValue, offValue } };
  return record(backend, 'OneHot', [backend.node(indices)], result, (g, [index]) => {
    const places = g.value(toHost(upTo(depth), [depth], 'int32'));
    const isOn = g.op('Equal', [g.op('Unsqueeze', [index!, g.ints([indices.shape.length])]), places]);
    if (onValue === 1 && offValue === 0) return g.cast(isOn, dtype);
    return g.op('Where', [isOn, g.scalar(onValue, dtype), g.scalar(offValue, dtype)]);
  });
});
