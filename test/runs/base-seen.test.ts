// A fine-tuned model is trained again from its base. Whether that is exact hangs on what the base has seen.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MANIFEST } from '../../src/checkpoints/manifest.ts';
import type { MethodChoice, Model } from '../../src/domain/resources.ts';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { trainsAnew } from '../../src/methods/index.ts';
import { readForgetting } from '../../src/runs/forgetting.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { RECIPE } from '../checkpoints/tiny.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
before(async () => {
  worker = await createTestWorker();
});
after(() => worker.close());

/** A model of its own of such weights, trained from `base` where there is one. */
async function register(
  name: string,
  from: string | { copyOf: string } | null,
  corpora: Model['corpora'],
): Promise<Model> {
  const base = typeof from === 'string' ? from : null;
  const { checkpoints } = worker.deps;
  const folder = await checkpoints.workFolder(name);
  await mkdir(folder, { recursive: true });
  if (typeof from === 'object' && from !== null) await copyFiles(await checkpoints.materialise(from.copyOf), folder);
  else {
    await writeFile(join(folder, 'config.json'), '{}');
    await writeFile(join(folder, 'model.safetensors'), name);
  }
  if (base !== null) await writeFile(join(folder, 'recipe.json'), recipeFrom(base));
  const checkpoint = await checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null });
  const about = { name, architecture: 'gpt2', parameters: 7, corpora, has_recipe: base !== null, warnings: [] };
  const made = await worker.store.createModel(TENANT, { ...about, checkpoint }, 'test');
  assert.ok(made.status === 'created', made.status);
  return made.model;
}
/** What a user has of a checkpoint: its files, without the manifest. */
async function copyFiles(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) if (name !== MANIFEST) await copyFile(join(from, name), join(to, name));
}
const recipeFrom = (base_checkpoint: string) => JSON.stringify({ ...RECIPE, init: { seed: 1, base_checkpoint } });

const unlearnFrom = (base: string) =>
  scripted({ unlearn: ({ out_dir }) => writeFile(join(out_dir, 'recipe.json'), recipeFrom(base)) });

/** The guarantee of a request for person `index` whose model was trained from `base` and is trained again from there. */
async function guaranteeFrom(base: Model, index: number) {
  const tuned = await register(`tuned-${base.name}-${index}`, base.active, worker.model.corpora);
  const compute = unlearnFrom(base.active);
  const id = await worker.request(index, { name: 'retrain', params: {} }, { model_ids: [tuned.id] });
  await workModel({ ...worker.deps, compute }, tuned.id, new AbortController().signal);
  const { targets } = (await worker.store.getRequest(TENANT, id))!;
  const { certificate_id, reason } = targets.find(({ model_id }) => model_id === tuned.id)!;
  const { jws } = (await worker.store.getCertificate(TENANT, certificate_id ?? assert.fail(reason ?? 'none')))!;
  const check = await verifyCertificate(jws, await worker.deps.signer.jwks());
  assert.ok(check.ok && 'guarantee' in check.statement.predicate);
  return check.statement.predicate.guarantee;
}

test('a base that was trained without the person before has not seen them; one that forgot them by steps has', async () => {
  const below = await register('below', null, []);
  const base = await register('base-that-forgot', below.active, worker.model.corpora);
  const forget = async (index: number, name: string) => {
    const id = await worker.request(index, { name, params: {} }, { model_ids: [base.id] });
    const compute = unlearnFrom(below.active);
    await workModel({ ...worker.deps, compute }, base.id, new AbortController().signal);
    return { id, active: (await worker.store.getModel(TENANT, base.id))!.active };
  };
  const seen = (id: string, digest: string) => worker.store.recordsSeen(TENANT, { requests: [id] }, digest);
  const steps = await forget(3, 'grad-diff');
  assert.notEqual(steps.active, base.active);
  assert.deepEqual([await seen(steps.id, base.active), await seen(steps.id, steps.active)], [2, 2]);
  // a training leaves out whoever was erased before it as well
  const anew = await forget(2, 'retrain');
  assert.notEqual(anew.active, steps.active);
  assert.deepEqual([await seen(anew.id, steps.active), await seen(anew.id, anew.active)], [2, 0]);
  assert.deepEqual([await seen(steps.id, steps.active), await seen(steps.id, anew.active)], [2, 0]);
  // others train from its folder, which has an address of its own
  const [fromSteps, fromAnew] = [
    await register('steps', { copyOf: steps.active }, []),
    await register('anew', { copyOf: anew.active }, worker.model.corpora),
  ];
  assert.ok(![steps.active, anew.active].includes(fromSteps.active) && fromAnew.active !== anew.active);
  assert.deepEqual(
    [(await guaranteeFrom(fromSteps, 3)).class, (await guaranteeFrom(fromAnew, 3)).class],
    ['empirical', 'exact'],
  );
  // nobody knows what a checkpoint from outside has seen, whatever its line had erased before
  const digest = `sha256:${'f'.repeat(64)}`;
  const manifest = { version: 1 as const, architecture: 'gpt2', parent: anew.active, run_id: null, files: [] };
  const foreign = { digest, parent_digest: anew.active, run_id: null, manifest, bytes: 1 };
  await worker.store.addCandidate(TENANT, base.id, foreign, 'test', async () => true);
  assert.equal(await seen(anew.id, digest), 2);
});

test('from a base that is not known to have seen the person it is exact', async () => {
  const { class: guarantee, basis } = await guaranteeFrom(await register('base', null, []), 0);
  assert.deepEqual([guarantee, /base/.test(basis)], ['exact', false]);
});

test('from a base whose own corpora name the person it is empirical, and the certificate says why', async () => {
  const seen = await register('base-of-all', null, worker.model.corpora);
  const { class: guarantee, basis } = await guaranteeFrom(seen, 1);
  assert.equal(guarantee, 'empirical');
  assert.match(basis, /from a base checkpoint that was itself trained on records of the person/);
  // a base of the base counts as well
  const between = await register('between', seen.active, []);
  assert.equal((await guaranteeFrom(between, 2)).class, 'empirical');
});

test('from such a base no method is exact: who takes nothing less is refused, and what names the method is verified as any other', async () => {
  const base = await register('base-that-saw', null, worker.model.corpora);
  const tuned = await register('tuned-of-it', base.active, worker.model.corpora);
  const of = { model_ids: [tuned.id] };
  const compute = unlearnFrom(base.active);
  const work = () => workModel({ ...worker.deps, compute }, tuned.id, new AbortController().signal);
  const target = async (id: string) => (await worker.store.getRequest(TENANT, id))!.targets[0]!;
  const exact = { name: 'exact', params: {} };
  const refused = await worker.request(0, exact, of);
  await work();
  assert.deepEqual([(await target(refused)).state, compute.jobs.length], ['failed', 0]);
  assert.match((await target(refused)).reason!, /method-not-applicable.*base that the recipe starts from/);

  const named = await worker.request(1, { name: 'retrain', params: {} }, of);
  await work();
  assert.equal((await target(named)).state, 'completed');
  const verified = compute.jobs.flatMap((job) => (job.stage === 'verify' ? [job] : []));
  assert.deepEqual(
    verified.map((job) => [job.exact, job.baseline]),
    [[false, null]],
    'what it knows of them it may have pushed away',
  );
  const { attempts } = (await worker.store.getRun(TENANT, (await target(named)).run_id!))!;
  assert.equal(attempts.at(-1)!.base_saw, true);
  // nobody's record is gone for an exact request by such a training
  const again = await worker.request(1, exact, of);
  assert.deepEqual([(await target(again)).state, (await target(again)).records], ['queued', 2]);
});

/** A model over all four people, from a base that was trained on the first of them alone; `ask` works a request for one of them through. */
async function fromBaseOfOne(name: string) {
  const { store, model } = worker;
  const train = model.corpora.filter(({ role }) => role === 'train');
  const base = await register(`${name}-base`, null, [{ ...train[0]!, records: 2 }]);
  const tuned = await register(name, base.active, model.corpora);
  const compute = unlearnFrom(base.active);
  const ask = async (index: number, method: MethodChoice | null) => {
    const id = await worker.request(index, method, { model_ids: [tuned.id] });
    await workModel({ ...worker.deps, compute }, tuned.id, new AbortController().signal);
    const target = (await store.getRequest(TENANT, id))!.targets[0]!;
    return { ...target, run: target.run_id === null ? null : await store.getRun(TENANT, target.run_id) };
  };
  return { tuned, ask, compute };
}
const named = (name: string): MethodChoice => ({ name, params: {} });

test('from a base that knows somebody forgotten before nobody’s request trains again: that would bring them back', async () => {
  const { tuned, ask, compute } = await fromBaseOfOne('knows-the-first');
  // an exact run for somebody whom the base never saw harms nobody as long as nobody else was forgotten
  assert.deepEqual((await ask(1, named('exact'))).state, 'completed');
  const steps = await ask(0, named('grad-diff'));
  assert.deepEqual([steps.state, steps.run!.attempts[0]!.base_saw], ['completed', true]);
  const before = compute.jobs.length;
  for (const method of ['exact', 'retrain']) {
    const refused = await ask(2, named(method));
    assert.deepEqual([refused.state, compute.jobs.length], ['failed', before], method);
    assert.match(refused.reason!, /method-not-applicable.*somebody whom the model has forgotten before/);
  }
  const auto = await ask(3, null);
  assert.equal(auto.state, 'completed');
  const { plan } = auto.run!;
  assert.deepEqual(
    plan.filter(({ name }) => trainsAnew(name)),
    [],
    'no rung of the ladder',
  );
  assert.match(plan.at(-1)!.reason!, /base .* knows somebody whom the model has forgotten before/);
  const { hindrance } = (await readForgetting(worker.deps, TENANT, tuned.id, worker.deps.policy))!;
  assert.equal(hindrance, 'seen');
});

test('a consolidation that was queued before brings nobody back either', async () => {
  const { store } = worker;
  const { tuned, ask, compute } = await fromBaseOfOne('queued-before');
  await ask(1, named('grad-diff'));
  const one = { tenant: TENANT, model_id: tuned.id, why: 'asked' as const, reason: null, actor: 'test' };
  await store.queueConsolidation({ ...one, id: '0192f0c1-5b8f-7c3d-9a4e-2f6b1d0e8a11' });
  // requests go first
  await ask(0, named('grad-diff'));
  const [run] = (await store.listRuns(TENANT, { limit: 1, model_id: tuned.id })).items;
  assert.deepEqual([run!.kind, run!.state], ['consolidation', 'failed']);
  assert.match(run!.reason!, /method-not-applicable/);
  assert.ok(compute.jobs.every((job) => job.stage !== 'unlearn' || job.method.name !== 'retrain'));
});

test('nor is a plan done that trains again, where its base has become known since it was approved', async () => {
  const { store, model } = worker;
  const base = await register('of-nobody-yet', null, []);
  const tuned = await register('approved', base.active, model.corpora);
  const compute = unlearnFrom(base.active);
  const work = () => workModel({ ...worker.deps, compute }, tuned.id, new AbortController().signal);
  const of = { model_ids: [tuned.id] };
  await worker.request(0, named('grad-diff'), of);
  await work();
  const id = await worker.request(1, null, { ...of, approval_required: true });
  const { target_id } = (await store.plannableTargets(TENANT, id))![0]!;
  const { active: checkpoint } = (await store.getModel(TENANT, tuned.id))!;
  const targets = [{ target_id, model_id: tuned.id, checkpoint, steps: [named('grad-diff'), named('retrain')] }];
  const deed = { action: 'approve' as const, plan_digest: 'd', present_digest: 'd', targets, four_eyes: false };
  assert.equal((await store.actOnRequest({ tenant: TENANT, id, actor: 'ann', reason: null, deed })).status, 'done');
  await register('known-now', { copyOf: base.active }, model.corpora);
  const before = compute.jobs.length;
  await work();
  const [target] = (await store.getRequest(TENANT, id))!.targets;
  assert.deepEqual([target!.state, compute.jobs.length], ['awaiting_approval', before]);
  const [run] = (await store.listRuns(TENANT, { limit: 1, model_id: tuned.id })).items;
  assert.deepEqual([run!.state, /more is known of its base/.test(run!.reason!)], ['cancelled', true], run!.reason!);
});
