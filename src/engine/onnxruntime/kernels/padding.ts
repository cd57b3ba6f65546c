// Borders around a tensor.
import type { Dtype } from '../../../domain/engine.ts';
import { upTo } from '../shapes.ts';
import { kernel, record } from './register.ts';

type Paddings = [before: number, after: number][];
const paddedShape = (shape: number[], paddings: Paddings): number[] =>
  shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);

kernel('PadV2', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const paddings = attrs.paddings as Paddings;
  const value = attrs.constantValue as number;
  const shape = paddedShape(x.shape, paddings);
  const result = { shape, dtype: x.dtype as Dtype, attributes: { paddings, value } };
  return record(backend, 'PadV2', [backend.node(x)], result, (g, [input]) =>
    g.op('Pad', [
      input!,
      g.ints([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]),
      g.scalar(value, x.dtype as Dtype),
    ]),
  );
});

/** Mirrored at the last pixel (`reflect`) or behind it (`symmetric`). */
kernel('MirrorPad', ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const { paddings, mode } = attrs as { paddings: Paddings; mode: string };
  const offset = mode === 'reflect' ? 0 : 1;
  const shape = paddedShape(x.shape, paddings);
  const result = { shape, dtype: x.dtype as Dtype, attributes: { paddings, mode } };
  return record(backend, 'MirrorPad', [backend.node(x)], result, (g, [value]) =>
    shape.reduce((part, size, axis) => {
      const before = paddings[axis]![0];
      const last = x.shape[axis]! - 1;
      const sources = upTo(size).map((i) => {
        const at = i - before;
        return at < 0 ? -at - offset : at > last ? 2 * last - at + offset : at;
      });
      return size === x.shape[axis] ? part : g.op('Gather', [part, g.ints(sources)], { axis });
    }, value!),
  );
});
