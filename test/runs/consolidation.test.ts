// A line that has taken what it may is trained again, in its turn, and a publication is never lost for it.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { ComputeJob } from '../../src/domain/compute.ts';
import { PRESETS } from '../../src/domain/policies.ts';
import type { Verdict } from '../../src/domain/verification.ts';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { readForgetting } from '../../src/runs/forgetting.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { RECIPE } from '../checkpoints/tiny.ts';
import { execute } from '../helpers/postgres.ts';
import { createTestWorker, type Script, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
beforeEach(async () => {
  worker = await createTestWorker();
  const forgetting = { approximate_runs: 1, utility_share: 0 };
  await worker.store.choosePolicy(TENANT, null, { ...PRESETS.standard.policy, forgetting }, 'test');
});
afterEach(() => worker.close());

const NPO = { name: 'npo', params: {} };
const never = () => new AbortController().signal;
const withRecipe = () => execute(worker.databaseUrl, 'update models set has_recipe = true');
const line = async () => (await readForgetting(worker.deps, TENANT, worker.model.id, PRESETS.standard.policy))!;
const stateOf = async (id: string) => (await worker.store.getRequest(TENANT, id))!.state;
const active = async () => (await worker.store.getModel(TENANT, worker.model.id))!.active;
async function work(script: Script = {}): Promise<ComputeJob[]> {
  const compute = scripted(script);
  await workModel({ ...worker.deps, compute }, worker.model.id, never());
  return compute.jobs;
}
const ABOUT = { architecture: 'gpt2', parameters: 7, has_recipe: false, warnings: [] };
const recipeFrom = (base_checkpoint: string) => JSON.stringify({ ...RECIPE, init: { seed: 1, base_checkpoint } });
/** A checkpoint of its own, trained from `base` where there is one. */
async function adopted(name: string, base: string | null) {
  const folder = await worker.deps.checkpoints.workFolder(name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'model.safetensors'), name);
  if (base !== null) await writeFile(join(folder, 'recipe.json'), recipeFrom(base));
  return worker.deps.checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null });
}
/** What the certificate of a completed request guarantees. */
async function certifiedAs(id: string) {
  const { certificate_id } = (await worker.store.getRequest(TENANT, id))!.targets[0]!;
  const { jws } = (await worker.store.getCertificate(TENANT, certificate_id!))!;
  const check = await verifyCertificate(jws, await worker.deps.signer.jwks());
  assert.ok(check.ok && 'guarantee' in check.statement.predicate);
  return check.statement.predicate.guarantee.class;
}
const methodsOf = (jobs: ComputeJob[]) => jobs.flatMap((job) => (job.stage === 'unlearn' ? [job.method.name] : []));

test('a spent budget has the model trained again without everybody erased; who asks meanwhile goes to the next run', async () => {
  await withRecipe();
  const first = await worker.request(0, NPO);
  let second = '';
  const jobs = await work({
    async unlearn({ method }) {
      if (method.name === 'retrain' && second === '') second = await worker.request(1, NPO);
    },
  });
  // the second run spends the budget anew
  assert.deepEqual(methodsOf(jobs), ['npo', 'retrain', 'npo', 'retrain']);
  assert.deepEqual([await stateOf(first), await stateOf(second)], ['completed', 'completed']);
  const [newest, , consolidation] = (await worker.store.listRuns(TENANT, { limit: 4 })).items;
  assert.deepEqual(
    [consolidation!.kind, consolidation!.state, consolidation!.request_ids],
    ['consolidation', 'published', []],
  );
  const { forget_records, retain_records, erased_before } = consolidation!.counts;
  assert.deepEqual([forget_records, retain_records, erased_before], [0, 6, 2]);
  assert.deepEqual(
    jobs.flatMap((job) => (job.stage === 'verify' ? [job.exact] : [])),
    [false, true, false, true],
  );
  const { since, since_exact, total, budget, next, consolidation: last } = await line();
  assert.deepEqual([since.run_id, since_exact.requests, total.requests, budget.spent], [newest!.id, 0, 2, false]);
  assert.deepEqual([last!.state, last!.why], ['done', 'budget']);
  assert.match(next, /exact/);
  assert.equal(await active(), newest!.candidate);
});

/** Another checkpoint comes into use, as after a publication. */
async function putBack(digest: string): Promise<void> {
  await execute(worker.databaseUrl, `update checkpoints set state = 'retained', delete_after = now() + '1 hour'`);
  await execute(
    worker.databaseUrl,
    `update checkpoints set state = 'active', delete_after = null where digest = '${digest}'`,
  );
  await execute(worker.databaseUrl, `update models set active = '${digest}'`);
}

test('where another checkpoint was published meanwhile it begins again from that one; one that does not pass publishes nothing', async () => {
  await withRecipe();
  await worker.request(0, NPO);
  const { store, model } = worker;
  const registered = model.active;
  let parents: string[] = [];
  let verdict: Verdict = 'failed';
  const script: Script = {
    async unlearn(job) {
      if (job.method.name !== 'retrain') return;
      parents.push(job.parent_dir);
      if (parents.length === 1) await putBack(registered);
    },
    verdict: (job) => (job.exact && parents.length > 1 ? verdict : 'passed'),
  };
  await work(script);
  const states = async () =>
    (await store.listRuns(TENANT, { limit: 9 })).items.map(({ kind, state }) => `${kind} ${state}`);
  assert.deepEqual(await states(), ['consolidation needs_review', 'consolidation superseded', 'deletion published']);
  assert.equal(new Set(parents).size, 2, 'the second starts from what is in use');
  assert.equal(await active(), registered);
  const failed = await line();
  assert.equal(failed.consolidation!.state, 'failed');
  assert.match(failed.next, /published nothing/);
  await sweepOnce(worker.deps);
  assert.equal((await line()).consolidation!.id, failed.consolidation!.id, 'the sweep asks for no other one');

  const one = { tenant: TENANT, model_id: model.id, why: 'asked' as const, reason: null, actor: 'test' };
  const id = '0192f0c1-5b8f-7c3d-9a4e-2f6b1d0e8a01';
  assert.deepEqual(await store.queueConsolidation({ ...one, id }), { status: 'queued' });
  assert.deepEqual(await store.queueConsolidation({ ...one, id: id.replace('01', '02') }), { status: 'open', id });
  assert.ok((await store.modelsToRing()).includes(model.id));
  [parents, verdict] = [[''], 'passed'];
  await work(script);
  const [last] = (await store.listRuns(TENANT, { limit: 1 })).items;
  assert.deepEqual([last!.kind, last!.state], ['consolidation', 'published'], last!.reason ?? '');
  assert.equal((await line()).consolidation!.state, 'done');
  assert.deepEqual((await store.modelsToRing()).includes(model.id), false);

  // an exact run in between leaves nothing to do
  assert.deepEqual(await store.queueConsolidation({ ...one, id: id.replace('01', '03') }), { status: 'queued' });
  await worker.request(1, { name: 'retrain', params: {} });
  assert.deepEqual(methodsOf(await work()), ['retrain']);
  assert.equal((await line()).consolidation!.state, 'dropped');
});

test('without a recipe nothing is queued, and the line says that its budget is spent and what to do', async () => {
  await worker.request(0, NPO);
  assert.deepEqual(methodsOf(await work()), ['npo']);
  await sweepOnce(worker.deps);
  const { budget, consolidation, next } = await line();
  assert.deepEqual([budget.spent, consolidation], [true, null]);
  assert.match(next, /no recipe/);
  assert.deepEqual(await worker.store.modelsToJudge(), []);
});

test('a certified last layer that was trained anew is certified in the line too, which is trained again in vain', async () => {
  await withRecipe();
  await worker.request(0, NPO);
  await work();
  assert.equal((await line()).since_exact.approximate_runs, 0, 'an exact consolidation');
  const anew = { unlearned: { certified: { epsilon: 1, delta: 1e-5, budget: 0.2, spent: 0 } } };
  const id = await worker.request(1, { name: 'retrain', params: {} });
  assert.deepEqual(methodsOf(await work(anew)), ['retrain']);
  const found = await line();
  const [last] = found.runs;
  assert.deepEqual([found.runs.length, last!.method, last!.guarantee], [1, 'retrain', await certifiedAs(id)]);
  assert.deepEqual([last!.guarantee, found.since_exact.requests, found.hindrance], ['certified', 1, 'certified']);
  await worker.request(2, NPO);
  assert.deepEqual(methodsOf(await work()), ['npo'], 'no consolidation after another');
  const { budget, next } = await line();
  assert.ok(budget.spent);
  assert.match(next, /train the whole model again/);
});

test('a line whose base has seen its people is not exact by training from it, and is not trained again for ever', async () => {
  const { store, model } = worker;
  const base = await adopted('base', null);
  await store.createModel(TENANT, { ...ABOUT, name: 'base', corpora: model.corpora, checkpoint: base }, 'test');
  const checkpoint = await adopted('tuned', base.digest);
  const about = { ...ABOUT, name: 'tuned', has_recipe: true, corpora: model.corpora, checkpoint };
  const made = await store.createModel(TENANT, about, 'test');
  assert.ok(made.status === 'created', made.status);
  const { id: tuned } = made.model;
  const id = await worker.request(1, { name: 'retrain', params: {} }, { model_ids: [tuned] });
  const compute = scripted({
    unlearn: ({ out_dir }) => writeFile(join(out_dir, 'recipe.json'), recipeFrom(base.digest)),
  });
  await workModel({ ...worker.deps, compute }, tuned, never());
  const found = (await readForgetting(worker.deps, TENANT, tuned, PRESETS.standard.policy))!;
  assert.deepEqual([found.runs[0]!.guarantee, found.since.run_id], [await certifiedAs(id), null]);
  assert.deepEqual([found.since_exact.approximate_runs, found.budget.spent, found.hindrance], [1, true, 'seen']);
  assert.deepEqual([methodsOf(compute.jobs), found.consolidation], [['retrain'], null]);
});
