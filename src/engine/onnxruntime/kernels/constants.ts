// Kernels that make tensors from numbers.
import type { Dtype } from '../../../domain/engine.ts';
import { leaf, splat, toHost } from '../node.ts';
import { upTo } from '../shapes.ts';
import { alias, kernel } from './register.ts';

kernel('Fill', ({ attrs, backend }) => {
  const value = Number(attrs.value);
  const dtype = (attrs.dtype as Dtype | undefined) ?? 'float32';
  return backend.tensor(splat(attrs.shape as number[], dtype, dtype === 'int32' ? Math.trunc(value) : value));
});
for (const [name, fill] of [
  ['ZerosLike', 0],
  ['OnesLike', 1],
] as const) {
  kernel(name, ({ inputs, backend }) => backend.tensor(splat(inputs.x!.shape, inputs.x!.dtype as Dtype, fill)));
}
kernel('Range', ({ attrs, backend }) => {
  const { start, stop, step: given } = attrs as { start: number; stop: number; step: number };
  // a step of one counts down where the end lies below the start, as tfjs has it
  const step = stop < start && given === 1 ? -1 : given;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  const values = upTo(count).map((i) => start + i * step);
  const dtype = (attrs.dtype as Dtype | undefined) ?? 'float32';
  return backend.tensor(leaf(toHost(values, [count], dtype)));
});
kernel('LinSpace', ({ attrs, backend }) => {
  const { start, stop, num } = attrs as { start: number; stop: number; num: number };
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  return backend.tensor(
    leaf(
      toHost(
        upTo(num).map((i) => start + i * step),
        [num],
        'float32',
      ),
    ),
  );
});
kernel('Identity', ({ inputs, backend }) => alias(backend, inputs.x!));
