// Two-sample Kolmogorov-Smirnov test with an exact p-value that stays accurate far into the tail.

export interface KsTest {
  /** Largest distance between the two empirical distribution functions, in [0, 1]. */
  statistic: number;
  /** Two-sided; exact when no value occurs in both samples or twice, an upper bound otherwise. */
  p: number;
}

/** The statistic as an integer multiple of 1 / (n m), so that comparisons are exact. */
function scaledStatistic(a: Float64Array, b: Float64Array): number {
  const [n, m] = [a.length, b.length];
  let [i, j, largest] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < n && a[i]! <= value) i++;
    while (j < m && b[j]! <= value) j++;
    largest = Math.max(largest, Math.abs(i * m - j * n));
  }
  return largest;
}

/**
 * Probability that a random interleaving of n and m values ever reaches the distance h / (n m).
 * Values are drawn one by one without replacement and the mass is taken out where the walk first touches the
 * bound: only positive terms are added, so a p of 1e-21 keeps its digits, which 1 - P(inside) would lose.
 */
function reachProbability(n: number, m: number, h: number): number {
  // mass[j]: probability of having drawn i of the first and j of the second without touching the bound.
  let mass = new Float64Array(m + 1);
  mass[0] = 1;
  let outside = 0;
  for (let i = 0; i <= n; i++) {
    const next = new Float64Array(m + 1);
    for (let j = 0; j <= m; j++) {
      const here = mass[j]!;
      if (here === 0) continue;
      if (Math.abs(i * m - j * n) >= h) {
        outside += here;
        continue;
      }
      const left = n - i + (m - j);
      if (left === 0) continue;
      next[j]! += (here * (n - i)) / left;
      if (j < m) mass[j + 1]! += (here * (m - j)) / left;
    }
    mass = next;
  }
  return Math.min(1, outside);
}

/** Two-sided p of a distance of h / (n m) between samples of n and m without equal values. O(n m). */
export const ksPValue = (n: number, m: number, h: number): number => (h <= 0 ? 1 : reachProbability(n, m, h));

/**
 * The same by the limit of large samples, with the distance d: 2 sum (-1)^(k-1) exp(-2 k^2 d^2 n m / (n + m)). N. Smirnov, "Table for
 * estimating the goodness of fit of empirical distributions", 1948.
 */
export function ksAsymptoticP(n: number, m: number, d: number): number {
  const x = -2 * d * d * ((n * m) / (n + m));
  // near 0 the series converges slowly, to 1
  if (x > -0.08) return 1;
  let sum = 0;
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(x * k * k);
  return Math.min(1, sum);
}

/** Time and result as described above: O(n m). Throws RangeError for an empty sample. */
export function ksTest(a: readonly number[], b: readonly number[]): KsTest {
  if (a.length === 0 || b.length === 0) throw new RangeError('ksTest needs at least one value in each sample');
  const h = scaledStatistic(Float64Array.from(a).sort(), Float64Array.from(b).sort());
  return {
    statistic: h / (a.length * b.length),
    p: ksPValue(a.length, b.length, h),
  };
}
