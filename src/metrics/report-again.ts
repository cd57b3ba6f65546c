// The report of a checkpoint in use that is looked at again: of everybody forgotten before and nobody else.
import type { Task } from '../domain/architecture.ts';
import type { EarlierCounts } from '../domain/before.ts';
import type { RowScore, VerificationPolicy, VerificationReport } from '../domain/verification.ts';
import { lookAgain } from './report/before.ts';
import { countPeople } from './report/people.ts';
import { VERIFIER_VERSION } from './report.ts';
import { METRIC_SETS } from './sets.ts';

interface Again {
  task: Task | undefined;
  counts: EarlierCounts;
  /** Under the checkpoint. */
  earlier: readonly RowScore[];
  /** The half that no run stopped by. */
  holdout: readonly RowScore[];
  policy: VerificationPolicy;
  seed: number;
}

/**
 * A report whose verdict is that of its section `before`; `above` are the numbers of the people above the limit of a memory metric.
 * Inconclusive where nobody could be looked at: nothing is passed for want of data. Utility is not judged, since the weights are
 * those that the run published.
 */
export function reportAgain({ task, counts, earlier, holdout, policy, seed }: Again): {
  report: VerificationReport;
  above: number[];
} {
  const of = { rows: earlier, holdout };
  const { section, above } = lookAgain(counts, of, METRIC_SETS[task ?? 'causal-lm'], policy, seed);
  const report = {
    verdict: section.verdict ?? ('inconclusive' as const),
    reason: section.reason,
    policy,
    people: { forget: 0, holdout: countPeople(holdout) },
    records: { forget: 0, retain: 0, holdout: holdout.length },
    findings: [],
    before: section,
    seconds: 0,
    verifier_version: VERIFIER_VERSION,
  };
  return { report, above };
}
