// Mann-Whitney: can people of one group be told from people of another by a score?
import { erfc } from './statistics.ts';

export interface RankTest {
  /** P(score of b > score of a) + P(equal) / 2. */
  auc: number;
  /** Two-sided: probability, when the groups do not differ, of an AUC at least as far from 1/2. */
  p: number;
  /** The least p that these group sizes and ties allow. */
  smallestP: number;
  /** False where the groups were too large to enumerate and the normal approximation was used. */
  exact: boolean;
}

/** Bound on the work of the exact distribution: (people in both) x (people in the smaller group). */
const EXACT_LIMIT = 10_000;

/** Twice the mid-ranks (so that they are integers) of all values together, and the sizes of groups of equals. */
export function doubledMidRanks(values: readonly number[]): { ranks: Int32Array; ties: number[] } {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Int32Array(values.length);
  const ties: number[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) ranks[order[k]!] = start + end + 1;
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

const sumOf = (ranks: Int32Array): number => ranks.reduce((a, b) => a + b, 0);

/** Area under the ROC curve: P(b > a) + P(b = a) / 2. NaN when a group is empty. */
export function auc(a: readonly number[], b: readonly number[]): number {
  // sorted apart and merged: ranks of all together cost several times as much
  const [low, high] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [less, upTo, doubled] = [0, 0, 0];
  for (const value of high) {
    while (less < low.length && low[less]! < value) less++;
    while (upTo < low.length && low[upTo]! <= value) upTo++;
    doubled += less + upTo;
  }
  return doubled / (2 * a.length * b.length);
}

/**
 * `auc` of groups that are drawn from these again and again, as a bootstrap does. Values are ordered once, and a drawing of their
 * orders is counted instead of sorted; the number is the same to the last bit. Takes finite values.
 */
export function aucOfDrawn(a: readonly number[], b: readonly number[]) {
  const values = Float64Array.from(new Set([...a, ...b])).sort();
  const orders = new Map(Array.from(values, (value, order) => [value, order]));
  const ordersOf = (group: readonly number[]) => group.map((value) => orders.get(value)!);
  const counts = new Int32Array(values.length);
  const doubledBelow = new Float64Array(values.length);
  const drawn = (low: readonly number[], high: readonly number[]): number => {
    counts.fill(0);
    for (const order of low) counts[order]!++;
    let less = 0;
    for (let order = 0; order < counts.length; order++) {
      doubledBelow[order] = 2 * less + counts[order]!;
      less += counts[order]!;
    }
    let doubled = 0;
    for (const order of high) doubled += doubledBelow[order]!;
    return doubled / (2 * low.length * high.length);
  };
  return { orders: [ordersOf(a), ordersOf(b)] as const, auc: drawn };
}

/** Number of ways, by sum, to choose `size` of the given non-negative integers. */
function subsetSums(values: Int32Array, size: number): Float64Array {
  const largest = sumOf(
    Int32Array.from(values)
      .sort()
      .subarray(values.length - size),
  );
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(largest + 1));
  ways[0]![0] = 1;
  // Largest sum reached so far with that many values; -1 while there is none.
  const reach = new Int32Array(size + 1).fill(-1);
  reach[0] = 0;
  for (const value of values) {
    for (let count = size; count >= 1; count--) {
      if (reach[count - 1]! < 0) continue;
      const from = ways[count - 1]!;
      const to = ways[count]!;
      const end = Math.min(largest, reach[count - 1]! + value);
      for (let sum = value; sum <= end; sum++) to[sum]! += from[sum - value]!;
      reach[count] = Math.max(reach[count]!, end);
    }
  }
  return ways[size]!;
}

/** Exact permutation distribution of the mid-rank sum, ties included: no assumption but exchangeability. */
function exactP(ranks: Int32Array, size: number, observed: number): { p: number; smallestP: number } {
  const ways = subsetSums(ranks, size);
  // Doubled ranks, so the expected sum is size * (N + 1), an integer.
  const centre = size * (ranks.length + 1);
  let total = 0;
  let furthest = 0;
  ways.forEach((count, sum) => {
    total += count;
    if (count > 0) furthest = Math.max(furthest, Math.abs(sum - centre));
  });
  const beyond = (distance: number) =>
    ways.reduce((acc, count, sum) => (Math.abs(sum - centre) >= distance ? acc + count : acc), 0) / total;
  return { p: Math.min(1, beyond(Math.abs(observed - centre))), smallestP: Math.min(1, beyond(furthest)) };
}

/** Normal approximation with the correction for ties and for continuity. */
function normalP(ties: readonly number[], n: number, m: number, observed: number, size: number): number {
  const all = n + m;
  const tied = ties.reduce((acc, t) => acc + (t ** 3 - t), 0) / (all * (all - 1));
  const variance = ((n * m) / 12) * (all + 1 - tied);
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(observed - size * (all + 1)) / 2 - 0.5);
  return Math.min(1, erfc(distance / Math.sqrt(2 * variance)));
}

/**
 * Two-sided rank test of one score per person in each group. Exact by enumeration of the permutation distribution
 * of mid-ranks while (n + m) min(n, m) is at most `exactLimit`, by the normal approximation above it. Throws RangeError for an empty group.
 * H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically larger", 1947.
 */
export function rankTest(a: readonly number[], b: readonly number[], exactLimit = EXACT_LIMIT): RankTest {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) throw new RangeError('rankTest needs at least one person in each group');
  const { ranks, ties } = doubledMidRanks([...a, ...b]);
  const sumB = sumOf(ranks.subarray(n));
  const value = (sumB / 2 - (m * (m + 1)) / 2) / (n * m);
  const size = Math.min(n, m);
  const observed = n <= m ? sumOf(ranks.subarray(0, n)) : sumB;
  if ((n + m) * size <= exactLimit) return { auc: value, ...exactP(ranks, size, observed), exact: true };
  const p = normalP(ties, n, m, observed, size);
  return { auc: value, p, smallestP: Math.min(p, smallestReachableP(n, m)), exact: false };
}

/** Least two-sided p that n people against m can show when no scores are equal: 2 / C(n + m, n). */
export function smallestReachableP(n: number, m: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(n, m); i++) ways = (ways * (n + m + 1 - i)) / i;
  return Math.min(1, 2 / ways);
}

/** How many people the other group needs before n people can show a p below alpha. */
export function peopleNeeded(n: number, alpha: number): number {
  let enough = 1;
  while (smallestReachableP(n, enough) >= alpha) enough *= 2;
  let tooFew = Math.floor(enough / 2);
  while (enough - tooFew > 1) {
    const middle = Math.floor((enough + tooFew) / 2);
    if (smallestReachableP(n, middle) < alpha) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
