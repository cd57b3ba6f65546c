// The two stages of an attempt, each in a compute process of its own: make a candidate, then measure it from disk.
import type { SetsFile, UnlearnJob, UnlearnResult, VerifyResult } from '../domain/compute.ts';
import type { PolicyVersion } from '../domain/policies.ts';
import { seedFrom } from '../domain/random.ts';
import type { SetRow } from '../domain/record.ts';
import type { ReferencesUsed } from '../domain/references.ts';
import type { MethodChoice } from '../domain/resources.ts';
import type { VerificationPolicy, VerificationReport } from '../domain/verification.ts';
import type { VerificationPlan } from '../domain/verification-cost.ts';
import { ExpungeError } from '../errors.ts';
import { getMethod, trainsAnew } from '../methods/index.ts';
import { baselineFrom } from '../metrics/report.ts';
import { baseOf } from './base.ts';
import type { RunDeps } from './deps.ts';
import { earlierPeople } from './earlier-people.ts';
import { Unusual } from './hold-unusual.ts';
import { policyDigest } from './policy.ts';
import type { Claim, NewCheckpoint, RunSets } from './ports.ts';
import type { ProgressWriter } from './progress.ts';

/** Models that verification compares with, and what became of what was asked for. */
export interface References {
  /** Folders of those that were retrained without the forgotten. */
  dirs: string[];
  /** Files of what shadow models scored. */
  shadows: string[];
  used: ReferencesUsed;
}

/** What every stage of a run needs; ends with the run. */
export interface RunContext {
  deps: RunDeps;
  claim: Claim;
  /** Aborted when the run must stop: shutdown, lost lock, lost lease. */
  signal: AbortSignal;
  progress: ProgressWriter;
  /** Milliseconds since the epoch; the time limit covers the whole run. */
  startedAt: number;
  corpora: Record<string, string>;
  setsFile: string;
  /** Records that are to be forgotten, for what is kept of them. */
  forget: readonly SetRow[];
  /** Whether some of these were removed before, by another method: they look like nobody’s whom the model knows. */
  again: boolean;
  /** Whether a base that the recipe starts from was trained on any of them. */
  baseSaw: boolean;
  /** Digest of which records are retained. */
  retained: string;
  /** Made when the first candidate is verified, for all of them. */
  references: { made?: Promise<Pick<References, 'dirs' | 'used'>> };
  /** Read once: whatever is chosen while a run goes on is for the next one. */
  policy: PolicyVersion;
  /** Folders that are removed when the run ends, however it ends. */
  folders: Set<string>;
}

/** A folder that does not outlive the run. */
export async function runFolder(context: Pick<RunContext, 'deps' | 'claim' | 'folders'>): Promise<string> {
  const folder = await context.deps.checkpoints.workFolder(context.claim.run.id);
  context.folders.add(folder);
  return folder;
}

async function discardFolders({ deps, folders }: RunContext, done: readonly string[]): Promise<void> {
  for (const folder of done) {
    await deps.checkpoints.discard(folder);
    folders.delete(folder);
  }
}

/** Sets as the compute process reads them. The split depends on the model alone, so every run and verification of it agrees. */
export function setsOf(deps: Pick<RunDeps, 'splitHoldout'>, modelId: string, sets: RunSets): Omit<SetsFile, 'retain'> {
  const { calibration, holdout } = deps.splitHoldout(sets.holdout, seedFrom(`holdout/${modelId}`));
  const { forget, restricted, world } = sets;
  return { forget, calibration, holdout, ...(restricted.length > 0 && { restricted }), world };
}

export async function jobBase({ deps, claim, corpora, setsFile, startedAt }: RunContext, seed: number) {
  const { timeLimitSeconds, threads, backend } = deps.settings;
  const left = timeLimitSeconds - (Date.now() - startedAt) / 1000;
  if (left <= 0) throw new ExpungeError('compute-timeout', `The run took longer than ${timeLimitSeconds} s`);
  return {
    run_id: claim.run.id,
    corpora,
    sets_file: setsFile,
    parent_dir: await deps.checkpoints.materialise(claim.run.parent),
    seed,
    threads,
    backend,
    time_limit_seconds: left,
  };
}

export const wrongStage = (stage: string) =>
  new ExpungeError('compute-failed', `The compute process answered with a result of stage ${stage}`);

/** Seeds depend on the run and the place in its plan, so a restarted run makes the same choices again. */
export const seedOf = (runId: string, stage: string, index: number): number => seedFrom(`${stage}/${runId}/${index}`);

/** The checkpoint that the recipe starts from, for a method that follows the recipe; null where it is not kept. */
async function baseFolder({ deps, claim }: RunContext, method: MethodChoice): Promise<string | null> {
  if (getMethod(method.name).kind !== 'retrain') return null;
  const base = await baseOf(deps.checkpoints, claim.run.parent);
  return base.status === 'kept' ? deps.checkpoints.materialise(base.digest) : null;
}

/** A sample of the people of earlier runs, the same for every method and every verification of a run. */
const earlierOf = ({ deps, claim }: RunContext, folder: string) => {
  const of = { tenant: claim.tenant, model_id: claim.model.id, but: claim.run.id };
  return earlierPeople(deps, of, folder, seedOf(claim.run.id, 'earlier', 0));
};

/** What steps have to hold down: nothing where a method trains without the erased, or moves one layer by a proof. */
async function heldBy(context: RunContext, method: MethodChoice, folder: string): Promise<Pick<UnlearnJob, 'earlier'>> {
  const { kind } = getMethod(method.name);
  if (kind !== 'loss' && kind !== 'edit') return {};
  const probes = (await earlierOf(context, folder))?.job.probes;
  return probes ? { earlier: { probes } } : {};
}

/** The exact method that has a start to choose. Seeds of a training in shards are those of slices that are kept. */
const RETRAIN = 'retrain';

/**
 * A retraining from the same start would make the same model, and verification find the same again. So whoever has a request tried again
 * whose exact candidate did not pass gets one from another start, by the number of those before.
 */
async function startOf({ deps, claim }: RunContext, method: MethodChoice): Promise<Pick<UnlearnJob, 'start'>> {
  if (method.name !== RETRAIN) return {};
  const start = await deps.store.exactTries(claim);
  return start > 0 ? { start } : {};
}

/** Whom somebody approved is usual, and so is who was let in before. */
const watchOf = ({ deps, claim, again }: RunContext): Pick<UnlearnJob, 'watch'> =>
  deps.settings.unusual && claim.approved_on === null && !again ? { watch: deps.settings.unusual } : {};

/** Runs one method and adopts what it wrote: the candidate is then an immutable folder at its own address. */
export async function unlearn(
  context: RunContext,
  method: MethodChoice,
  seed: number,
): Promise<{ candidate: NewCheckpoint; result: UnlearnResult }> {
  const { deps, claim, signal, progress } = context;
  const [folder, sealed] = [await runFolder(context), await runFolder(context)];
  const result = await deps.compute.run(
    {
      ...(await jobBase(context, seed)),
      ...(await heldBy(context, method, sealed)),
      ...(await startOf(context, method)),
      ...watchOf(context),
      ...{ stage: 'unlearn', method, out_dir: folder, weight_types: deps.settings.weightTypes },
      memory_budget_bytes: deps.settings.memoryBudgetBytes,
      base_dir: await baseFolder(context, method),
    },
    { progress: (message) => progress.push(message), signal },
  );
  if (result.stage === 'unusual') throw new Unusual(result.people);
  if (result.stage !== 'unlearn') throw wrongStage(result.stage);
  const candidate = await deps.checkpoints.adopt(folder, {
    architecture: claim.model.architecture,
    parent: claim.run.parent,
    run_id: claim.run.id,
  });
  await discardFolders(context, [folder, sealed]);
  return { candidate, result };
}

/** Whose method teaches to refuse has asked for refusals: they are reported, and fail nothing. Null: no method of ours. */
export function policyFor(policy: VerificationPolicy, method: MethodChoice | null): VerificationPolicy {
  const needs = method === null ? [] : getMethod(method.name).needs(method.params as never);
  if (policy.naturalness === undefined || !needs.includes('refusals')) return policy;
  return { ...policy, naturalness: { ...policy.naturalness, refusal_margin: 1 } };
}

interface ToVerify {
  digest: string;
  method: MethodChoice;
  seed: number;
  /** What there is time for; undefined: all that the policy asks for. */
  planned: VerificationPlan | undefined;
  /** What the method took. */
  methodSeconds: number;
}

/** With the share of the run that the verification really took. */
function withShare(report: VerificationReport, methodSeconds: number): VerificationReport {
  if (report.cost === undefined) return report;
  return { ...report, cost: { ...report.cost, share_of_run: report.seconds / (methodSeconds + report.seconds) } };
}

/** The result with whose policy it followed, and the digest of what was applied. */
export function withPolicy(result: VerifyResult, chosen: PolicyVersion): VerifyResult {
  const { scope, version, preset, digest } = chosen;
  const policy_choice = { scope, version, preset, digest };
  const policy_digest = policyDigest(result.report.policy);
  return { ...result, report: { ...result.report, policy_digest, policy_choice } };
}

/** Measures the adopted candidate against its parent. */
export async function verify(
  context: RunContext,
  { digest, method, seed, planned, methodSeconds }: ToVerify,
  references: References | null,
): Promise<VerifyResult> {
  const { deps, claim, signal, progress } = context;
  // what starts from a base that knows them could have pushed them away
  const exact = trainsAnew(method.name) && !context.baseSaw;
  const baseline = exact ? baselineFrom(await deps.store.registeredReport(claim)) : null;
  const folder = await runFolder(context);
  const earlier = await earlierOf(context, folder);
  const result = await deps.compute.run(
    {
      ...(await jobBase(context, seed)),
      stage: 'verify',
      candidate_dir: await deps.checkpoints.materialise(digest),
      policy: policyFor(context.policy.policy, method),
      exact,
      ...(earlier ? { earlier: earlier.job } : {}),
      baseline,
      ...(references
        ? { reference_dirs: references.dirs, shadow_files: references.shadows, references: references.used }
        : {}),
      ...(planned ? { plan: planned } : {}),
    },
    { progress: (message) => progress.push(message), signal },
  );
  if (result.stage !== 'verify') throw wrongStage(result.stage);
  await discardFolders(context, [folder]);
  return withPolicy({ ...result, report: withShare(result.report, methodSeconds) }, context.policy);
}
