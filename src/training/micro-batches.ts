// A batch cut into parts of the same shapes, and what a part has to know of the whole.
import { elementCount, float32, type HostTensor, type HostTensors, scalar, type Tensors } from '../domain/engine.ts';
import type { BatchPart } from '../domain/method.ts';

/** How many parts a batch has when a pass takes `microBatch` rows of its larger half; 0 or nothing: one. */
export const partsOf = (rows: number, microBatch: number | undefined): number =>
  microBatch ? Math.ceil(rows / microBatch) : 1;

/** `parts` tensors of the same number of rows; what the last ones lack is filled up with `filler`. */
function cut(tensor: HostTensor, parts: number, filler: number): HostTensor[] {
  const [rows = 1, ...rest] = tensor.shape;
  const each = Math.ceil(rows / parts);
  const size = elementCount(rest) * each;
  return Array.from({ length: parts }, (_, p) => {
    const own = tensor.data.subarray(p * size, (p + 1) * size);
    const data = own.length === size ? own.slice() : new (tensor.data.constructor as typeof Float32Array)(size);
    if (own.length < size) {
      data.fill(filler);
      data.set(own as Float32Array);
    }
    return { dtype: tensor.dtype, shape: [each, ...rest], data } as HostTensor;
  });
}

/**
 * Feeds of one half, a row each, in parts; its labels once more, to count them. `fillers`: what rows that only make a part complete hold, by feed; 0 by
 * default. With more than one part, feeds called after `name` tell each of the whole: see `partIn`.
 */
export function splitHalf(
  name: string,
  feeds: HostTensors,
  labels: HostTensor,
  parts: number,
  fillers: Record<string, number> = {},
): HostTensors[] {
  if (parts === 1) return [feeds];
  const rows = labels.shape[0]!;
  const real = { [`${name}Real`]: float32(new Float32Array(rows).fill(1)) };
  const lengths = answerLengths(labels);
  const whole = {
    [`${name}Tokens`]: scalar(lengths.reduce((sum, length) => sum + length, 0)),
    [`${name}Rows`]: scalar(rows),
    [`${name}Longer`]: scalar(lengths.filter((length) => length > 1).length),
    [`${name}Positions`]: scalar(positionsIn(labels)),
  };
  const cuts = Object.entries({ ...feeds, ...real }).map(
    ([feed, tensor]) => [feed, cut(tensor, parts, fillers[feed] ?? 0)] as const,
  );
  return Array.from({ length: parts }, (_, p) => ({
    ...Object.fromEntries(cuts.map(([feed, all]) => [feed, all[p]!])),
    ...whole,
  }));
}

/** What the feeds of a step tell of the whole half; nothing where they are the whole half. */
export function partIn(name: string, feeds: Tensors): { part?: BatchPart } {
  const of = (what: string) => feeds[name + what];
  const [tokens, rows, longer] = [of('Tokens'), of('Rows'), of('Longer')];
  const [positions, real] = [of('Positions'), of('Real')];
  return tokens && rows && longer && positions && real ? { part: { tokens, rows, longer, positions, real } } : {};
}

/** Of all rows, positions up to the last label: what is behind it is padding. */
function positionsIn({ shape, data }: HostTensor): number {
  const [rows, time] = shape as [number, number];
  let sum = 0;
  for (let r = 0; r < rows; r++)
    sum += data.subarray(r * time, (r + 1) * time).findLastIndex((label) => label >= 0) + 1;
  return sum;
}

/** Of each row, labels that some position predicts: the first is predicted by none. */
function answerLengths({ shape, data }: HostTensor): number[] {
  const [rows, time] = shape as [number, number];
  const lengths = new Array<number>(rows).fill(0);
  data.forEach((label, i) => {
    if (label >= 0 && i % time > 0) lengths[Math.floor(i / time)]!++;
  });
  return lengths;
}
