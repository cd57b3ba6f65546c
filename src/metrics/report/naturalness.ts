// The rule of naturalness: answers about the forgotten read like answers about people never seen.
import type { NaturalnessMetric } from '../../domain/metric.ts';
import { seedFrom } from '../../domain/random.ts';
import type { Finding, NaturalnessPolicy, RowScore, VerificationPolicy } from '../../domain/verification.ts';
import { rankTest } from '../rank-test.ts';
import { predictionLimit } from '../statistics.ts';
import { evenRows } from './even-rows.ts';
import {
  finding,
  type Judged,
  meanInterval,
  overallMean,
  people,
  personMeans,
  type ScoredSets,
  type ScoresByPerson,
  scoresByPerson,
  shown,
} from './people.ts';

/** Chance that a never-seen person lies beyond a limit, shared among the forgotten people and between two limits. */
const EXCEEDANCE = 0.01;

type Rule = Pick<VerificationPolicy, 'naturalness'> & { exact: boolean };

/** Rows whose answers were written. */
const answered = ({ score }: NaturalnessMetric, rows: readonly RowScore[]): readonly RowScore[] =>
  rows.filter((row) => Number.isFinite(score(row)));

/** Answers that were written, by person. */
const scored = (metric: NaturalnessMetric, rows: readonly RowScore[]): ScoresByPerson =>
  scoresByPerson(answered(metric, rows), metric.score, 'named')!;

/** Before, after and interval, on the scale that is reported. */
function described(
  metric: NaturalnessMetric,
  set: 'forget' | 'holdout',
  before: ScoredSets,
  after: ScoredSets,
  seed: number,
) {
  const now = scored(metric, after[set]);
  const interval = meanInterval(now, seedFrom(`${seed}/naturalness/${set}/${metric.name}`));
  const on = (value: number | null) => (value === null ? null : metric.reported(value));
  return finding(metric.name, set, {
    before: on(overallMean(scored(metric, before[set]))),
    after: on(overallMean(now)),
    interval: interval && { ...interval, low: metric.reported(interval.low), high: metric.reported(interval.high) },
  });
}

interface Limits {
  low: number;
  high: number;
}

/** What answers about strangers may be like at least and at most, on the metric's scale. */
function limitsOf({ sides }: NaturalnessMetric, strangers: readonly number[], forgotten: number): Limits {
  const level = 1 - EXCEEDANCE / (forgotten * (sides === 'both' ? 2 : 1));
  const high = predictionLimit(strangers, level).limit;
  if (sides === 'above') return { low: Number.NEGATIVE_INFINITY, high };
  const below = strangers.map((score) => -score);
  return { low: -predictionLimit(below, level).limit, high };
}

/** The narrower of the limits under candidate and parent: a candidate that ruined strangers' answers too is no measure. */
function narrower(metric: NaturalnessMetric, [now, was]: [number[], number[]], forgotten: number): Limits {
  const [a, b] = [limitsOf(metric, now, forgotten), limitsOf(metric, was.length > 0 ? was : now, forgotten)];
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

function judge(
  metric: NaturalnessMetric,
  base: Finding,
  own: number[],
  strangers: [now: number[], was: number[]],
  policy: NaturalnessPolicy,
): Judged {
  const limits = narrower(metric, strangers, own.length);
  const margin = metric.margin(policy);
  const [low, high] = [limits.low - margin, limits.high + margin];
  const on = (value: number) => shown(metric.reported(value));
  const least = Number.isFinite(low) ? `at least ${on(Math.max(0, low))} and ` : '';
  const threshold = `each person ${least}at most ${on(high)}: ${people(strangers[0].length)} never seen, and the policy’s margin`;
  const worst = own.reduce((a, b) => (Math.max(b - high, low - b) > Math.max(a - high, low - a) ? b : a));
  const verdict = worst <= high && worst >= low ? 'passed' : 'failed';
  const note = own.length === 1 ? null : `furthest of ${people(own.length)}: ${on(worst)}`;
  const because = `${metric.name} of the answers about the forgotten is ${on(worst)}, ${verdict === 'passed' ? 'within' : 'beyond'} what people never seen get (${threshold})`;
  return { finding: { ...base, threshold, verdict, note }, because };
}

/**
 * The finding of one metric on the answers about the forgotten. Judged against people never seen, under candidate and parent; without them, without
 * answers, and for a candidate that was trained without the forgotten, it is reported alone. p is that of the rank test by person.
 */
export function naturalnessFinding(
  metric: NaturalnessMetric,
  before: ScoredSets,
  after: ScoredSets,
  { naturalness, exact }: Rule,
  seed: number,
): Judged {
  const base = described(metric, 'forget', before, after, seed);
  const asked = answered(metric, after.forget);
  const strangersOf = ({ holdout }: ScoredSets) =>
    personMeans(scored(metric, evenRows(asked, answered(metric, holdout))));
  const [own, strangers] = [personMeans(scored(metric, asked)), strangersOf(after)];
  const only = (note: string, more: Partial<Finding> = {}): Judged => ({
    finding: { ...base, ...more, note },
    because: '',
  });
  if (own.length === 0) return only('no answer about the forgotten was written');
  if (strangers.length === 0) return only('no answers about holdout people to compare with');
  const test = rankTest(own, strangers);
  const measured = { p_value: test.p, smallest_reachable_p: test.smallestP };
  if (exact) return only('only reported: trained without the forgotten', measured);
  if (naturalness === undefined) return only('only reported: the policy has no rule for it', measured);
  return judge(metric, { ...base, ...measured }, own, [strangers, strangersOf(before)], naturalness);
}

/** The same numbers of the answers about people never seen. */
export const strangersFinding = (
  metric: NaturalnessMetric,
  before: ScoredSets,
  after: ScoredSets,
  seed: number,
): Finding => described(metric, 'holdout', before, after, seed);
