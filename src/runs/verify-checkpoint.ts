// Works on a verification that somebody asked for. The checkpoint may be anybody's: it is attacked as a candidate of a run is, and
// nothing is published or withdrawn for what comes of it.
import type { VerifyJob, VerifyResult } from '../domain/compute.ts';
import { seedFrom } from '../domain/random.ts';
import type { MethodChoice, Model } from '../domain/resources.ts';
import type { VerificationReport } from '../domain/verification.ts';
import { ExpungeError } from '../errors.ts';
import { baselineFrom } from '../metrics/report.ts';
import type { RunDeps } from './deps.ts';
import { canonicalDigest } from './digests.ts';
import { type LeasedWork, workByLease } from './leased-work.ts';
import { lookAgain } from './look-again.ts';
import type { RunSets, VerificationClaim } from './ports.ts';
import { refuseRestrictedRecords } from './restricted.ts';
import { policyFor, setsOf, withPolicy } from './stages.ts';
import { madeBy, trainedWithout } from './trained-without.ts';

type VerifyDeps = Pick<
  RunDeps,
  | 'store'
  | 'doorbell'
  | 'compute'
  | 'checkpoints'
  | 'corpora'
  | 'splitHoldout'
  | 'writeSets'
  | 'probes'
  | 'clock'
  | 'settings'
  | 'worker'
  | 'log'
>;

/** Does a waiting verification. One that has ended, or that another worker has, is left. */
export async function verifyCheckpoint(deps: VerifyDeps, id: string, outer: AbortSignal): Promise<void> {
  const { store, worker } = deps;
  const verification: LeasedWork<VerificationClaim> = {
    name: 'The verification',
    claim: (options) => store.claimVerification(id, worker, options),
    renew: (fence, ms) => store.renewVerification(id, fence, ms),
    release: (fence) => store.releaseVerification(id, fence),
    ring: () => deps.doorbell.ringVerification(id),
    async work(claim, signal) {
      const folder = await deps.checkpoints.workFolder(id);
      try {
        const found = await measure(deps, claim, folder, signal);
        const end = { ...found, report_digest: canonicalDigest(found.report) };
        await store.finishVerification(id, claim.fence, end, worker);
      } finally {
        await deps.checkpoints.discard(folder).catch((err) => deps.log.warn({ id, err }, 'A folder was not removed'));
      }
    },
    fail: ({ fence }, reason) => store.finishVerification(id, fence, { reason }, worker),
  };
  await workByLease(deps, id, verification, outer);
}

/** Folder of a checkpoint whose files are those that its address names: a report speaks of nothing else. */
async function folderOf({ checkpoints }: VerifyDeps, digest: string): Promise<string> {
  if (await checkpoints.verify(digest)) return checkpoints.materialise(digest);
  const detail = `The files stored for ${digest} are not those that its address names; register the checkpoint again.`;
  throw new ExpungeError('checkpoint-invalid', detail);
}

async function writeSets(
  deps: VerifyDeps,
  { verification, question }: VerificationClaim,
  model: Model,
  folder: string,
) {
  let sets: RunSets | undefined;
  const file = await deps.writeSets(folder, async (retain) => {
    sets = await deps.store.verificationSets(verification.tenant, model.id, question, retain);
    return setsOf(deps, model.id, sets);
  });
  if (verification.asks !== 'earlier' && sets!.counts.retain_records === 0)
    throw new ExpungeError(
      'forget-set-too-large',
      'It is about every training record: nothing is left to compare with',
    );
  return { file, corpora: Object.fromEntries(sets!.corpora.map((one) => [one, deps.corpora.path(one)])) };
}

/** The method that made the checkpoint, where a run did; `exact`: without the records, so that there is nothing that it could have pushed away. */
async function howMade(
  deps: VerifyDeps,
  { verification: { tenant, model_id, checkpoint_id: digest }, question }: VerificationClaim,
): Promise<{ method: MethodChoice | null; exact: boolean }> {
  const made = (await deps.store.checkpointsAt(tenant, digest)).find((one) => one.model_id === model_id);
  const method = made === undefined ? null : await madeBy(deps.store, tenant, made);
  return { method, exact: await trainedWithout(deps, tenant, { model_id, digest }, method, question.places) };
}

type Found = Omit<
  Extract<Parameters<VerifyDeps['store']['finishVerification']>[2], { report: unknown }>,
  'report_digest'
>;

async function measure(
  deps: VerifyDeps,
  claim: VerificationClaim,
  folder: string,
  signal: AbortSignal,
): Promise<Found> {
  const { verification } = claim;
  // of people who were forgotten it is asked in their own interest, and by no question of anybody
  if (verification.asks !== 'earlier')
    await refuseRestrictedRecords(deps.store, verification.tenant, claim.question.places, 'The question');
  const model = await deps.store.getModel(verification.tenant, verification.model_id);
  if (!model) throw new ExpungeError('not-found', 'The model does not exist any more');
  const { against_checkpoint_id: against } = verification;
  const sets = () => writeSets(deps, claim, model, folder);
  if (against !== null) return { report: await compare(deps, { claim, model, against, ...(await sets()) }, signal) };
  const files = async () => {
    const { file, corpora } = await sets();
    return { sets_file: file, corpora, candidate_dir: await folderOf(deps, verification.checkpoint_id) };
  };
  return lookAgain(deps, claim, { folder, files, signal });
}

interface Comparison {
  claim: VerificationClaim;
  model: Model;
  against: string;
  file: string;
  corpora: Record<string, string>;
}

async function compare(
  deps: VerifyDeps,
  { claim, model, against, file, corpora }: Comparison,
  signal: AbortSignal,
): Promise<VerificationReport> {
  const { verification } = claim;
  const { tenant, reference_checkpoint_id: reference } = verification;
  const { method, exact } = await howMade(deps, claim);
  const baseline = exact
    ? baselineFrom(await deps.store.registeredReport({ tenant, model, run: { parent: against } }))
    : null;
  const { threads, backend, timeLimitSeconds } = deps.settings;
  const job: VerifyJob = {
    ...{ stage: 'verify', run_id: verification.id, corpora, sets_file: file, exact, baseline },
    parent_dir: await folderOf(deps, against),
    candidate_dir: await folderOf(deps, verification.checkpoint_id),
    ...(reference === null ? {} : { reference_dirs: [await folderOf(deps, reference)] }),
    policy: policyFor(verification.policy.policy, method),
    seed: seedFrom(`verify/${verification.id}`),
    ...{ threads, backend, time_limit_seconds: timeLimitSeconds },
  };
  const result = await deps.compute.run(job, { progress: () => undefined, signal });
  if (result.stage !== 'verify') throw new ExpungeError('compute-failed', 'The compute process answered another job');
  return withPolicy(result satisfies VerifyResult, verification.policy).report;
}
