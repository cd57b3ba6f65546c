// When forgetting ends: when the forgotten people's words cost what strangers' words cost.
import { byPerson, type TokenRow } from './batches.ts';
import { LANGUAGE } from './stranger-costs.ts';

/** How well one person's facts are known, against a stranger's; both are mean NLL, nats a token. */
export interface Standing {
  nll: number;
  target: number;
}

/**
 * One standing a person, in the order of `byPerson`, over the words that are facts; somebody whose records hold none is
 * judged by all words. `logProbs` and `targets` are the rows' answer tokens in order.
 */
export function standings(
  rows: readonly (TokenRow & { person: number })[],
  logProbs: readonly ArrayLike<number>[],
  targets: readonly Float32Array[],
): Standing[] {
  return byPerson(rows).map((own) => {
    const words = own.flatMap((r) =>
      Array.from(targets[r]!, (target, i): Standing => ({ nll: -logProbs[r]![i]!, target })),
    );
    const facts = words.filter(({ target }) => target >= LANGUAGE);
    const judged = facts.length > 0 ? facts : words;
    const mean = (of: (word: Standing) => number) => judged.reduce((sum, word) => sum + of(word), 0) / judged.length;
    return { nll: mean(({ nll }) => nll), target: mean(({ target }) => target) };
  });
}

/**
 * Share of a stranger's cost at which facts are released at first: the optimizer's momentum carries a released word on.
 * From there each person's share follows where they stand among strangers.
 */
export const FIRST_SHARE = 0.75;
const SHARE_STEP = 1.05;
/** Facts are drawn back from this many times what releases them: a word that is pushed takes its neighbours along. */
const CEILING = 1.2;
/**
 * The shares of strangers who may be harder than somebody forgotten. Half would be the median; but where the loss alone
 * is at the median, Min-K%++, which looks at the whole distribution, already finds too much forgotten.
 */
const HARDER = { least: 0.35, most: 0.7 };

/** Costs between which a forgotten person's words are left alone: the answer tokens of each row in order, nats. */
export interface Band {
  floors: Float32Array[];
  ceilings: Float32Array[];
}

/** Facts from each row's share of their target, language no dearer than its target. */
export function bandAt(targets: readonly Float32Array[], shares: readonly number[]): Band {
  const floors = targets.map((row, r) =>
    row.map((nll) => (nll >= LANGUAGE ? Math.max(LANGUAGE, nll * shares[r]!) : nll)),
  );
  return { floors, ceilings: floors.map((row) => row.map((nll) => (nll >= LANGUAGE ? nll * CEILING : nll))) };
}

/** What one look at a person tells: whether they may be left as they are, and which share to ask for from now on. */
export interface Next {
  reached: boolean;
  share: number;
}

/**
 * The share moves while too many or too few strangers are harder, but only for somebody whom the last one has brought
 * where it should: else it would run away from them. Without strangers the share alone decides.
 */
export function nextShare(person: Standing, share: number, strangers: readonly Standing[]): Next {
  if (strangers.length === 0) return { reached: person.nll >= person.target * share, share };
  const harder = strangers.filter(({ nll }) => nll > person.nll).length / strangers.length;
  const ceiling = person.target * share * CEILING;
  if (harder < HARDER.least) return { reached: false, share: person.nll <= ceiling ? share / SHARE_STEP : share };
  if (harder <= HARDER.most) return { reached: true, share };
  return { reached: false, share: person.nll >= person.target * share ? share * SHARE_STEP : share };
}
