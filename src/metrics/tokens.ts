// Which answer tokens a metric looks at. The end-of-text token is last; several metrics leave it out.
import type { RowScore } from '../domain/verification.ts';

/** Number of answer tokens without the last one; an answer of a single token keeps it. */
export const tokensWithoutEnd = (row: RowScore): number => Math.max(1, row.logProbs.length - 1);

/** Mean of the lowest max(1, floor(share * n)) values. */
export function meanOfLowest(values: Float64Array, share: number): number {
  const count = Math.max(1, Math.floor(share * values.length));
  const sorted = values.sort();
  let sum = 0;
  for (let i = 0; i < count; i++) sum += sorted[i]!;
  return sum / count;
}
