// Look-ups by index and their gradients.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import type { OnnxBackend } from '../backend.ts';
import type { GraphBuilder } from '../builder.ts';
import { type LazyNode, toHost } from '../node.ts';
import { sameShape, upTo } from '../shapes.ts';
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

interface Segments {
  /** Rows to add, and how many places each has. */
  rows: number;
  width: number;
  shape: number[];
}
/** `base` with rows of `x` added where `ids` say. */
function addSegments(g: GraphBuilder, base: string, [x, ids]: [string, string], segments: Segments): string {
  const { rows, width, shape } = segments;
  const index = g.op('Expand', [g.op('Reshape', [ids, g.ints([rows, 1])]), g.ints([rows, width])]);
  const flat = g.op('Reshape', [x, g.ints([rows, width])]);
  // not ScatterND: the CPU provider adds in parallel there and loses updates that hit the same row
  const sums = g.op('ScatterElements', [base, index, flat], { axis: 0, reduction: 'add' });
  return g.op('Reshape', [sums, g.ints(shape)], { allowzero: 1 });
}

/** The embedding's gradient: rows of x added into `numSegments` places. */
kernel(
  'UnsortedSegmentSum',
  ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const ids = inputs.segmentIds!;
    const shape = [attrs.numSegments as number, ...x.shape.slice(ids.shape.length)];
    const segments = { rows: elementCount(ids.shape), width: elementCount(shape.slice(1)), shape };
    const dtype = x.dtype as Dtype;
    const result = { shape, dtype, attributes: segments };
    const nodes = [backend.node(x), backend.node(ids)];
    return record(backend, 'UnsortedSegmentSum', nodes, result, (g, [value, segment]) =>
      addSegments(g, g.full([shape[0]!, segments.width], 0, dtype), [value!, segment!], segments),
    );
  },
  { limit: 'Segment numbers must lie in [0, numSegments); TensorFlow.js leaves the others out.' },
);

/**
 * A sum of which one side is the gradient of a look-up, as where a table is both embedding and output layer: its few rows
 * are added to the other side, and the table of zeros around them is never made. Undefined for any other sum.
 */
export function sumWithSegments(backend: OnnxBackend, left: LazyNode, right: LazyNode): TensorInfo | undefined {
  const isSegments = (node: LazyNode) =>
    node.kind === 'op' && node.op === 'UnsortedSegmentSum' && node.value === undefined && node.dtype === 'float32';
  const [segments, other] = isSegments(right) ? [right, left] : [left, right];
  if (!isSegments(segments) || segments.kind !== 'op' || other.kind !== 'op') return;
  if (!sameShape(segments.shape, other.shape)) return;
  const { inputs, attributes, shape, dtype } = segments;
  const about = attributes as Segments;
  const result = { shape, dtype, attributes: about };
  return record(backend, 'SegmentsAdded', [...inputs, other], result, (g, [value, segment, base]) =>
    addSegments(g, g.op('Reshape', [base!, g.ints([shape[0]!, about.width])]), [value!, segment!], about),
  );
}

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
