// Works on an analysis of influence. Question and findings are in the clear in this process's memory alone.
import type { InfluenceJob, InfluenceResult } from '../domain/compute.ts';
import type { InfluenceFindings, InfluenceQuery } from '../domain/influence.ts';
import { seedFrom } from '../domain/random.ts';
import type { Model } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import type { RunDeps } from './deps.ts';
import { type LeasedWork, workByLease } from './leased-work.ts';
import type { InfluenceClaim } from './ports.ts';
import { refuseRestrictedRecords } from './restricted.ts';

type InfluenceDeps = Pick<
  RunDeps,
  | 'store'
  | 'doorbell'
  | 'compute'
  | 'checkpoints'
  | 'corpora'
  | 'factors'
  | 'subjectKeys'
  | 'settings'
  | 'worker'
  | 'log'
>;

/**
 * Computes a waiting analysis on the model's active checkpoint. One that has ended, or that another worker has, is left;
 * one whose worker is shut down waits again.
 */
export async function analyseInfluence(deps: InfluenceDeps, id: string, outer: AbortSignal): Promise<void> {
  const { store } = deps;
  let checkpoint: string | null = null;
  const analysis: LeasedWork<InfluenceClaim> = {
    name: 'The analysis of influence',
    claim: (options) => store.claimInfluence(id, deps.worker, options),
    renew: (fence, ms) => store.renewInfluence(id, fence, ms),
    release: (fence) => store.releaseInfluence(id, fence),
    ring: () => deps.doorbell.ringInfluence(id),
    async work(claim, signal) {
      const model = await store.getModel(claim.analysis.tenant, claim.analysis.model_id);
      if (!model) throw new ExpungeError('not-found', 'The model does not exist any more');
      checkpoint = model.active;
      const findings = await withErased(deps, claim, await compute(deps, claim, model, signal));
      const sealed_findings = deps.subjectKeys.seal(JSON.stringify(findings));
      await store.finishInfluence(id, claim.fence, { checkpoint, sealed_findings });
    },
    fail: ({ fence }, reason) => store.finishInfluence(id, fence, { checkpoint, reason }),
  };
  await workByLease(deps, id, analysis, outer);
}

/** Records that are not read, by corpus. */
type Ordinals = Record<string, number[]>;

/**
 * Where the factors of these corpora and settings are: whatever else is asked, they are the same. How much is destroyed is in the name, and
 * none of it is read; so where more is destroyed while an analysis computes, what it writes is under a name that the sweep removes.
 */
async function factorsFile(
  { store, factors }: InfluenceDeps,
  { analysis }: InfluenceClaim,
  { model, seed, restricted, destroyed }: { model: Model; seed: number; restricted: Ordinals; destroyed: Ordinals },
): Promise<string> {
  const digests: unknown[] = [];
  for (const { corpus_id, role, records } of model.corpora)
    if (role === 'train') digests.push((await store.getCorpus(analysis.tenant, corpus_id))?.digest, records);
  // what was measured with them is not what is measured without
  if (Object.keys(restricted).length > 0) digests.push(restricted);
  const then = { model_id: model.id, destroyed: Object.values(destroyed).flat().length };
  return factors.path(model.active, then, [...digests, analysis.options.curvature_rows, seed]);
}

/** Somebody may have been restricted since it was asked about them. */
async function refuseQuestion({ store }: InfluenceDeps, { analysis }: InfluenceClaim, query: InfluenceQuery) {
  if (query.asks === 'answer') return;
  const { tenant, model_id } = analysis;
  const places = query.asks === 'subject' ? query.rows : await store.recordsWithIds(tenant, model_id, query.record_ids);
  await refuseRestrictedRecords(store, tenant, places, 'The question');
}

async function compute(
  deps: InfluenceDeps,
  claim: InfluenceClaim,
  model: Model,
  signal: AbortSignal,
): Promise<InfluenceResult> {
  const { analysis } = claim;
  // of the model, so that two analyses measure the curvature on the same rows
  const seed = seedFrom(`influence/${model.id}`);
  const train = model.corpora.filter(({ role }) => role === 'train');
  const query = JSON.parse(deps.subjectKeys.open(analysis.sealed_query)) as InfluenceQuery;
  await refuseQuestion(deps, claim, query);
  const corpora = train.map(({ corpus_id }) => corpus_id);
  const restricted = await deps.store.restrictedIn(analysis.tenant, corpora);
  const destroyed = await deps.store.destroyedIn(analysis.tenant, train);
  const { threads, backend, timeLimitSeconds } = deps.settings;
  const job: InfluenceJob = {
    stage: 'influence',
    checkpoint_dir: await deps.checkpoints.materialise(model.active),
    corpora: Object.fromEntries(
      train.map(({ corpus_id: id, records }) => [
        id,
        { path: deps.corpora.path(id), records, left_out: [...(restricted[id] ?? []), ...(destroyed[id] ?? [])] },
      ]),
    ),
    query,
    options: analysis.options,
    factors_file: await factorsFile(deps, claim, { model, seed, restricted, destroyed }),
    seed,
    ...{ threads, backend, time_limit_seconds: timeLimitSeconds },
  };
  const result = await deps.compute.run(job, { progress: () => undefined, signal });
  if (result.stage !== 'influence')
    throw new ExpungeError('compute-failed', 'The compute process answered another job');
  return result;
}

/** The findings, with who was erased among the records that are listed, and without those of whoever is restricted. */
async function withErased(
  { store }: InfluenceDeps,
  { analysis }: InfluenceClaim,
  { stage: _, ...result }: InfluenceResult,
): Promise<InfluenceFindings> {
  const erased = await store.erasedAmong(analysis.tenant, analysis.model_id, result.ranking);
  const key = (one: { corpus_id: string; ordinal: number }) => `${one.corpus_id}/${one.ordinal}`;
  const gone = new Set(erased.map(key));
  const withheld = new Set((await store.restrictedAmong(analysis.tenant, result.ranking)).map(key));
  const shown = result.ranking.filter((one) => !withheld.has(key(one)));
  const ranking = shown.map(({ ordinal, ...one }) => ({
    ...one,
    erased: gone.has(key({ corpus_id: one.corpus_id, ordinal })),
  }));
  return { ...result, ranking };
}
