// What words cost when they are about somebody the model has never seen, and what that asks of each word of those who
// are to be forgotten. Measured on never-seen people under the model as it is now.
import { byPerson, type TokenRow } from './batches.ts';
import type { Scored } from './scoring.ts';

type AnswerScore = Pick<Scored, 'logProbs' | 'mu'>;

/**
 * Weight of the median word in one word's estimate, in observations: a name or a value stands in a
 * few strangers' answers, which may be easy by chance; punctuation stands in hundreds.
 */
const SMOOTHING = 20;
/** Words that cost strangers less than this on average (nats) are language, not facts: never pushed, and kept. */
export const LANGUAGE = 1;
/** A forgotten fact costs at least this (nats): cheaper, it would often still be the model's first answer. */
export const NOT_FIRST = 1.5;

/** What may be asked of a label, by what it costs strangers; nats. */
export interface CostRule {
  /** Below it a label is language. */
  language: number;
  /** Least that a forgotten fact costs. */
  notFirst: number;
  /** By how much a person's costs may miss what is asked, on average: as a share of it, and whatever it is. */
  short: number;
  slack: number;
  /**
   * Share of a stranger's cost at which facts are released at first: the optimizer's momentum carries a released one on.
   * From there each person's share follows where they stand among strangers.
   */
  firstShare: number;
  /** Facts are drawn back from this many times what releases them: a word that is pushed takes its neighbours along. */
  ceiling: number;
  /** Shares of strangers who may be harder than all people together, on average. */
  average: { least: number; most: number };
  /** Whether each person is led to a place of their own, spread as strangers are; else all to the middle. */
  spread: boolean;
}
export const WORDS: CostRule = {
  ...{ language: LANGUAGE, notFirst: NOT_FIRST, short: 0.12, slack: 0 },
  ...{ firstShare: 0.9, ceiling: 1.1, average: { least: 0.42, most: 0.55 }, spread: true },
};
/**
 * Classes are no words: a model that is any good is sure of strangers' classes too, and an example that it forgot may cost as little
 * as theirs do. So little that a share of it is beyond what steps can hold; and few examples make up a mean that the dearest rule: bounds are
 * wider.
 */
export const CLASSES: CostRule = {
  ...{ language: 0, notFirst: 0, short: 0.35, slack: 0.02 },
  ...{ firstShare: 0.75, ceiling: 1.2, average: { least: 0.35, most: 0.55 }, spread: false },
};

/** How a model meets one word: what it cost, and how uncertain the model was there; nats. */
export interface Meeting {
  nll: number;
  entropy: number;
}
export interface StrangerCosts {
  /** Expected NLL by token id, nats; drawn towards the median word where a word was seen rarely. */
  mean: Float32Array;
  /** The meeting of a token id that a share `u` in [0, 1] of strangers' occurrences costs less than. */
  quantile(id: number, u: number): Meeting;
}

/** Every token costs the same: for models registered without never-seen people. */
export const uniformCosts = (vocabulary: number, nll: number): StrangerCosts => ({
  mean: new Float32Array(vocabulary).fill(nll),
  quantile: () => ({ nll, entropy: 0 }),
});

const byCost = (a: Meeting, b: Meeting): number => a.nll - b.nll || a.entropy - b.entropy;

/** Meetings of every token id that answers hold, cheapest first; `scores` are the rows' answer tokens in order. */
function meetings(rows: readonly TokenRow[], scores: readonly AnswerScore[]): Map<number, Meeting[]> {
  const seen = new Map<number, Meeting[]>();
  rows.forEach((row, r) => {
    const { logProbs, mu } = scores[r]!;
    row.ids.subarray(row.promptLength).forEach((id, i) => {
      const meeting = { nll: -logProbs[i]!, entropy: -mu[i]! };
      const known = seen.get(id);
      if (known) known.push(meeting);
      else seen.set(id, [meeting]);
    });
  });
  for (const values of seen.values()) values.sort(byCost);
  return seen;
}

const sum = (values: readonly Meeting[]): number => values.reduce((total, { nll }) => total + nll, 0);
const at = (sorted: readonly Meeting[], u: number): Meeting =>
  sorted[Math.min(sorted.length - 1, Math.floor(u * sorted.length))]!;

/**
 * Costs over rows about never-seen people. Words seen fewer than `SMOOTHING` times share one distribution, that of all
 * such words which are facts. Throws when there are no rows.
 */
export function strangerCosts(
  rows: readonly TokenRow[],
  scores: readonly AnswerScore[],
  vocabulary: number,
  { language }: Pick<CostRule, 'language'> = WORDS,
): StrangerCosts {
  const seen = meetings(rows, scores);
  if (seen.size === 0) throw new Error('no never-seen people to calibrate on');
  const means = [...seen.values()].map((values) => sum(values) / values.length).sort((a, b) => a - b);
  const median = means[Math.floor(means.length / 2)]!;
  const mean = new Float32Array(vocabulary).fill(median);
  for (const [id, values] of seen) mean[id] = (sum(values) + SMOOTHING * median) / (values.length + SMOOTHING);
  const rare = [...seen].filter(([id, values]) => values.length < SMOOTHING && mean[id]! >= language);
  const shared = rare.flatMap(([, values]) => values).sort(byCost);
  return {
    mean,
    quantile(id, u) {
      const own = seen.get(id);
      if (own !== undefined && own.length >= SMOOTHING) return at(own, u);
      return shared.length > 0 ? at(shared, u) : { nll: mean[id]!, entropy: 0 };
    },
  };
}

/**
 * A share in (0, 1) for every answer token of every row. Each person's facts together span strangers' costs evenly, from the cheap ones to the dear
 * ones, in the order of what they cost now: that they spread as strangers' do is asked, and which of them costs how much is not. Dealt by chance, one
 * fact was asked to be cheap in one wording and dear in the next, which takes a model twice as long. Language has a share of one half.
 */
export function dealByRank(
  rows: readonly (TokenRow & { person: number })[],
  scores: readonly Pick<Scored, 'logProbs'>[],
  costs: StrangerCosts,
  { language }: Pick<CostRule, 'language'> = WORDS,
): Float32Array[] {
  const shares = rows.map((row) => new Float32Array(row.ids.length - row.promptLength).fill(0.5));
  for (const own of byPerson(rows)) {
    const facts = own.flatMap((r) => {
      const { ids, promptLength } = rows[r]!;
      return Array.from(ids.subarray(promptLength), (id, t) => ({ r, t, id, logProb: scores[r]!.logProbs[t]! })).filter(
        ({ id }) => costs.mean[id]! >= language,
      );
    });
    facts.sort((a, b) => b.logProb - a.logProb);
    facts.forEach(({ r, t }, place) => {
      shares[r]![t] = (place + 0.5) / facts.length;
    });
  }
  return shares;
}

/** What is asked of the answer tokens of each row, in order; nats. */
export interface Targets {
  nll: Float32Array[];
  /** How unsure the model should be; 0 where it does not matter. */
  entropy: Float32Array[];
}

/**
 * A fact should be met as its share of strangers' occurrences is, so that the forgotten spread as strangers do; but it
 * is never among the cheapest, since a cheap fact is a known one. The entropy belongs to it: a fact that was only
 * pushed away leaves the model sure of something else, which no stranger sees. Language: strangers' mean.
 */
export function targetsOf(
  rows: readonly TokenRow[],
  shares: readonly Float32Array[],
  costs: StrangerCosts,
  { language, notFirst }: Pick<CostRule, 'language' | 'notFirst'> = WORDS,
): Targets {
  const targets: Targets = { nll: [], entropy: [] };
  rows.forEach((row, r) => {
    const met = Array.from(row.ids.subarray(row.promptLength), (id, i): Meeting => {
      const mean = costs.mean[id]!;
      if (mean < language) return { nll: mean, entropy: 0 };
      const { nll, entropy } = costs.quantile(id, shares[r]![i]!);
      return { nll: Math.max(notFirst, nll), entropy };
    });
    targets.nll.push(Float32Array.from(met, ({ nll }) => nll));
    targets.entropy.push(Float32Array.from(met, ({ entropy }) => entropy));
  });
  return targets;
}
