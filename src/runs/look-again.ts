// A checkpoint in use against what is kept of everybody whom its model has forgotten.
import type { VerifyJob } from '../domain/compute.ts';
import { seedFrom } from '../domain/random.ts';
import type { VerificationReport } from '../domain/verification.ts';
import { ExpungeError } from '../errors.ts';
import type { RunDeps } from './deps.ts';
import { earlierPeople } from './earlier-people.ts';
import type { VerificationClaim } from './ports.ts';
import { withPolicy } from './stages.ts';

type Deps = Pick<RunDeps, 'store' | 'probes' | 'worker' | 'log' | 'clock' | 'compute' | 'settings'>;
type Files = Pick<VerifyJob, 'corpora' | 'sets_file' | 'candidate_dir'>;

const ended = (detail: string) => new ExpungeError('not-found', detail);

/**
 * The report, and the requests whose people are above a limit. Throws `not-found` where another checkpoint came into use meanwhile, or
 * where nobody is forgotten any more.
 */
export async function lookAgain(
  deps: Deps,
  { verification }: VerificationClaim,
  { folder, files, signal }: { folder: string; files: () => Promise<Files>; signal: AbortSignal },
): Promise<{ report: VerificationReport; came_back: string[] }> {
  const { id, tenant, model_id, checkpoint_id, policy } = verification;
  const model = await deps.store.getModel(tenant, model_id);
  if (model?.active !== checkpoint_id)
    throw ended('Another checkpoint has come into use, which is looked at by a schedule of its own');
  // each time another sample, where there are more people than are looked at
  const seed = seedFrom(`verify/${id}`);
  const earlier = await earlierPeople(deps, { tenant, model_id, but: null }, folder, seed);
  if (earlier === null)
    throw ended('Nobody is forgotten any more: what the runs of the model published was rolled back');
  const { candidate_dir, ...rest } = await files();
  const { threads, backend, timeLimitSeconds } = deps.settings;
  const job: VerifyJob = {
    ...{ ...rest, candidate_dir, parent_dir: candidate_dir },
    ...{ stage: 'verify', run_id: id, again: true, earlier: earlier.job, exact: false, baseline: null },
    ...{ policy: policy.policy, seed, threads, backend, time_limit_seconds: timeLimitSeconds },
  };
  const result = await deps.compute.run(job, { progress: () => undefined, signal });
  if (result.stage !== 'verify') throw new ExpungeError('compute-failed', 'The compute process answered another job');
  const came_back = (result.above ?? []).flatMap((person) => earlier.requests[person] ?? []);
  return { report: withPolicy(result, policy).report, came_back: [...new Set(came_back)].sort() };
}
