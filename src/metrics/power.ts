// How large an effect must be for so many people to show it.
import { bisect } from './binomial.ts';
import { ksPValue } from './ks-test.ts';

/** How often an effect should be seen before it counts as one that can be. */
export const POWER = 0.8;
/** The normal quantile of POWER. */
const Z_POWER = 0.8416212335729143;

/**
 * P(at most k of m people never seen lie below somebody) when that one's score has the odds of a proportional-hazards shift to
 * this AUC: then theirs is Beta(1, a / (1 - a)) on the scale of the others, and the count beta-binomial.
 */
function belowAtMost(k: number, m: number, auc: number): number {
  if (auc >= 1) return 1;
  const shift = auc / (1 - auc);
  // P(0) = theta / (theta + m); each next one by the ratio of beta functions
  let term = shift / (shift + m);
  let sum = k < 0 ? 0 : term;
  for (let j = 1; j <= Math.min(k, m); j++) {
    term *= (m - j + 1) / (shift + m - j);
    sum += term;
  }
  return Math.min(1, sum);
}

/** Standard error of an AUC, under the same shift. J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a ROC curve", 1982. */
export function aucStandardError(auc: number, n: number, m: number): number {
  const one = auc / (2 - auc);
  const two = (2 * auc * auc) / (1 + auc);
  return Math.sqrt(Math.max(0, auc * (1 - auc) + (n - 1) * (two - auc * auc) + (m - 1) * (one - auc * auc)) / (n * m));
}

/**
 * Smallest AUC above 1/2 that n forgotten people against m never seen show with probability POWER, where an attack decides at 1/2 plus or
 * minus `critical`. One person: exact for the shift; several: by the normal approximation. 1 where only a perfect attack would do.
 */
export function detectableAuc(critical: number, n: number, m: number): number {
  const at = Math.min(0.5, critical);
  if (n === 1) {
    const k = Math.floor(m * (0.5 - at) + 1e-9);
    return bisect((auc) => belowAtMost(k, m, auc) - POWER, 0.5, 1);
  }
  if (at >= 0.5) return 1;
  return bisect((auc) => auc - 0.5 - at - Z_POWER * aucStandardError(auc, n, m), 0.5, 1);
}

/** Smallest distance of two samples' distribution functions whose Kolmogorov-Smirnov p is below alpha; null where none is. */
export function criticalKs(alpha: number, n: number, m: number): number | null {
  // p falls with the distance: the least of 1..nm below alpha
  let [low, high] = [0, n * m];
  if (ksPValue(n, m, high) >= alpha) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ksPValue(n, m, middle) < alpha) high = middle;
    else low = middle;
  }
  return high / (n * m);
}

/**
 * Distance of two distributions that samples of n and m show with probability POWER at least: at the place where they differ most the
 * difference of the shares has a standard error of (1/n + 1/m)^(1/2) / 2 at most. Null where none is.
 */
export function detectableKs(alpha: number, n: number, m: number): number | null {
  const critical = criticalKs(alpha, n, m);
  return critical === null ? null : Math.min(1, critical + (Z_POWER * Math.sqrt(1 / n + 1 / m)) / 2);
}
