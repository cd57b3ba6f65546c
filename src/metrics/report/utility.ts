// The utility rule: what was not to be forgotten must still be there, measured against the parent checkpoint, or against
// what the recipe reached.
import type { RecordMetric, UtilitySet } from '../../domain/metric.ts';
import { seedFrom } from '../../domain/random.ts';
import type { Baseline, Finding, VerificationPolicy } from '../../domain/verification.ts';
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
const UTILITY_METRICS: ReadonlySet<string> = new Set([
  'accuracy',
  'probability',
  'exact-memorization',
  'rouge-l-recall',
]);

/** Before and after of a metric on a set whose records count with or without a person. */
export function reportedFinding(
  metric: RecordMetric,
  set: UtilitySet,
  before: ScoredSets,
  after: ScoredSets,
  seed: number,
): Finding {
  const score = (sets: ScoredSets) => scoresByPerson(measurable(metric, sets[set] ?? []), metric.score, 'everyone');
  const now = score(after);
  return finding(metric.name, set, {
    before: overallMean(score(before)),
    after: overallMean(now),
    interval: meanInterval(now, seedFrom(`${seed}/${set}/${metric.name}`)),
    note: now === null ? NOT_FINITE : null,
  });
}

/** How the rule is applied: the policy's share, and for an exact candidate what the checkpoint as registered had. */
type Rule = Pick<VerificationPolicy, 'utility_min_ratio'> & { baseline: Baseline | null };

/**
 * What utility is held against. The repair of an earlier run may have trained its candidate, the parent of this one, beyond
 * what the recipe reaches; who trains again by the recipe cannot have that.
 */
function heldAgainst(metric: string, before: number, baseline: Baseline | null): { value: number; whose: string } {
  const registered = baseline?.[metric];
  return registered !== undefined && registered < before
    ? { value: registered, whose: 'checkpoint as registered' }
    : { value: before, whose: 'parent checkpoint' };
}

/** The finding of one metric on the retain set: judged when it is a measure of utility. */
export function utilityFinding(
  metric: RecordMetric,
  before: ScoredSets,
  after: ScoredSets,
  { utility_min_ratio, baseline }: Rule,
  seed: number,
): Judged {
  const base = reportedFinding(metric, 'retain', before, after, seed);
  if (!UTILITY_METRICS.has(metric.name)) return { finding: base, because: '' };
  const least = shown(utility_min_ratio);
  const { value, whose } = heldAgainst(metric.name, base.before ?? 0, baseline);
  const threshold = `at least ${least} of the ${whose}’s${value === base.before ? '' : ` ${shown(value)}`}`;
  const end = (verdict: 'failed' | 'inconclusive' | null, note: string): Judged => ({
    finding: { ...base, threshold, verdict, note },
    because: `${metric.name} on the retain set: ${note}`,
  });
  if (base.note === NOT_FINITE) return end('failed', NOT_FINITE);
  if (base.before === null || base.after === null) return end('inconclusive', 'nothing of the retain set was measured');
  if (value === 0) return end(null, `the ${whose} scores 0: there is nothing to hold against`);
  const ratio = base.after / value;
  const verdict = ratio >= utility_min_ratio ? 'passed' : 'failed';
  const note = value === base.before ? 'after / before' : `after / ${shown(value)}, the ${whose}’s,`;
  return {
    finding: { ...base, threshold, verdict, note: `${note} = ${shown(ratio)}` },
    because: `${metric.name} on the retain set is ${shown(ratio)} of the ${whose}’s, at least ${least} is asked for`,
  };
}
