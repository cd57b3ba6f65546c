// One claimed run from its sets to its verdict.
import type { Attempt, MethodChoice, PlanStep } from '../domain/resources.ts';
import type { Verdict, VerificationReport } from '../domain/verification.ts';
import type { VerificationPlan } from '../domain/verification-cost.ts';
import { ExpungeError, type ProblemCode } from '../errors.ts';
import { baseSaw } from './base.ts';
import type { RunDeps } from './deps.ts';
import { afterExact, madeAlready, type Tried } from './exact-tries.ts';
import { Fenced, held } from './fence.ts';
import { keepLease } from './heartbeat.ts';
import { holdUnusual, Unusual } from './hold-unusual.ts';
import { discardProbes, keepProbes } from './keep-probes.ts';
import { ApprovalLapsed, LAPSED, makePlan } from './make-plan.ts';
import { policyInForce } from './policy.ts';
import type { Claim, PublishOutcome, RunSets } from './ports.ts';
import { createProgress } from './progress.ts';
import { publishCandidate } from './publish.ts';
import { referencesFor } from './references.ts';
import { removeCandidate } from './remove-candidate.ts';
import { createRetainedDigest } from './retained-digest.ts';
import { endUnpassed, isOfPeople } from './split-run.ts';
import { type RunContext, runFolder, seedOf, setsOf, unlearn, verify } from './stages.ts';
import { traced } from './tracing-port.ts';

export type RunEnd =
  | { status: 'published' | 'superseded' | 'awaiting_promotion' }
  | { status: 'needs_review' | 'failed'; reason: string }
  /** It failed for all its requests together, which are tried in two parts. */
  | { status: 'split'; reason: string }
  /** Some of its requests are unusual and await approval; the others wait for another run. */
  | { status: 'held'; reason: string }
  /** Its requests await approval again. */
  | { status: 'lapsed'; reason: string }
  /** Given back: the run starts again elsewhere, and that does not count as a restart. */
  | { status: 'released'; reason: string }
  /** Let go after a crash: the next claim takes it over and counts a restart. */
  | { status: 'crashed'; reason: string }
  /** Another worker owns the run. */
  | { status: 'fenced' };

/** Outlives an attempt: what is on disk under an address and not (yet) published. */
interface Pending {
  digest: string | null;
  /** Set once the store was asked to publish it; its answer may have been lost. */
  asked: boolean;
}

/**
 * Works a claimed run through its plan. Never throws: whatever happens is an end of the run, and nothing of it is
 * left on disk but a published checkpoint. `outer` aborts it (shutdown, lost lock).
 */
export async function executeRun(deps: RunDeps, claim: Claim, outer: AbortSignal): Promise<RunEnd> {
  const lease = keepLease(deps.store, claim, deps.settings.leaseMs, deps.log);
  const progress = createProgress(deps, claim);
  const folders = new Set<string>();
  const pending: Pending = { digest: null, asked: false };
  let forget: RunContext['forget'] = [];
  const signal = AbortSignal.any([outer, lease.signal]);
  try {
    const policy = await policyInForce(deps.store, claim.tenant, claim.model.id, deps.policy);
    const startedAt = Date.now();
    const empty = { corpora: {}, setsFile: '', forget: [], again: false, baseSaw: false, retained: '', references: {} };
    const context = { deps, claim, signal, progress, policy, startedAt, folders, ...empty };
    const ready = await traced(deps.tracing, 'plan', {}, () => prepare(context));
    forget = ready.forget;
    return await workThroughPlan(ready, pending);
  } catch (error) {
    // only while the run is ours: its next owner makes the same candidate at the same address
    if (!(error instanceof Fenced) && !lease.signal.aborted && !pending.asked)
      await removeCandidate(deps, pending.digest);
    await progress.flush();
    const signals = { outer, lost: lease.signal };
    if (!(error instanceof Unusual) || lease.signal.aborted) return await endEarly(deps, claim, error, signals);
    const holds = holdUnusual({ deps, claim, forget }, error.people);
    return await holds.catch((failed: unknown) => endEarly(deps, claim, failed, signals));
  } finally {
    lease.stop();
    for (const folder of folders) {
      await deps.checkpoints.discard(folder).catch((err) => deps.log.warn({ folder, err }, 'A folder was not removed'));
    }
  }
}

/** Writes the sets of the run, whatever it retains passing by. */
async function writeSets(context: RunContext): Promise<{ sets: RunSets; setsFile: string; retained: string }> {
  const { deps, claim } = context;
  const retained = createRetainedDigest();
  let sets: RunSets | undefined;
  const setsFile = await deps.writeSets(await runFolder(context), async (retain) => {
    sets = await deps.store.runSets(claim, async (rows) => {
      retained.add(rows);
      await retain(rows);
    });
    return setsOf(deps, claim.model.id, sets);
  });
  return { sets: sets!, setsFile, retained: retained.digest() };
}

/** Sets and plan; throws for what makes the run impossible. */
async function prepare(context: RunContext): Promise<RunContext & { plan: PlanStep[] }> {
  const { deps, claim } = context;
  const { sets, setsFile, retained } = await writeSets(context);
  const { forget, counts } = sets;
  if (counts.retain_records === 0) {
    throw new ExpungeError(
      'forget-set-too-large',
      'The requests name every training record; nothing would be retained',
    );
  }
  if (sets.gone !== undefined) {
    throw new ExpungeError(
      'records-gone',
      `The text of ${sets.gone} of ${counts.forget_records} records to be forgotten was erased when other models had forgotten them, so nobody could show that this one has; register a model that was trained without them`,
    );
  }
  const seen = await baseSaw(deps, claim.tenant, { requests: claim.run.request_ids }, claim.run.parent);
  const plan = await makePlan({ ...context, retained, baseSaw: seen }, sets);
  held(await deps.store.moveRun(claim, 'unlearning', { targets: 'unlearning', plan, counts }, deps.worker));
  const corpora = Object.fromEntries(sets.corpora.map((id) => [id, deps.corpora.path(id)]));
  const again = (counts.again_records ?? 0) > 0;
  return { ...context, plan, setsFile, retained, corpora, forget, again, baseSaw: seen };
}

const OF_METHOD: readonly ProblemCode[] = ['compute-failed', 'recipe-missing', 'memory-budget-exceeded'];
/** What a method alone can fail by: another one may still do it. The process, the time and the stores are not its own. */
const isOfMethod = (error: unknown): error is ExpungeError =>
  error instanceof ExpungeError && OF_METHOD.includes(error.code);

async function workThroughPlan(context: RunContext & { plan: PlanStep[] }, pending: Pending): Promise<RunEnd> {
  const { deps, claim, plan } = context;
  const refused: string[] = [];
  const tried: Tried[] = [];
  let verified: Verdict | null = null;
  let standingOut: readonly number[] = [];
  for (const [index, { name, params, estimate }] of plan.entries()) {
    const method = { name, params };
    if (madeAlready(name, tried)) {
      refused.push(`${name}: not tried, since it makes the same of a training in shards`);
      continue;
    }
    if (index > 0) {
      const back = { targets: 'unlearning' as const, candidate: null, verdict: null };
      held(await deps.store.moveRun(claim, 'unlearning', back, deps.worker));
    }
    try {
      const { outcome, attempt, standing_out } = await tryMethod(
        context,
        { method, index, planned: estimate?.verification },
        pending,
      );
      if (outcome?.status === 'published' || outcome?.status === 'awaiting_promotion')
        return { status: outcome.status };
      if (outcome?.status === 'fenced') throw new Fenced();
      await drop(deps, pending);
      if (outcome?.status === 'superseded') return { status: 'superseded' };
      if (attempt.verdict === 'failed') standingOut = standing_out;
      tried.push({ name, verdict: attempt.verdict });
      verified = verified === 'failed' ? verified : attempt.verdict;
      refused.push(`${method.name}: ${attempt.verdict} (${attempt.reason})`);
    } catch (error) {
      const last = index === plan.length - 1 && verified === null;
      if (!isOfMethod(error) || context.signal.aborted || last) throw error;
      await drop(deps, pending);
      refused.push(`${method.name}: ${error.code} (${error.message})`);
      held(await deps.store.saveAttempt(claim.run.id, claim.fence, brokenAttempt(claim, method, index, error), null));
    }
  }
  await context.progress.flush();
  const reason = `No method passed verification; nothing was published. ${refused.join('; ')}${await afterExact(context, tried)}`;
  return endUnpassed(context, { reason, verdict: verified, standingOut });
}

/** Under parent and candidate; people of earlier runs under the candidate alone. */
const scoredRows = ({ records: { forget, retain, holdout }, before }: VerificationReport): number =>
  2 * (forget + retain + holdout) + (before?.records ?? 0);

const brokenAttempt = (claim: Claim, method: MethodChoice, index: number, error: ExpungeError): Attempt => ({
  ...{ method, seed: seedOf(claim.run.id, 'unlearn', index), candidate: null, verdict: null },
  ...{ reason: `${error.code}: ${error.message}`, seconds: {}, peak_memory_bytes: null },
});

/** A step of the plan. */
interface Try {
  method: MethodChoice;
  index: number;
  /** What there is time for of its verification, by the plan; not estimated: all. */
  planned: VerificationPlan | undefined;
}

/** One method: candidate, verification, and, if that passed, publication. */
async function tryMethod(
  context: RunContext,
  { method, index, planned }: Try,
  pending: Pending,
): Promise<{
  outcome: PublishOutcome | { status: 'awaiting_promotion' } | null;
  attempt: Attempt;
  standing_out: readonly number[];
}> {
  const { deps, claim, signal } = context;
  const seed = seedOf(claim.run.id, 'unlearn', index);
  const unlearning = { attributes: { 'expunge.method': method.name, 'expunge.plan.step': index } };
  const { candidate, result } = await traced(deps.tracing, 'unlearn', unlearning, () => unlearn(context, method, seed));
  pending.digest = candidate.digest;
  const change = { targets: 'verifying' as const, candidate: candidate.digest };
  held(await deps.store.moveRun(claim, 'verifying', change, deps.worker));
  const before = performance.now();
  const references = await traced(deps.tracing, 'references', {}, () => referencesFor(context, method));
  const spent: Record<string, number> = references ? { references: (performance.now() - before) / 1000 } : {};
  const toVerify = {
    ...{ digest: candidate.digest, method, seed: seedOf(claim.run.id, 'verify', index), planned },
    methodSeconds: Object.values(result.seconds).reduce((sum, one) => sum + one, 0),
  };
  const {
    report,
    peak_memory_bytes,
    standing_out = [],
  } = await traced(deps.tracing, 'verify', {}, async (span) => {
    const result = await verify(context, toVerify, references);
    span.set({ 'expunge.verdict': result.report.verdict });
    return result;
  });
  const attempt: Attempt = {
    method,
    seed,
    candidate: candidate.digest,
    verdict: report.verdict,
    reason: report.reason,
    seconds: { ...result.seconds, ...spent, verifying: report.seconds },
    steps: result.steps,
    ...(result.ended ? { ended: result.ended } : {}),
    scored_rows: scoredRows(report),
    ...(report.cost ? { verification: { extent: report.cost.extent, parts: report.cost.parts } } : {}),
    planned_memory_bytes: result.planned_memory_bytes,
    peak_memory_bytes: Math.round(Math.max(result.peak_memory_bytes, peak_memory_bytes)),
    ...(result.start ? { start: result.start } : {}),
    ...(result.certified ? { certified: result.certified } : {}),
    ...(context.baseSaw ? { base_saw: true } : {}),
    backend: result.backend,
  };
  held(await deps.store.saveAttempt(claim.run.id, claim.fence, attempt, report));
  await context.progress.flush();
  if (report.verdict !== 'passed') return { outcome: null, attempt, standing_out };
  const kept = await keepProbes(deps, claim, context.forget);
  signal.throwIfAborted();
  pending.asked = true;
  if (deps.settings.promotion === 'manual') {
    held(await deps.store.awaitPromotion(claim, { checkpoint: candidate, kept }, deps.worker));
    return { outcome: { status: 'awaiting_promotion' }, attempt, standing_out };
  }
  const outcome = await traced(deps.tracing, 'publish', {}, () =>
    publishCandidate(deps, claim, candidate, report, kept),
  );
  // where no answer came they may be known already; the sweep finds out
  if (outcome.status !== 'published') await discardProbes(deps, kept);
  return { outcome, attempt, standing_out };
}

async function drop(deps: RunDeps, pending: Pending): Promise<void> {
  await removeCandidate(deps, pending.digest);
  pending.digest = null;
}

/** Turns what stopped a run into its end, and tells the store. */
async function endEarly(
  deps: RunDeps,
  claim: Claim,
  error: unknown,
  signals: { outer: AbortSignal; lost: AbortSignal },
): Promise<RunEnd> {
  const { store, log, worker } = deps;
  const about = { run_id: claim.run.id, model_id: claim.model.id, fence: claim.fence };
  try {
    if (error instanceof Fenced || signals.lost.aborted) return { status: 'fenced' };
    if (error instanceof ApprovalLapsed)
      return (await store.lapseApproval(claim, LAPSED, worker))
        ? { status: 'lapsed', reason: LAPSED }
        : { status: 'fenced' };
    if (signals.outer.aborted || (error instanceof ExpungeError && error.code === 'cancelled')) {
      const reason = signals.outer.aborted ? String(signals.outer.reason) : 'the compute process was told to stop';
      await store.releaseRun(claim.run.id, claim.fence, reason);
      return { status: 'released', reason };
    }
    if (error instanceof ExpungeError && error.code !== 'compute-crashed' && error.code !== 'service-unavailable') {
      const reason = `${error.code}: ${error.message}`;
      if (isOfPeople(error) && (await store.splitRun(claim, { reason, verdict: null, suspects: [] }, worker)))
        return { status: 'split', reason };
      const accepted = await store.moveRun(claim, 'failed', { targets: 'failed', reason }, worker);
      return accepted ? { status: 'failed', reason } : { status: 'fenced' };
    }
    log.error({ ...about, err: error }, 'The run broke off and will be started again');
    // ends are logged, and messages of parsers and of Postgres quote what they were given
    const reason = error instanceof ExpungeError ? error.message : 'an unexpected error, logged before';
    await store.breakOff(claim.run.id, claim.fence, reason);
    return { status: 'crashed', reason };
  } catch (storeError) {
    log.error({ ...about, err: storeError }, 'The end of the run was not written; its lease will run out');
    return { status: 'crashed', reason: 'the store did not answer' };
  }
}
