// Several attacks on the same people, taken together: how often would people dealt by chance look as odd to any of them?
import { createRandom } from '../domain/random.ts';
import { doubledMidRanks, smallestReachableP } from './rank-test.ts';

/** Deals that are enumerated; of more a sample is drawn. */
const MOST_DEALS = 10_000;
const DRAWN = 9_999;

export interface JointOptions {
  /** Seeds the deals, where they are too many to enumerate. */
  seed: number;
  /** Only people who look like members count as observed; deals count in both directions all the same. */
  keptOnly?: boolean;
}

export interface JointTest {
  /** Of each attack: p of an oddity as large as its own in any attack, so all of them together err at most with probability alpha. */
  group: number[];
  /** The same of the one forgotten person who is the oddest to it. */
  alone: number[];
  /** Least p that these people and scores allow. */
  smallest: { group: number; alone: number };
  /** |AUC - 1/2| that chance reaches in any attack with probability alpha. */
  critical(alpha: number): number;
}

type Pooled = readonly Int32Array[];

/** How far apart, for every attack; the largest decides, and among equals the sum. Integers, so that comparisons are exact. */
const oddity = (distances: readonly number[], weight: number): number =>
  distances.reduce((a, b) => Math.max(a, b), 0) * weight + distances.reduce((a, b) => a + b, 0);

const sumAt = (ranks: Int32Array, chosen: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < chosen.length; i++) sum += ranks[chosen[i]!]!;
  return sum;
};

/** C(all, size), or Infinity beyond what is worth enumerating. */
function dealsOf(all: number, size: number): number {
  let ways = 1;
  for (let i = 1; i <= size && ways <= MOST_DEALS; i++) ways = (ways * (all + 1 - i)) / i;
  return ways;
}

function* everyDeal(all: number, size: number): Generator<readonly number[]> {
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    yield chosen;
    let at = size - 1;
    while (at >= 0 && chosen[at] === all - size + at) at--;
    if (at < 0) return;
    chosen[at]!++;
    for (let i = at + 1; i < size; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}

function* someDeals(all: number, size: number, seed: number): Generator<readonly number[]> {
  const random = createRandom(seed);
  const people = Array.from({ length: all }, (_, i) => i);
  for (let deal = 0; deal < DRAWN; deal++) {
    // the first `size` of a shuffle; what an earlier deal left behind is as good an order as any
    for (let i = 0; i < size; i++) {
      const j = i + random.int(all - i);
      [people[i], people[j]] = [people[j]!, people[i]!];
    }
    yield people.slice(0, size);
  }
}

/** Probability that one of n people, drawn out of `all`, is among the `marked` oddest. */
function drawsOne(all: number, marked: number, n: number): number {
  let none = 1;
  for (let i = 0; i < n; i++) none *= Math.max(0, all - marked - i) / (all - i);
  return 1 - none;
}

/** Share of ascending values at or above one; `extra`: what was observed counts as a deal, where deals are a sample. */
function tail(sorted: Float64Array, value: number, extra: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return (sorted.length - low + extra) / (sorted.length + extra);
}

/** Oddity of the group for every deal, ascending. */
function groupOddities(pooled: Pooled, size: number, weight: number, seed: number) {
  const all = pooled[0]!.length;
  const exact = dealsOf(all, size) <= MOST_DEALS;
  const values: number[] = [];
  for (const deal of exact ? everyDeal(all, size) : someDeals(all, size, seed))
    values.push(
      oddity(
        pooled.map((ranks) => Math.abs(sumAt(ranks, deal))),
        weight,
      ),
    );
  return { sorted: Float64Array.from(values).sort(), exact };
}

/**
 * Permutation test of the maximum over attacks. `attacks`: one score a person and attack, of the forgotten and of people never seen, each
 * in one order. Under the hypothesis that the forgotten are like the others every way to deal the people is as likely; all ways are looked
 * at, or 9,999 by chance (then what was observed counts as one more). Attacks that say the same cost no power, as they would by
 * Bonferroni or Holm. P. H. Westfall, S. S. Young, "Resampling-Based Multiple Testing", 1993. Throws RangeError for an empty group.
 */
export function jointTest(
  attacks: readonly { forget: readonly number[]; holdout: readonly number[] }[],
  { seed, keptOnly = false }: JointOptions,
): JointTest {
  const [n, m] = [attacks[0]?.forget.length ?? 0, attacks[0]?.holdout.length ?? 0];
  if (n === 0 || m === 0) throw new RangeError('jointTest needs at least one person in each group');
  const all = n + m;
  // doubled mid-ranks about 0; the sum over a group is as far from 0 as that over the others
  const pooled = attacks.map(({ forget, holdout }) =>
    doubledMidRanks([...forget, ...holdout]).ranks.map((rank) => rank - all - 1),
  );
  const weight = attacks.length * n * m + 1;
  const { sorted, exact } = groupOddities(pooled, Math.min(n, m), weight, seed);
  const seen = (rank: number) => (keptOnly ? Math.max(0, -rank) : Math.abs(rank));
  const own = Array.from({ length: n }, (_, i) => i);
  const found = pooled.map((ranks) => seen(sumAt(ranks, own)));
  const sum = found.reduce((a, b) => a + b, 0);
  const group = found.map((distance) => tail(sorted, distance * weight + sum, exact ? 0 : 1));

  const one = attacks.length * all + 1;
  const each = Float64Array.from({ length: all }, (_, i) =>
    oddity(
      pooled.map((ranks) => Math.abs(ranks[i]!)),
      one,
    ),
  ).sort();
  const alone = pooled.map((ranks) => {
    const oddest = own.map((i) => seen(ranks[i]!) * one + pooled.reduce((a, other) => a + seen(other[i]!), 0));
    const beyond = Math.round(tail(each, Math.max(...oddest), 0) * all);
    return drawsOne(all, beyond, n);
  });
  const most = (values: Float64Array, extra: number) => tail(values, values.at(-1)!, extra);
  return {
    group,
    alone,
    smallest: {
      group: Math.max(smallestReachableP(n, m), exact ? most(sorted, 0) : 1 / (DRAWN + 1)),
      alone: Math.max(smallestReachableP(1, all - 1), drawsOne(all, Math.round(most(each, 0) * all), n)),
    },
    critical: (alpha) => {
      const at = Math.min(sorted.length - 1, Math.ceil((1 - alpha) * sorted.length));
      return Math.floor(sorted[at]! / weight) / (2 * n * m);
    },
  };
}
