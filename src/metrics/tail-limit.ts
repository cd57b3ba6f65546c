// How far values go on beyond the largest that was seen, where there are too few of them to say by rank.
import { mean } from './statistics.ts';

/** Share of the values that the tail is read from, and how many at least. */
const TAIL = 0.1;
const FEWEST = 6;
/** Fewer values than this expected beyond the limit: then equal largest ones say nothing of how far the tail goes. */
const FAR = 0.2;

/**
 * Limit that one more draw exceeds with about the given chance: above a high order statistic values are taken to fall off exponentially, by
 * their mean excess over it. I. Weissman, "Estimation of parameters and large quantiles based on the k largest observations", 1978. Never
 * below the largest; that one where all are equal. Needs one value at least.
 */
export function tailLimit(values: readonly number[], chance: number): number {
  if (values.length === 0) throw new RangeError('tailLimit needs at least one value');
  const sorted = Float64Array.from(values).sort();
  const m = sorted.length;
  const largest = sorted[m - 1]!;
  let k = Math.min(m - 1, Math.max(FEWEST, Math.round(TAIL * m)));
  // scores of few answers are often equal: the excess is over the next lower one
  if (m * chance < FAR) while (k < m - 1 && sorted[m - 1 - k] === largest) k++;
  if (k < 1) return largest;
  const from = sorted[m - 1 - k]!;
  const excess = mean(sorted.subarray(m - k).map((value) => value - from));
  return Math.max(largest, from + excess * Math.log(k / (m * chance)));
}
