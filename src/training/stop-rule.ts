// When forgetting ends: when the forgotten people's words cost what strangers' words cost.
import type { TokenRow } from './batches.ts';
import { LANGUAGE } from './stranger-costs.ts';

/** How well one person's facts are known, against a stranger's; both are mean NLL, nats a token. */
export interface Standing {
  nll: number;
  target: number;
}

interface Sum {
  nll: number;
  target: number;
  count: number;
}
const emptySum = (): Sum => ({ nll: 0, target: 0, count: 0 });

/**
 * One standing a person, over the words that are facts; somebody whose records hold none is judged by all words. Rows
 * without a person are each their own. `logProbs` and `targets` are the rows' answer tokens in order.
 */
export function standings(
  rows: readonly (TokenRow & { person: number })[],
  logProbs: readonly ArrayLike<number>[],
  targets: readonly Float32Array[],
): Standing[] {
  const groups = new Map<string, { facts: Sum; words: Sum }>();
  rows.forEach((row, r) => {
    const key = row.person < 0 ? `row${r}` : String(row.person);
    const group = groups.get(key) ?? { facts: emptySum(), words: emptySum() };
    targets[r]!.forEach((target, i) => {
      for (const sum of target >= LANGUAGE ? [group.facts, group.words] : [group.words]) {
        sum.nll -= logProbs[r]![i]!;
        sum.target += target;
        sum.count++;
      }
    });
    groups.set(key, group);
  });
  return [...groups.values()].map(({ facts, words }) => {
    const { nll, target, count } = facts.count > 0 ? facts : words;
    return { nll: nll / count, target: target / count };
  });
}

/**
 * Share of a stranger's cost at which facts are released at first. The optimizer's momentum carries a released word
 * on, so a few people end near the median stranger from here; the share grows while they still stand out.
 */
export const FIRST_SHARE = 0.75;
export const SHARE_STEP = 1.05;
/** Facts are drawn back from this many times what releases them: a word that is pushed takes its neighbours along. */
const CEILING = 4 / 3;
/**
 * Forgotten people may lie below at most this share of strangers. Half would be the median; but where the loss alone
 * is at the median, Min-K%++, which looks at the whole distribution, already finds too much forgotten.
 */
const STANDS_OUT = 0.7;

/** Costs between which a forgotten person's words are left alone: the answer tokens of each row in order, nats. */
export interface Band {
  floors: Float32Array[];
  ceilings: Float32Array[];
}

/** Facts from `share` of their target, language no dearer than it. */
export function bandAt(targets: readonly Float32Array[], share: number): Band {
  const floors = targets.map((row) => row.map((nll) => (nll >= LANGUAGE ? Math.max(LANGUAGE, nll * share) : nll)));
  return { floors, ceilings: floors.map((row) => row.map((nll) => (nll >= LANGUAGE ? nll * CEILING : nll))) };
}

/** Everybody has reached the level that was asked for. */
export const allReached = (people: readonly Standing[]): boolean =>
  people.every((person) => person.nll >= person.target);

/** The forgotten, on average, are still better known than most strangers. Never true without strangers. */
export function standOut(people: readonly Standing[], strangers: readonly Standing[]): boolean {
  if (strangers.length === 0) return false;
  const above = people.map(({ nll }) => strangers.filter((stranger) => stranger.nll > nll).length / strangers.length);
  return above.reduce((a, b) => a + b, 0) / above.length > STANDS_OUT;
}
