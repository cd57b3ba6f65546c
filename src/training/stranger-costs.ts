// What words cost when they are about somebody the model has never seen, and what that asks of each word of those who
// are to be forgotten. Measured on never-seen people under the model as it is now.
import { createRandom } from '../domain/random.ts';
import { byPerson, type TokenRow } from './batches.ts';

/**
 * Weight of the median word in one word's estimate, in observations: a name or a value stands in a
 * few strangers' answers, which may be easy by chance; punctuation stands in hundreds.
 */
const SMOOTHING = 20;
/** Words that cost strangers less than this on average (nats) are language, not facts: never pushed, and kept. */
export const LANGUAGE = 1;

export interface StrangerCosts {
  /** Expected NLL by token id, nats; drawn towards the median word where a word was seen rarely. */
  mean: Float32Array;
  /** NLL of a token id that a share `u` of strangers' occurrences lies below. */
  quantile(id: number, u: number): number;
}

/** Every token costs the same: for models registered without never-seen people. */
export const uniformCosts = (vocabulary: number, nll: number): StrangerCosts => ({
  mean: new Float32Array(vocabulary).fill(nll),
  quantile: () => nll,
});

/** Sorted observations of every token id that answers hold; `logProbs` are the rows' answer tokens in order. */
function observations(rows: readonly TokenRow[], logProbs: readonly ArrayLike<number>[]): Map<number, number[]> {
  const seen = new Map<number, number[]>();
  rows.forEach((row, r) => {
    for (let i = 0; i < row.ids.length - row.promptLength; i++) {
      const id = row.ids[row.promptLength + i]!;
      const known = seen.get(id);
      if (known) known.push(-logProbs[r]![i]!);
      else seen.set(id, [-logProbs[r]![i]!]);
    }
  });
  for (const values of seen.values()) values.sort((a, b) => a - b);
  return seen;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** The value at share `u` of a sorted list, between neighbours by proportion. */
function at(sorted: readonly number[], u: number): number {
  const place = Math.min(1, Math.max(0, u)) * (sorted.length - 1);
  const low = Math.floor(place);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return a + (b - a) * (place - low);
}

/**
 * Costs over rows about never-seen people. Words seen fewer than `SMOOTHING` times share one distribution, that of all
 * such words which are facts. Throws when there are no rows.
 */
export function strangerCosts(
  rows: readonly TokenRow[],
  logProbs: readonly ArrayLike<number>[],
  vocabulary: number,
): StrangerCosts {
  const seen = observations(rows, logProbs);
  if (seen.size === 0) throw new Error('no never-seen people to calibrate on');
  const means = [...seen.values()].map((values) => sum(values) / values.length).sort((a, b) => a - b);
  const median = means[Math.floor(means.length / 2)]!;
  const mean = new Float32Array(vocabulary).fill(median);
  for (const [id, values] of seen) mean[id] = (sum(values) + SMOOTHING * median) / (values.length + SMOOTHING);
  const rare = [...seen].filter(([id, values]) => values.length < SMOOTHING && mean[id]! >= LANGUAGE);
  const shared = rare.flatMap(([, values]) => values).sort((a, b) => a - b);
  return {
    mean,
    quantile(id, u) {
      const own = seen.get(id);
      if (own !== undefined && own.length >= SMOOTHING) return at(own, u);
      return shared.length > 0 ? at(shared, u) : mean[id]!;
    },
  };
}

/**
 * A share in (0, 1) for every answer token of every row: dealt by person, so that each person's words together span
 * strangers' costs evenly, from the cheap ones to the dear ones. Fixed for a run by its seed.
 */
export function dealShares(rows: readonly (TokenRow & { person: number })[], seed: number): Float32Array[] {
  const shares = rows.map((row) => new Float32Array(row.ids.length - row.promptLength));
  const random = createRandom(seed);
  for (const own of byPerson(rows)) {
    const words = own.flatMap((r) => Array.from(shares[r]!, (_, i): [number, number] => [r, i]));
    random.shuffle(words.map((_, i) => i)).forEach((place, i) => {
      const [r, t] = words[i]!;
      shares[r]![t] = (place + 0.5) / words.length;
    });
  }
  return shares;
}

/**
 * What each answer token of the rows should cost, nats. A fact: what its share of strangers' occurrences costs, so that
 * the forgotten spread as strangers do, but never as little as language, since a cheap fact is a known one. Language:
 * strangers' mean.
 */
export function targetsOf(
  rows: readonly TokenRow[],
  shares: readonly Float32Array[],
  costs: StrangerCosts,
): Float32Array[] {
  return rows.map((row, r) =>
    shares[r]!.map((share, i) => {
      const id = row.ids[row.promptLength + i]!;
      const mean = costs.mean[id]!;
      return mean < LANGUAGE ? mean : Math.max(LANGUAGE, costs.quantile(id, share));
    }),
  );
}

/** Strangers' mean for each answer token of the rows, nats. */
export const meansOf = (rows: readonly TokenRow[], costs: StrangerCosts): Float32Array[] =>
  rows.map((row) => Float32Array.from(row.ids.subarray(row.promptLength), (id) => costs.mean[id]!));
