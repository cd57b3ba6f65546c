// The utility rule: what was not to be forgotten must still be there, measured against the parent checkpoint.
import type { RecordMetric } from '../../domain/metric.ts';
import { seedFrom } from '../../domain/random.ts';
import type { Finding, VerificationPolicy } from '../../domain/verification.ts';
import {
  finding,
  type Judged,
  meanInterval,
  measurable,
  NOT_FINITE,
  overallMean,
  type ScoredSets,
  scoresByPerson,
  shown,
} from './people.ts';

/** Metrics whose loss on the retain set counts; the others are reported. */
const UTILITY_METRICS: ReadonlySet<string> = new Set(['probability', 'exact-memorization', 'rouge-l-recall']);

/** Before and after of a metric on a set whose records count with or without a person. */
export function reportedFinding(
  metric: RecordMetric,
  set: 'retain' | 'holdout',
  before: ScoredSets,
  after: ScoredSets,
  seed: number,
): Finding {
  const score = (sets: ScoredSets) => scoresByPerson(measurable(metric, sets[set]), metric.score, 'everyone');
  const now = score(after);
  return finding(metric.name, set, {
    before: overallMean(score(before)),
    after: overallMean(now),
    interval: meanInterval(now, seedFrom(`${seed}/${set}/${metric.name}`)),
    note: now === null ? NOT_FINITE : null,
  });
}

/** The finding of one metric on the retain set: judged when it is a measure of utility. */
export function utilityFinding(
  metric: RecordMetric,
  before: ScoredSets,
  after: ScoredSets,
  policy: VerificationPolicy,
  seed: number,
): Judged {
  const base = reportedFinding(metric, 'retain', before, after, seed);
  if (!UTILITY_METRICS.has(metric.name)) return { finding: base, because: '' };
  const least = shown(policy.utility_min_ratio);
  const threshold = `at least ${least} of the parent checkpoint’s`;
  const end = (verdict: 'failed' | 'inconclusive' | null, note: string): Judged => ({
    finding: { ...base, threshold, verdict, note },
    because: `${metric.name} on the retain set: ${note}`,
  });
  if (base.note === NOT_FINITE) return end('failed', NOT_FINITE);
  if (base.before === null || base.after === null) return end('inconclusive', 'nothing of the retain set was measured');
  if (base.before === 0) return end(null, 'the parent checkpoint scores 0: there is nothing to hold against');
  const ratio = base.after / base.before;
  const verdict = ratio >= policy.utility_min_ratio ? 'passed' : 'failed';
  return {
    finding: { ...base, threshold, verdict, note: `after / before = ${shown(ratio)}` },
    because: `${metric.name} on the retain set is ${shown(ratio)} of the parent checkpoint’s, at least ${least} is asked for`,
  };
}
