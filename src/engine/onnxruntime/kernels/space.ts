// Blocks of an image as channels or batches, and back.
import type { Dtype } from '../../../domain/engine.ts';
import { tf } from '../../tfjs.ts';
import { upTo } from '../shapes.ts';
import { kernel, record } from './register.ts';

kernel('DepthToSpace', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const { blockSize, dataFormat } = attrs as { blockSize: number; dataFormat: string };
  const first = dataFormat === 'NCHW';
  const [batch, a, b, c] = x.shape as [number, number, number, number];
  const [height, width, depth] = first ? [b, c, a] : [a, b, c];
  const channels = depth / blockSize ** 2;
  const [tall, wide] = [height * blockSize, width * blockSize];
  const shape = first ? [batch, channels, tall, wide] : [batch, tall, wide, channels];
  const blocks = first
    ? [batch, blockSize, blockSize, channels, height, width]
    : [batch, height, width, blockSize, blockSize, channels];
  const perm = first ? [0, 3, 4, 1, 5, 2] : [0, 1, 3, 2, 4, 5];
  const result = { shape, dtype: x.dtype as Dtype, attributes: { blockSize, first } };
  return record(backend, 'DepthToSpace', [backend.node(x)], result, (g, [value]) => {
    const parts = g.op('Transpose', [g.op('Reshape', [value!, g.ints(blocks)])], { perm });
    return g.op('Reshape', [parts, g.ints(shape)]);
  });
});

type Pairs = [number, number][];
const product = (numbers: number[]) => numbers.reduce((a, b) => a * b, 1);

kernel('SpaceToBatchND', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const { blockShape, paddings } = attrs as { blockShape: number[]; paddings: Pairs };
  const pads: Pairs = x.shape.map((_, i) => (i === 0 ? [0, 0] : (paddings[i - 1] ?? [0, 0])));
  const padded = x.shape.map((size, i) => size + pads[i]![0] + pads[i]![1]);
  const { getReshaped, getPermuted, getReshapedPermuted } = tf.backend_util;
  const all = product(blockShape);
  const blocks = getReshaped(padded, blockShape, all, false);
  const perm = getPermuted(blocks.length, blockShape.length, false);
  const shape = getReshapedPermuted(padded, blockShape, all, false);
  const result = { shape, dtype: x.dtype as Dtype, attributes: { blockShape, paddings } };
  return record(backend, 'SpaceToBatchND', [backend.node(x)], result, (g, [value]) => {
    const around = g.ints([...pads.map(([before]) => before), ...pads.map(([, after]) => after)]);
    const image = g.op('Pad', [value!, around, g.scalar(0, x.dtype as Dtype)]);
    return g.op('Reshape', [g.op('Transpose', [g.op('Reshape', [image, g.ints(blocks)])], { perm }), g.ints(shape)]);
  });
});

kernel('BatchToSpaceND', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const { blockShape, crops } = attrs as { blockShape: number[]; crops: Pairs };
  const { getReshaped, getPermuted, getReshapedPermuted, getSliceBeginCoords, getSliceSize } = tf.backend_util;
  const all = product(blockShape);
  const blocks = getReshaped(x.shape, blockShape, all);
  const perm = getPermuted(blocks.length, blockShape.length);
  const whole = getReshapedPermuted(x.shape, blockShape, all);
  const begin = getSliceBeginCoords(crops, blockShape.length);
  const cropped = getSliceSize(whole, crops, blockShape.length);
  const shape = [...cropped, ...whole.slice(cropped.length)];
  const result = { shape, dtype: x.dtype as Dtype, attributes: { blockShape, crops } };
  return record(backend, 'BatchToSpaceND', [backend.node(x)], result, (g, [value]) => {
    const parts = g.op('Transpose', [g.op('Reshape', [value!, g.ints(blocks)])], { perm });
    const image = g.op('Reshape', [parts, g.ints(whole)]);
    return g.op('Slice', [
      image,
      g.ints(begin),
      g.ints(begin.map((from, i) => from + shape[i]!)),
      g.ints(upTo(begin.length)),
    ]);
  });
});
