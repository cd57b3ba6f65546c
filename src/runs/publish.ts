// The one place where a candidate becomes a model's active checkpoint.
import type { VerificationReport } from '../domain/verification.ts';
import { ExpungeError } from '../errors.ts';
import type { RunDeps } from './deps.ts';
import type { Claim, NewCheckpoint, NewKeptProbes, PublishOutcome } from './ports.ts';

/**
 * Publishes a verified candidate; the store compares the alias and the fence in one transaction. Refuses any verdict
 * but `passed` with `internal`, whoever calls. A rejection from the store leaves the outcome unknown: the candidate
 * must stay on disk then, as it may be in use already.
 */
export async function publishCandidate(
  deps: Pick<RunDeps, 'store' | 'settings' | 'worker' | 'log'>,
  claim: Claim,
  checkpoint: NewCheckpoint,
  report: VerificationReport,
  kept: NewKeptProbes[],
): Promise<PublishOutcome> {
  if (report.verdict !== 'passed')
    throw new ExpungeError('internal', `A candidate whose verification is ${report.verdict} was about to be published`);
  const outcome = await deps.store.publish(claim, {
    run_id: claim.run.id,
    fence: claim.fence,
    checkpoint,
    report,
    kept,
    parent_retention_ms: deps.settings.parentRetentionMs,
    actor: deps.worker,
  });
  deps.log.info({ run_id: claim.run.id, model_id: claim.model.id, digest: checkpoint.digest }, `run ${outcome.status}`);
  return outcome;
}
