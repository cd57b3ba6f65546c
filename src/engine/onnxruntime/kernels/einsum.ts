// Products and sums over named axes, and matrices with a diagonal.
import { type Dtype, elementCount } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import { upTo } from '../shapes.ts';
import { kernel, record } from './register.ts';

kernel('Einsum', ({ inputs, attrs, backend }) => {
  const xs = Object.values(inputs).flat();
  const equation = attrs.equation as string;
  const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, xs.length);
  tf.backend_util.checkEinsumDimSizes(
    allDims.length,
    idDims,
    xs as unknown as Parameters<typeof tf.backend_util.checkEinsumDimSizes>[2],
  );
  const sizeOf = (dim: number): number => {
    const which = idDims.findIndex((dims) => dims.includes(dim));
    return xs[which]!.shape[idDims[which]!.indexOf(dim)]!;
  };
  const shape = upTo(allDims.length - summedDims.length).map(sizeOf);
  const nodes = xs.map((x) => backend.node(x));
  const result = { shape, dtype: xs[0]!.dtype as Dtype, attributes: equation };
  return record(backend, 'Einsum', nodes, result, (g, values) => g.op('Einsum', values, { equation }));
});

kernel('Diag', ({ inputs, backend }) => {
  const x = inputs.x!;
  const size = elementCount(x.shape);
  const dtype = x.dtype as Dtype;
  return record(backend, 'Diag', [backend.node(x)], { shape: [...x.shape, ...x.shape], dtype }, (g, [value]) => {
    const places = upTo(size);
    const isOn = g.op('Equal', [g.op('Reshape', [g.ints(places), g.ints([size, 1])]), g.ints(places)]);
    const row = g.op('Reshape', [dtype === 'bool' ? g.cast(value!, 'int32') : value!, g.ints([1, size])]);
    const matrix = g.op('Where', [isOn, row, g.scalar(0, dtype === 'bool' ? 'int32' : dtype)]);
    const shaped = g.op('Reshape', [matrix, g.ints([...x.shape, ...x.shape])]);
    return dtype === 'bool' ? g.cast(shaped, 'bool') : shaped;
  });
});

/** The sum of several tensors of one shape, in their order. */
kernel('AddN', ({ inputs, backend }) => {
  const xs = Object.values(inputs).flat();
  const nodes = xs.map((x) => backend.node(x));
  return record(backend, 'AddN', nodes, { shape: xs[0]!.shape, dtype: xs[0]!.dtype as Dtype }, (g, values) =>
    values.reduce((sum, value) => g.op('Add', [sum, value])),
  );
});
