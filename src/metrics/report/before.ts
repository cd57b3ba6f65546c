// Everybody forgotten before: people of earlier runs must still look like people never seen. They drift back while later runs train.
import type { EarlierCounts } from '../../domain/before.ts';
import type { MetricSet, RecordMetric } from '../../domain/metric.ts';
import type { Before, Finding, RowScore, Verdict, VerificationPolicy } from '../../domain/verification.ts';
import { mean } from '../statistics.ts';
import { membershipFindings } from './membership.ts';
import { memoryFinding } from './memory.ts';
import { countPeople, measurable, people, type ScoredSets } from './people.ts';

interface Measured {
  /** Under the candidate, like those of people never seen: what the parent knew, its own verification said. */
  rows: readonly RowScore[];
  holdout: readonly RowScore[];
}

const NOBODY: ScoredSets = { forget: [], retain: [], holdout: [] };

/** What is measured of every record, without drawing anything out. */
const asked = ({ needs, rule = 'memory' }: RecordMetric): boolean => needs === undefined && rule === 'memory';

const ofEarlier = (one: Finding): Finding => ({ ...one, set: 'earlier' });

/** Numbers of the people above the limit that a finding was judged by. */
function above(metric: RecordMetric, { detectable, verdict }: Finding, rows: readonly RowScore[]): number[] {
  const limit = detectable?.value;
  if (verdict === null || limit === undefined) return [];
  const persons = Map.groupBy(measurable(metric, rows), ({ person }) => person);
  return [...persons].filter(([, own]) => mean(own.map(metric.score)) > limit).map(([person]) => person);
}

const WORST: readonly Verdict[] = ['failed', 'inconclusive', 'passed'];

const verdictOf = (findings: readonly Finding[]): Verdict | null =>
  WORST.find((verdict) => findings.some((one) => one.verdict === verdict)) ?? null;

function reasonOf(looked: number, over: number, findings: readonly Finding[], counts: EarlierCounts): string {
  const gone = counts.unobservable_requests;
  const unseen = gone === 0 ? '' : ` Of ${gone} of ${counts.requests} earlier requests nothing is kept to look with.`;
  if (looked === 0) return `Nobody was looked at again.${unseen}`;
  const who = `${people(looked)} forgotten by earlier runs`;
  const by = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).map(({ metric }) => metric);
  const [failed, open] = [by('failed').join(', '), by('inconclusive').join(', ')];
  if (failed !== '') {
    const came = over > 0 ? `${over} of ${who} came back` : `${who} came back, taken together`;
    return `${came}: better known than people never seen by ${failed}.${unseen}`;
  }
  const undecided = open === '' ? '' : ` Too few people to decide by ${open}.`;
  return `Nothing that could decide shows ${who} as better known than people never seen.${undecided}${unseen}`;
}

/**
 * The section of people of earlier runs. Rules are those of the forgotten, with the same margin and level, in the one direction that is
 * coming back: whom later runs push further away, nobody knows any better. A metric or attack that needs what was not measured
 * of these people is left out. `above`: numbers of the people above the limit of a memory metric.
 */
export function lookAgain(
  counts: EarlierCounts,
  { rows, holdout }: Measured,
  { memory, attacks }: Pick<MetricSet, 'memory' | 'attacks'>,
  policy: VerificationPolicy,
  seed: number,
): { section: Before; above: number[] } {
  const now: ScoredSets = { forget: rows, retain: [], holdout };
  const metrics = rows.length === 0 ? [] : memory.filter(asked);
  const known = metrics.map((metric) => memoryFinding(metric, NOBODY, now, policy, seed).finding);
  const over = new Set(metrics.flatMap((metric, i) => above(metric, known[i]!, rows)));
  const possible = attacks.filter(
    ({ needs }) => !needs || [...rows, ...holdout].every((row) => row[needs] !== undefined),
  );
  const rule = { ...policy, exact: true, leftOut: 'who comes back is looked for' };
  const told = rows.length === 0 ? [] : membershipFindings(possible, NOBODY, now, rule, seed);
  const findings = [...known, ...told.map(({ finding }) => finding)].map(ofEarlier);
  const looked = countPeople(rows);
  const { requests, reverified_requests, unobservable_requests, unobservable_since } = counts;
  const section = {
    ...{ requests, reverified_requests, unobservable_requests, unobservable_since },
    ...{ people: looked, records: rows.length, people_above: over.size, findings },
    verdict: verdictOf(findings),
    reason: reasonOf(looked, over.size, findings, counts),
  };
  return { section, above: [...over].sort((a, b) => a - b) };
}

export const beforeSection = (...of: Parameters<typeof lookAgain>): Before => lookAgain(...of).section;

/** The verdict of a run, which fails where somebody forgotten before came back. */
export function withBefore<T extends { verdict: Verdict; reason: string }>(own: T, before: Before | undefined): T {
  if (before?.verdict !== 'failed') return own;
  const reason = `The rule of people forgotten before failed: ${before.reason}`;
  return { ...own, verdict: 'failed', reason: own.verdict === 'failed' ? `${own.reason} ${reason}` : reason };
}
