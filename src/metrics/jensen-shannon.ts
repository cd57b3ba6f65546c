// How far apart two samples lie as distributions, without a test.
import { quantile } from './statistics.ts';

/** Bins of a histogram over both samples, at most. */
const MOST_BINS = 20;

/** Inner edges of bins that hold about as many values of both samples together. */
function edgesOf(values: readonly number[], bins: number): number[] {
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(values, (i + 1) / bins));
  return edges.filter((edge, i) => i === 0 || edge > edges[i - 1]!);
}

function sharesIn(values: readonly number[], edges: readonly number[]): number[] {
  const shares = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) shares[edges.filter((edge) => value >= edge).length]! += 1 / values.length;
  return shares;
}

/**
 * Jensen-Shannon divergence of two samples, in bits: 0 the same, 1 nothing in common. Of histograms whose bins hold about as many values of
 * both together, as many bins as the square root of the smaller sample (2 to 20): so few values make two samples of one distribution differ, and it
 * is to be read beside that of people never seen. NaN for an empty sample. J. Lin, "Divergence measures based on the Shannon entropy", 1991.
 */
export function jensenShannon(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return Number.NaN;
  const bins = Math.min(MOST_BINS, Math.max(2, Math.round(Math.sqrt(Math.min(a.length, b.length)))));
  const edges = edgesOf([...a, ...b], bins);
  const [p, q] = [sharesIn(a, edges), sharesIn(b, edges)];
  const term = (share: number, middle: number) => (share === 0 ? 0 : (share * Math.log2(share / middle)) / 2);
  const bits = p.reduce((sum, one, i) => {
    const middle = (one + q[i]!) / 2;
    return sum + term(one, middle) + term(q[i]!, middle);
  }, 0);
  return Math.min(1, Math.max(0, bits));
}
