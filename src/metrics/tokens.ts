// Which answer tokens a metric looks at. The end-of-text token is last, where there is one; several metrics leave it out.
import type { RowScore } from '../domain/verification.ts';

/** Number of answer tokens without the one that ends them; an answer of a single token keeps it. */
export const tokensWithoutEnd = ({ logProbs, cut }: Pick<RowScore, 'logProbs' | 'cut'>): number =>
  cut ? logProbs.length : Math.max(1, logProbs.length - 1);

/** Mean of the lowest max(1, floor(share * n)) values. */
export function meanOfLowest(values: Float64Array, share: number): number {
  const count = Math.max(1, Math.floor(share * values.length));
  const sorted = values.sort();
  let sum = 0;
  for (let i = 0; i < count; i++) sum += sorted[i]!;
  return sum / count;
}
