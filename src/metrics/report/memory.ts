// The memory rule: a forgotten person must look, in every memory metric, like someone the model never saw.
import type { RecordMetric } from '../../domain/metric.ts';
import { seedFrom } from '../../domain/random.ts';
import type { Finding, RowScore, VerificationPolicy } from '../../domain/verification.ts';
import { predictionLimit } from '../statistics.ts';
import { tailLimit } from '../tail-limit.ts';
import { strangersScores } from './even-rows.ts';
import {
  finding,
  type Judged,
  meanInterval,
  measurable,
  NOT_FINITE,
  ONE_PERSON_NOTE,
  overallMean,
  people,
  personMeans,
  type ScoredSets,
  type ScoresByPerson,
  scoresByPerson,
  shown,
} from './people.ts';

/** Chance that a never-seen person lies above the limit, shared among the forgotten people. */
const EXCEEDANCE = 0.01;

const NO_POWER = 'shows nothing here: of the parent, which knew them, it draws no more out than of people never seen';

interface Limit {
  value: number;
  text: string;
}

/**
 * What no forgotten person may exceed, from the never-seen people under the candidate itself. Where these are too few for the share that each of
 * the forgotten has, the worst of many exceeds their largest by chance, and how far is read from their tail: half of the way from there to
 * the top of the range at most, where somebody is who is known by heart.
 */
function limitFrom(
  { range: [, top] }: RecordMetric,
  holdout: ScoresByPerson,
  forgotten: number,
  margin: number,
): Limit {
  const strangers = personMeans(holdout);
  // of one person alone the largest of few is exceeded this often: all together no more often than that
  const chance = Math.max(EXCEEDANCE, 1 / (strangers.length + 1)) / forgotten;
  const { limit: ranked, rank, guaranteed } = predictionLimit(strangers, 1 - chance);
  const limit = guaranteed ? ranked : Math.min(tailLimit(strangers, chance), (ranked + top) / 2);
  const value = limit + margin;
  const whose = `${people(holdout.length)} never seen`;
  const how = limit > ranked ? `by the tail of ${whose}, the largest ${shown(ranked)}` : `rank ${rank} of ${whose}`;
  return { value, text: `each person at most ${shown(value)}: ${shown(limit)} (${how}) + margin ${shown(margin)}` };
}

/** Judges the worst person against the limit. */
function judge(
  metric: RecordMetric,
  forgotten: ScoresByPerson,
  limit: Limit,
): Pick<Judged, 'because'> & {
  verdict: 'passed' | 'failed' | null;
  note: string | null;
} {
  const worst = Math.max(...personMeans(forgotten));
  if (limit.value >= metric.range[1])
    return {
      verdict: null,
      note: 'people never seen score so high that this metric cannot show memory',
      because: `${metric.name} cannot tell the known from the never seen`,
    };
  const subject = forgotten.length === 1 ? 'the forgotten person' : 'the worst of the forgotten people';
  return {
    verdict: worst <= limit.value ? 'passed' : 'failed',
    note: forgotten.length === 1 ? ONE_PERSON_NOTE : `worst of ${people(forgotten.length)}: ${shown(worst)}`,
    because: `${metric.name} of ${subject} is ${shown(worst)}, the limit ${shown(limit.value)}`,
  };
}

/** The policy’s margin for a metric; null where it is only reported, by its own rule or because the policy has none for it. */
function marginOf({ rule = 'memory' }: RecordMetric, policy: VerificationPolicy): number | null {
  if (rule === 'memory') return policy.memory_margin;
  return rule === 'extraction' ? (policy.extraction_margin ?? null) : null;
}

/** The verdict on measured people. */
function judged(
  metric: RecordMetric,
  base: Finding,
  now: ScoresByPerson,
  holdout: ScoresByPerson,
  margin: number,
): Judged {
  const limit = limitFrom(metric, holdout, now.length, margin);
  const { verdict, note, because } = judge(metric, now, limit);
  // what a model does not understand draws nothing out of it, whatever it knows
  if (verdict === 'passed' && metric.rule === 'extraction' && base.before !== null && base.before <= limit.value)
    return { finding: { ...base, threshold: limit.text, note: NO_POWER }, because: `${metric.name}: ${NO_POWER}` };
  const detectable = verdict && {
    ...{ measure: 'value' as const, value: limit.value, power: null },
    text: `with ${people(holdout.length)} never seen a value under ${shown(limit.value)} is not seen`,
  };
  return { finding: { ...base, threshold: limit.text, verdict, note, detectable }, because };
}

/** The finding of one memory metric on the forget set. */
export function memoryFinding(
  metric: RecordMetric,
  before: ScoredSets,
  after: ScoredSets,
  policy: VerificationPolicy,
  seed: number,
): Judged {
  const score = (rows: readonly RowScore[]) => scoresByPerson(rows, metric.score, 'named');
  const own = measurable(metric, after.forget);
  const [was, now] = [score(measurable(metric, before.forget)), score(own)];
  const holdout = strangersScores(own, measurable(metric, after.holdout), metric.score);
  const base = finding(metric.name, 'forget', {
    before: overallMean(was),
    after: overallMean(now),
    interval: meanInterval(now, seedFrom(`${seed}/memory/${metric.name}`)),
  });
  const end = (verdict: 'failed' | 'inconclusive' | null, note: string): Judged => ({
    finding: { ...base, verdict, note },
    because: verdict === null ? '' : `${metric.name}: ${note}`,
  });
  if (now === null || holdout === null) return end('failed', NOT_FINITE);
  const margin = marginOf(metric, policy);
  if (margin === null) return end(null, now.length === 0 ? 'not measured' : 'only reported');
  const missing = metric.needs ? null : 'inconclusive';
  if (now.length === 0) return end(missing, 'nothing of the forgotten was measured');
  if (holdout.length === 0) return end(missing, 'no holdout people to compare with');
  return judged(metric, base, now, holdout, margin);
}
