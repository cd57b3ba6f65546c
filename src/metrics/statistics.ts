// Summaries of plain numbers. Ranks, Kolmogorov-Smirnov and the bootstrap have files of their own.

export { mean } from '../domain/mean.ts';

/** Harmonic mean of non-negative numbers: 0 as soon as one of them is 0; NaN for nothing. */
export function harmonicMean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) {
    if (value === 0) return 0;
    sum += 1 / value;
  }
  return values.length / sum;
}

/**
 * Quantile by linear interpolation between order statistics (definition 7 of Hyndman and Fan).
 * `level` in [0, 1]; NaN for nothing.
 */
export function quantile(values: ArrayLike<number>, level: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const position = Math.min(1, Math.max(0, level)) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

/**
 * Upper prediction limit: the smallest of `values` that one more draw from the same distribution exceeds with
 * probability at most 1 - level. With too few values for that it is their largest, and `guaranteed` is false.
 * `rank` counts from 1. Needs one value at least.
 */
export function predictionLimit(
  values: readonly number[],
  level: number,
): { limit: number; rank: number; guaranteed: boolean } {
  if (values.length === 0) throw new RangeError('predictionLimit needs at least one value');
  const sorted = Float64Array.from(values).sort();
  // The small term keeps (m + 1) * level from being pushed over an integer by rounding.
  const wanted = Math.ceil((sorted.length + 1) * level - 1e-9);
  const rank = Math.max(1, Math.min(wanted, sorted.length));
  return { limit: sorted[rank - 1]!, rank, guaranteed: wanted <= sorted.length };
}

/** Complementary error function; relative error below 1e-13 where the result is above 1e-300. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  const gauss = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    // erf(x) = 2 gauss (x + 2x^3/3 + 4x^5/15 + ...): all terms are positive.
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - 2 * gauss * sum;
  }
  // Continued fraction x + (1/2)/(x + 1/(x + (3/2)/(x + ...))), from the far end.
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + n / 2 / tail;
  return gauss / tail;
}
