// Counts of successes: exact intervals of a share.
import type { Interval } from '../domain/verification.ts';

/** P(at most k of n) where each has probability p. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k >= n || p <= 0) return 1;
  if (k < 0 || p >= 1) return 0;
  let log = n * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log((n + 1 - i) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** The p at which `rising`, a monotone function of it, passes 0; to the last digits of a double. */
export function bisect(rising: (p: number) => number, low = 0, high = 1): number {
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Exact interval of a share of which k in n were seen. C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits", 1934.
 * Null for n = 0.
 */
export function clopperPearson(k: number, n: number, level = 0.95): Interval | null {
  if (n === 0) return null;
  const side = (1 - level) / 2;
  return {
    low: k === 0 ? 0 : bisect((p) => 1 - binomialCdf(k - 1, n, p) - side),
    high: k === n ? 1 : bisect((p) => side - binomialCdf(k, n, p)),
    level,
  };
}
