// From scores before and after to findings, and from findings to one verdict.
import type { Task } from '../domain/architecture.ts';
import type { EarlierCounts } from '../domain/before.ts';
import type { RecordMetric } from '../domain/metric.ts';
import type { ReferencesUsed } from '../domain/references.ts';
import type { RobustnessCurve } from '../domain/robustness.ts';
import type {
  Baseline,
  Finding,
  RowScore,
  Verdict,
  VerificationPolicy,
  VerificationReport,
} from '../domain/verification.ts';
import type { LeftOut } from '../domain/verification-cost.ts';
import { MEMORY_METRICS } from './index.ts';
import { beforeSection, withBefore } from './report/before.ts';
import { accuracyByClass } from './report/by-class.ts';
import { scoreDistributions } from './report/distributions.ts';
import { membershipFindings } from './report/membership.ts';
import { memoryFinding } from './report/memory.ts';
import { naturalnessFinding, strangersFinding } from './report/naturalness.ts';
import { countPeople, type Judged, type ScoredSets } from './report/people.ts';
import { reportedFindings } from './report/reported.ts';
import { retrainingDistance } from './report/retraining.ts';
import { reportedFinding, utilityFinding } from './report/utility.ts';
import { METRIC_SETS } from './sets.ts';

/** Grows with every change of a metric, a rule or a default: reports of different versions are not comparable. */
export const VERIFIER_VERSION = '10';

export interface ReportInput {
  /** What kind of model it is; a language model where nothing is said. */
  task?: Task;
  /** Of a classifier, in their order; null where the model names none. */
  classNames?: readonly string[] | null;
  /** Scores under the parent checkpoint. */
  before: ScoredSets;
  /** Scores under the candidate. Holdout people must not have been used to stop or tune the run. */
  after: ScoredSets & { earlier?: readonly RowScore[] };
  policy: VerificationPolicy;
  /** Everybody forgotten before; left out where there is nobody. */
  earlier?: EarlierCounts;
  /** The candidate was trained without the forgotten, so that being less likely than others is no trace of them. */
  exact: boolean;
  /** What the checkpoint as registered had, for an exact candidate of a later parent; else null. */
  baseline: Baseline | null;
  /** Seeds the bootstrap; the same seed and scores give the same report. */
  seed: number;
  /** Scores under models that were retrained without the forgotten; none, or left out, where there are none. */
  retrained?: readonly Pick<ScoredSets, 'forget' | 'holdout'>[];
  /** What became of those that the policy asks for. */
  references?: ReferencesUsed;
  /** What attacks on the candidate's weights brought back. */
  robustness?: RobustnessCurve[];
  /** What the policy asks for and there was no time for. */
  left_out?: LeftOut[];
  /** The run forgets nobody new; left out: it does. */
  nobody?: boolean;
  /** Time that scoring took. */
  seconds: number;
}

interface Rule {
  name: 'memory' | 'membership' | 'naturalness' | 'utility';
  judged: Judged[];
  /** Passes where none of its metrics can decide. */
  mayBeSilent?: boolean;
}

/** A rule of which nothing was judged is inconclusive: what was not measured is not claimed. */
function ruleVerdict({ name, judged, mayBeSilent }: Rule): { verdict: Verdict; because: string } {
  const first = (verdict: Verdict) => judged.find(({ finding }) => finding.verdict === verdict);
  const failed = first('failed');
  if (failed) return { verdict: 'failed', because: failed.because };
  const open = first('inconclusive');
  if (open) return { verdict: 'inconclusive', because: open.because };
  if (first('passed') || mayBeSilent) return { verdict: 'passed', because: '' };
  const note = judged.find(({ because }) => because !== '')?.because ?? 'no metric is registered';
  return { verdict: 'inconclusive', because: `no ${name} metric could decide: ${note}` };
}

function overall(rules: Rule[]): { verdict: Verdict; reason: string } {
  const verdicts = rules.map((rule) => ({ rule: rule.name, ...ruleVerdict(rule) }));
  for (const verdict of ['failed', 'inconclusive'] as const) {
    const decisive = verdicts.find((entry) => entry.verdict === verdict);
    if (decisive) return { verdict, reason: `The ${decisive.rule} rule ${WORDS[verdict]}: ${decisive.because}.` };
  }
  return {
    verdict: 'passed',
    reason:
      'No memory metric and no attack tells the forgotten from people never seen, and utility on the retain set is kept.',
  };
}

/**
 * Where nobody new is forgotten there is nobody to hold against strangers: what an exact candidate shows is that it never saw whoever is
 * erased, and who of them may still be looked at is looked at as people forgotten before. Any other shows nothing.
 */
function consolidated(own: { verdict: Verdict; reason: string }, exact: boolean): { verdict: Verdict; reason: string } {
  if (own.verdict !== 'passed') return own;
  if (!exact) return { verdict: 'inconclusive', reason: 'Nobody is forgotten, and the method is not exact.' };
  const reason =
    'Nobody erased was trained on, utility on the retain set is kept, and nobody forgotten before came back.';
  return { verdict: 'passed', reason };
}

/** What is drawn out is asked about the forgotten and strangers alone. */
const ofRetained = ({ needs }: RecordMetric): boolean => needs === undefined;

const WORDS = { failed: 'failed', inconclusive: 'is inconclusive' } as const;

/**
 * Builds the report. Findings come in a fixed order: memory, attacks and naturalness on the forget set, utility on the
 * retain set, then what is only reported: of the holdout set, of neighbours and world facts, and numbers of whole sets; within each by name. Every number in it is finite.
 * Of a classifier it says the accuracy by class too. It holds counts, means, shares and p-values, nothing of a single record.
 */
export function buildReport(input: ReportInput): VerificationReport {
  const { before, after, policy, exact, baseline, seed, seconds, nobody = false } = input;
  const metrics = METRIC_SETS[input.task ?? 'causal-lm'];
  const { memory, attacks, naturalness, memoryMayBeSilent } = metrics;
  const utility: Rule = {
    name: 'utility',
    judged: memory
      .filter(ofRetained)
      .map((metric) => utilityFinding(metric, before, after, { ...policy, baseline }, seed)),
  };
  const forgotten = (): Rule[] => [
    {
      name: 'memory',
      judged: memory.map((metric) => memoryFinding(metric, before, after, policy, seed)),
      mayBeSilent: memoryMayBeSilent,
    },
    {
      name: 'membership',
      judged: membershipFindings(attacks, before, after, { ...policy, exact }, seed),
    },
    {
      name: 'naturalness',
      judged: naturalness.map((metric) => naturalnessFinding(metric, before, after, { ...policy, exact }, seed)),
      mayBeSilent: true,
    },
  ];
  const rules = nobody ? [utility] : [...forgotten(), utility];
  const findings: Finding[] = [
    ...rules.flatMap((rule) => rule.judged.map(({ finding }) => finding)),
    ...memory.map((metric) => reportedFinding(metric, 'holdout', before, after, seed)),
    ...naturalness.map((metric) => strangersFinding(metric, before, after, seed)),
    ...reportedFindings(metrics, before, after, seed),
  ];
  const earlier = { rows: after.earlier ?? [], holdout: after.holdout };
  const section =
    input.earlier && beforeSection(input.earlier, earlier, METRIC_SETS[input.task ?? 'causal-lm'], policy, seed);
  return {
    ...withBefore(nobody ? consolidated(overall(rules), exact) : overall(rules), section),
    policy,
    people: { forget: countPeople(after.forget), holdout: countPeople(after.holdout) },
    records: { forget: after.forget.length, retain: after.retain.length, holdout: after.holdout.length },
    findings,
    ...(section ? { before: section } : {}),
    ...(input.left_out ? { left_out: input.left_out } : {}),
    seconds,
    verifier_version: VERIFIER_VERSION,
    ...(input.robustness ? { robustness: input.robustness } : {}),
    ...(input.references ? { references: input.references } : {}),
    ...(input.retrained?.length
      ? { retraining: retrainingDistance(metrics, after, input.retrained, { parent: before, seed }) }
      : {}),
    ...(nobody ? {} : { distributions: scoreDistributions(attacks, before, after) }),
    ...(input.task === 'classification' ? { classes: accuracyByClass(before, after, input.classNames ?? null) } : {}),
  };
}

/**
 * What the model could do when it was registered, from the earliest report whose parent it was: its values on the retain
 * set. Null without such a report, or when another version measured it.
 */
export function baselineFrom(
  report: Pick<VerificationReport, 'verifier_version' | 'findings'> | null,
): Baseline | null {
  if (report?.verifier_version !== VERIFIER_VERSION) return null;
  const judged = new Set(MEMORY_METRICS.map(({ name }) => name));
  const kept = report.findings.filter(
    ({ metric, set, before }) => set === 'retain' && before !== null && judged.has(metric),
  );
  return Object.fromEntries(kept.map(({ metric, before }) => [metric, before!]));
}
