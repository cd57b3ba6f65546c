// Running sums and products along an axis.
import type { Dtype } from '../../../domain/engine.ts';
import type { GraphBuilder } from '../builder.ts';
import { kernel, record } from './register.ts';

interface Cumulative {
  axis: number;
  exclusive: boolean;
  reverse: boolean;
}

/** x moved by `by` places along the axis, away from where the product starts, with ones behind it. */
function moved(g: GraphBuilder, x: string, shape: number[], dtype: Dtype, by: number, run: Cumulative): string {
  const { axis, reverse } = run;
  const size = shape[axis]!;
  const ones = g.full(
    shape.map((length, i) => (i === axis ? by : length)),
    1,
    dtype,
  );
  const [from, to] = reverse ? [by, size] : [0, size - by];
  const rest = g.op('Slice', [x, g.ints([from]), g.ints([to]), g.ints([axis])]);
  return g.op('Concat', reverse ? [rest, ones] : [ones, rest], { axis });
}

/** Doubles the reach of every place until it covers the axis; the runtime has a running sum only. */
function products(g: GraphBuilder, x: string, shape: number[], dtype: Dtype, run: Cumulative): string {
  const size = shape[run.axis]!;
  let product = run.exclusive ? moved(g, x, shape, dtype, 1, run) : x;
  for (let reach = 1; reach < size; reach *= 2)
    product = g.op('Mul', [product, moved(g, product, shape, dtype, reach, run)]);
  return product;
}

for (const name of ['Cumsum', 'Cumprod'] as const) {
  kernel(name, ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const { axis, exclusive, reverse } = attrs as unknown as Cumulative;
    const run = {
      axis: axis < 0 ? axis + x.shape.length : axis,
      exclusive: Boolean(exclusive),
      reverse: Boolean(reverse),
    };
    const dtype: Dtype = x.dtype === 'float32' ? 'float32' : 'int32';
    return record(backend, name, [backend.node(x)], { shape: x.shape, dtype, attributes: run }, (g, [value]) => {
      const numbers = x.dtype === 'bool' ? g.cast(value!, 'int32') : value!;
      if (name === 'Cumprod') return products(g, numbers, x.shape, dtype, run);
      const flags = { exclusive: Number(run.exclusive), reverse: Number(run.reverse) };
      return g.op('CumSum', [numbers, g.int64(run.axis)], flags);
    });
  });
}
