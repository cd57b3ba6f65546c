// When forgetting ends: what the same words would cost if they were about somebody the model has never seen,
// measured on never-seen people under the model as it is now.
import type { TokenRow } from './batches.ts';

/**
 * Weight of the median word in one word's estimate, in observations: a name or a value stands in a
 * few strangers' answers, which may be easy by chance; punctuation stands in hundreds.
 */
const SMOOTHING = 20;

/** Expected NLL by token id, nats: what an answer about a stranger costs, word by word. */
export type NeverSeenLevel = Float32Array;

/** Every token costs the same: for models registered without never-seen people. */
export const uncalibratedLevel = (vocabulary: number, nll: number): NeverSeenLevel =>
  new Float32Array(vocabulary).fill(nll);

/**
 * Mean NLL of each answer token over rows about never-seen people, drawn towards the median of all different tokens
 * where it was seen rarely. `logProbs` are the rows' answer tokens in order. Throws when there are no rows.
 */
export function neverSeenLevel(
  rows: readonly TokenRow[],
  logProbs: readonly ArrayLike<number>[],
  vocabulary: number,
): NeverSeenLevel {
  const sums = new Float64Array(vocabulary);
  const counts = new Float64Array(vocabulary);
  rows.forEach((row, r) => {
    for (let i = 0; i < row.ids.length - row.promptLength; i++) {
      const id = row.ids[row.promptLength + i]!;
      sums[id] = sums[id]! - logProbs[r]![i]!;
      counts[id] = counts[id]! + 1;
    }
  });
  const seen = [...counts.keys()].filter((id) => counts[id]! > 0);
  if (seen.length === 0) throw new Error('no never-seen people to calibrate on');
  const means = seen.map((id) => sums[id]! / counts[id]!).sort((a, b) => a - b);
  const median = means[Math.floor(means.length / 2)]!;
  return Float32Array.from(sums, (sum, id) => (sum + SMOOTHING * median) / (counts[id]! + SMOOTHING));
}

/** Words that cost strangers less than this (nats) are language, not facts: they are never pushed, and kept. */
export const LANGUAGE = 1;

/** How well one person's facts are known, against a stranger's; both are mean NLL, nats a token. */
export interface Standing {
  nll: number;
  target: number;
}

/**
 * One standing a person, over the words that are facts; somebody whose records hold none is judged by all words. Rows
 * without a person are each their own. `logProbs` are the rows' answer tokens in order.
 */
export function standings(
  rows: readonly (TokenRow & { person: number })[],
  logProbs: readonly ArrayLike<number>[],
  level: NeverSeenLevel,
): Standing[] {
  const groups = new Map<string, { facts: Sum; words: Sum }>();
  rows.forEach((row, r) => {
    const key = row.person < 0 ? `row${r}` : String(row.person);
    const group = groups.get(key) ?? { facts: emptySum(), words: emptySum() };
    for (let i = 0; i < row.ids.length - row.promptLength; i++) {
      const target = level[row.ids[row.promptLength + i]!]!;
      for (const sum of target >= LANGUAGE ? [group.facts, group.words] : [group.words]) {
        sum.nll -= logProbs[r]![i]!;
        sum.target += target;
        sum.count++;
      }
    }
    groups.set(key, group);
  });
  return [...groups.values()].map(({ facts, words }) => {
    const { nll, target, count } = facts.count > 0 ? facts : words;
    return { nll: nll / count, target: target / count };
  });
}

interface Sum {
  nll: number;
  target: number;
  count: number;
}
const emptySum = (): Sum => ({ nll: 0, target: 0, count: 0 });

/**
 * Share of a stranger's cost at which facts are released at first. The optimizer's momentum carries a released word
 * on, so a few people end near the median stranger from here; the share grows while they still stand out.
 */
export const FIRST_SHARE = 0.75;
export const SHARE_STEP = 1.05;
/**
 * Forgotten people may lie below at most this share of strangers. Half would be the median; but where the loss alone
 * is at the median, Min-K%++, which looks at the whole distribution, already finds too much forgotten.
 */
const STANDS_OUT = 0.7;

/** The level with its facts, and only those, at a share of their cost. */
export const atShare = (level: NeverSeenLevel, share: number): NeverSeenLevel =>
  level.map((nll) => (nll >= LANGUAGE ? Math.max(LANGUAGE, nll * share) : nll));

/** Costs between which a forgotten person's words are left alone, by token id. */
export interface Band {
  floor: NeverSeenLevel;
  ceiling: NeverSeenLevel;
}

/** Facts from `share` of what they cost strangers, without a ceiling; language no dearer than strangers'. */
export const bandAt = (level: NeverSeenLevel, share: number): Band => ({
  floor: atShare(level, share),
  ceiling: level.map((nll) => (nll >= LANGUAGE ? Number.POSITIVE_INFINITY : nll)),
});

/** Everybody has reached the level that was asked for. */
export const allReached = (people: readonly Standing[]): boolean =>
  people.every((person) => person.nll >= person.target);

/** The forgotten, on average, are still better known than most strangers. Never true without strangers. */
export function standOut(people: readonly Standing[], strangers: readonly Standing[]): boolean {
  if (strangers.length === 0) return false;
  const above = people.map(({ nll }) => strangers.filter((stranger) => stranger.nll > nll).length / strangers.length);
  return above.reduce((a, b) => a + b, 0) / above.length > STANDS_OUT;
}
