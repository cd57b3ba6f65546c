// Values put at places that other tensors name.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import type { GraphBuilder } from '../builder.ts';
import { kernel, record } from './register.ts';

const RANGE = 'Indices must lie inside the shape; negative ones count from its end.';

/** Places and values of a scatter. */
interface Updates {
  indices: string;
  indexShape: number[];
  values: string;
  reduction: 'add' | 'none';
}

/** The rows of `base` that `indices` [..., depth] name, replaced or added to. */
function scatter(g: GraphBuilder, base: string, shape: number[], dtype: Dtype, updates: Updates): string {
  const depth = updates.indexShape.at(-1)!;
  const rows = elementCount(updates.indexShape.slice(0, -1));
  const [count, width] = [elementCount(shape.slice(0, depth)), elementCount(shape.slice(depth))];
  const strides = shape.slice(0, depth).map((_, i) => elementCount(shape.slice(i + 1, depth)));
  const places = g.op('Reshape', [g.cast(updates.indices, 'int64'), g.ints([rows, depth])]);
  const row = g.op('ReduceSum', [g.op('Mul', [places, g.ints(strides)]), g.ints([1])], { keepdims: 1 });
  // one number may stand for all of them
  const single = g.op('Reshape', [updates.values, g.ints([-1, Math.max(1, width)])]);
  const values = g.op('Expand', [single, g.ints([rows, width])]);
  // the runtime adds numbers only
  const numbers = (x: string) => (dtype === 'bool' ? g.cast(x, 'int32') : x);
  const target = g.op('Reshape', [numbers(base), g.ints([count, width])]);
  // not ScatterND: the CPU provider adds in parallel there and loses updates that hit the same row
  const index = g.op('Expand', [row, g.ints([rows, width])]);
  const { reduction } = updates;
  const found = g.op('ScatterElements', [target, index, numbers(values)], { axis: 0, reduction });
  const shaped = g.op('Reshape', [found, g.ints(shape)]);
  return dtype === 'bool' ? g.cast(shaped, 'bool') : shaped;
}

/** `base` undefined: an empty tensor filled with `fill`, an input or zero. */
interface Scatter {
  indices: TensorInfo;
  updates: TensorInfo;
  base?: TensorInfo;
  fill?: TensorInfo;
  shape: number[];
  reduction: Updates['reduction'];
}
type Backend = Parameters<Parameters<typeof kernel>[1]>[0]['backend'];

function scattered(backend: Backend, name: string, spec: Scatter): TensorInfo {
  const { indices, updates, shape, reduction } = spec;
  const dtype = updates.dtype as Dtype;
  const start = spec.base ?? spec.fill;
  const nodes = [indices, updates, ...(start ? [start] : [])].map((tensor) => backend.node(tensor));
  const result = { shape, dtype, attributes: { reduction } };
  return record(backend, name, nodes, result, (g, [places, values, from]) => {
    const base = spec.base
      ? from!
      : from
        ? g.op('Expand', [g.op('Reshape', [from, g.ints([1])]), g.ints(shape)])
        : g.full(shape, 0, dtype);
    if (elementCount(indices.shape) === 0) return base;
    return scatter(g, base, shape, dtype, { indices: places!, indexShape: indices.shape, values: values!, reduction });
  });
}

kernel(
  'ScatterNd',
  ({ inputs, attrs, backend }) => {
    const { indices, updates } = inputs as Record<'indices' | 'updates', TensorInfo>;
    return scattered(backend, 'ScatterNd', { indices, updates, shape: attrs.shape as number[], reduction: 'add' });
  },
  { limit: RANGE },
);
kernel(
  'TensorScatterUpdate',
  ({ inputs, backend }) => {
    const { tensor, indices, updates } = inputs as Record<'tensor' | 'indices' | 'updates', TensorInfo>;
    const spec = { indices, updates, base: tensor, shape: tensor.shape, reduction: 'none' as const };
    return scattered(backend, 'TensorScatterUpdate', spec);
  },
  { limit: RANGE },
);
kernel(
  'SparseToDense',
  ({ inputs, attrs, backend }) => {
    const { sparseIndices, sparseValues, defaultValue } = inputs as Record<string, TensorInfo>;
    const shape = attrs.outputShape as number[];
    const given = sparseIndices!;
    // plain numbers are places in a vector
    const indices = given.shape.length < 2 ? { ...given, shape: [elementCount(given.shape), 1] } : given;
    const updates = sparseValues!;
    const spec = { indices, updates, fill: defaultValue!, shape, reduction: 'none' as const };
    return scattered(backend, 'SparseToDense', spec);
  },
  { limit: RANGE },
);

/** For each row, how often, or with which weight, each number occurs. */
function counts(name: 'Bincount' | 'DenseBincount'): void {
  const compute: Parameters<typeof kernel>[1] = ({ inputs, attrs, backend }) => {
    const { x, weights } = inputs as Record<'x' | 'weights', TensorInfo>;
    const size = attrs.size as number;
    const binary = Boolean(attrs.binaryOutput);
    const weighted = elementCount(weights.shape) > 0 && !binary;
    const dtype = weights.dtype as Dtype;
    const rank = x.shape.length;
    const shape = [...x.shape.slice(0, -1), size];
    const nodes = [backend.node(x), ...(weighted ? [backend.node(weights)] : [])];
    return record(backend, name, nodes, { shape, dtype, attributes: { size, binary } }, (g, [value, weight]) => {
      const places = g.op('Unsqueeze', [value!, g.ints([rank])]);
      const isHere = g.cast(
        g.op('Equal', [places, g.cast(g.ints(Array.from({ length: size }, (_, i) => i)), 'int32')]),
        dtype,
      );
      const ones = weighted ? g.op('Mul', [isHere, g.op('Unsqueeze', [weight!, g.ints([rank])])]) : isHere;
      return g.op(binary ? 'ReduceMax' : 'ReduceSum', [ones, g.ints([rank - 1])], { keepdims: 0 });
    });
  };
  kernel(name, compute, { limit: 'Negative numbers are left out; TensorFlow.js throws.' });
}
counts('Bincount');
counts('DenseBincount');
