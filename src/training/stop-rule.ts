// When forgetting ends: when the forgotten people's words cost what strangers' words cost, and the attacks of
// verification find them in the middle of strangers.

import { mean } from '../domain/mean.ts';
import type { MembershipAttack } from '../domain/metric.ts';
import { byPerson, type TokenRow } from './batches.ts';
import type { Scored } from './scoring.ts';
import { type CostRule, type Targets, WORDS } from './stranger-costs.ts';

export interface Place {
  least: number;
  most: number;
}

/** How well one person's facts are known, against what is asked; means, nats a token. */
export interface Standing {
  nll: number;
  target: number;
  /** By how much facts are cheaper than their floors; a dear one does not make up for a cheap one. */
  short: number;
}

const word = (nll: number, target: number, floor: number): Standing => ({
  nll,
  target,
  short: Math.max(0, floor - nll),
});

/**
 * One standing a person, in the order of `byPerson`, over the words that are facts; somebody whose records hold none is
 * judged by all words. `scores`, `targets` and `floors` are of the rows' answer tokens in order.
 */
export function standings(
  rows: readonly (TokenRow & { person: number })[],
  scores: readonly Pick<Scored, 'logProbs'>[],
  targets: readonly Float32Array[],
  floors = targets,
  { language }: Pick<CostRule, 'language'> = WORDS,
): Standing[] {
  return byPerson(rows).map((own) => {
    const words = own.flatMap((r) =>
      Array.from(targets[r]!, (target, i) => word(-scores[r]!.logProbs[i]!, target, floors[r]![i]!)),
    );
    const facts = words.filter(({ target }) => target >= language);
    const judged = facts.length > 0 ? facts : words;
    const mean = (of: (word: Standing) => number) => judged.reduce((sum, word) => sum + of(word), 0) / judged.length;
    return { nll: mean(({ nll }) => nll), target: mean(({ target }) => target), short: mean(({ short }) => short) };
  });
}

const SHARE_STEP = 1.05;
/** Who costs no more than this many times what was asked has been drawn back as far as that goes. */
const ARRIVED = 1.2;
/** Who moves no more and is within this factor of what was asked has been pushed as far as that goes. */
const AT_REST = 1.1;
/**
 * The shares of strangers who may be harder than somebody forgotten, on average over the attacks. Of all people together the rule has narrower
 * ones, a little on the dear side of the median: no fact is dealt a cost as low as strangers' cheapest, and an average that made up for that
 * would leave too few dear words, which Min-K% looks at.
 */
const EACH: Place = { least: 0.1, most: 0.85 };

/** Costs between which a forgotten person's words are left alone: the answer tokens of each row in order, nats. */
export interface Band {
  floors: Float32Array[];
  ceilings: Float32Array[];
  /** How unsure the model should be, nats; 0 where it does not matter. */
  entropies: Float32Array[];
}

/** Facts from each row's share of their target, language no dearer than its target. */
export function bandAt(
  { nll: targets, entropy }: Targets,
  shares: readonly number[],
  { language, notFirst, slack, ceiling }: CostRule = WORDS,
): Band {
  const floors = targets.map((row, r) =>
    row.map((nll) => (nll >= language ? Math.max(notFirst, nll * shares[r]!) : nll)),
  );
  const ceilings = floors.map((row) => row.map((nll) => (nll >= language ? nll * ceiling + slack : nll)));
  return { floors, ceilings, entropies: entropy };
}

/** Scores by attack, then by person in the order of `byPerson`, then of each of their records. */
export function recordScores(
  rows: readonly (TokenRow & { person: number })[],
  scores: readonly Scored[],
  attacks: readonly Pick<MembershipAttack, 'score'>[],
): number[][][] {
  const people = byPerson(rows);
  return attacks.map((attack) => {
    const values = scores.map((scored, index) => attack.score({ ...scored, index, person: rows[index]!.person }));
    return people.map((own) => own.map((r) => values[r]!));
  });
}

/** Scores by attack, then by person in the order of `byPerson`: means over a person's records, as verification takes them. */
export const attackScores = (...given: Parameters<typeof recordScores>): number[][] =>
  recordScores(...given).map((people) => people.map(mean));

/**
 * Share of strangers who look less like members than somebody with these scores, one an attack: the mean over the attacks.
 * They disagree: what makes the mean cost of a person's words right can leave the dearest of them too cheap, or too dear.
 */
export function harderThan(own: readonly number[], strangers: readonly (readonly number[])[]): number {
  const share = (mine: number, theirs: readonly number[]) =>
    theirs.reduce((sum, score) => sum + (score > mine ? 1 : score === mine ? 0.5 : 0), 0) / theirs.length;
  return own.reduce((sum, mine, attack) => sum + share(mine, strangers[attack]!), 0) / own.length;
}

/** In its place where nobody is known to be a stranger: enough once the target is reached. */
export const harderThanNobody = ({ nll, target }: Standing): number => (nll >= target ? 0.5 : 1);

const within = (value: number, { least, most }: Place) => value >= least && value <= most;

/** Nobody stands out from strangers, and all together do not either, given the share of strangers harder than each. */
export const among = (harder: readonly number[], { average }: Pick<CostRule, 'average'> = WORDS): boolean =>
  harder.every((one) => within(one, EACH)) && within(harder.reduce((a, b) => a + b, 0) / harder.length, average);

/** The same of one direction alone: nobody is known better than strangers are. Whom later steps push further away nobody knows any better. */
export const noneEasier = (harder: readonly number[], { average }: Pick<CostRule, 'average'> = WORDS): boolean =>
  harder.every((one) => one <= EACH.most) && harder.reduce((a, b) => a + b, 0) / harder.length <= average.most;

/** Of the bound on facts that lag behind: what is enough where they no longer move, and the rest is as it should be. */
const LAGGING = 1.5;

/**
 * Everybody is among strangers, and not because some words became far too dear while others are still known. `stalled`: those others have
 * stopped moving; to wait for them would be to wear down everything else.
 */
export const reached = (
  people: readonly Standing[],
  harder: readonly number[],
  { short: most, slack, average }: Pick<CostRule, 'short' | 'slack' | 'average'> = WORDS,
  stalled = false,
): boolean =>
  among(harder, { average }) &&
  people.every(({ short, target }) => short <= most * target * (stalled ? LAGGING : 1) + slack);

/**
 * The shares of strangers who should be harder than each person, given those who are: spread as strangers are among themselves, from easy to hard, in the order
 * in which the people stand. All of them in the middle would be as much of a tell-tale as all at one end.
 */
export function placesAmong(harder: readonly number[], { average }: Pick<CostRule, 'average'> = WORDS): Place[] {
  const [half, middle] = [(average.most - average.least) / 2, (average.least + average.most) / 2];
  const order = harder.map((_, p) => p).sort((a, b) => harder[a]! - harder[b]!);
  const places = new Array<Place>(harder.length);
  order.forEach((person, i) => {
    const even = middle + (i + 0.5) / harder.length - 0.5;
    const centre = Math.min(EACH.most - half, Math.max(EACH.least + half, even));
    places[person] = { least: centre - half, most: centre + half };
  });
  return places;
}

/**
 * The share of their target to ask of somebody from now on. It moves while too many or too few strangers are harder, but
 * only once the last one has brought them where it should: else it would run away from them. `stalled`: it has brought them as far as it will. A
 * mean over facts that are let go one by one comes to rest a little short of what is asked of each.
 */
export function nextShare(
  { nll, target }: Standing,
  harder: number,
  share: number,
  { least, most }: Place = WORDS.average,
  stalled = false,
): number {
  if (harder < least && nll <= target * share * ARRIVED) return share / SHARE_STEP;
  const come = nll * (stalled ? AT_REST : 1) >= target * share;
  if (harder > most && come) return share * SHARE_STEP;
  return share;
}
