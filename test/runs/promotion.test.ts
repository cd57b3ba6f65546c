import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { createTestWorker, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
before(async () => {
  worker = await createTestWorker();
});
after(() => worker.close());

const never = () => new AbortController().signal;
const requestOf = async (id: string) => (await worker.store.getRequest(TENANT, id))!;

test('where promotion is manual a verified candidate stays on disk until somebody decides', async () => {
  const { store, model } = worker;
  const deps = { ...worker.deps, settings: { ...worker.deps.settings, promotion: 'manual' as const } };
  const act = { tenant: TENANT, actor: 'releaser', reason: null, parent_retention_ms: 3_600_000 };
  const work = async (person: number) => {
    const id = await worker.request(person);
    await workModel(deps, model.id, never());
    const request = await requestOf(id);
    const run = (await store.getRun(TENANT, request.targets[0]!.run_id!))!;
    assert.deepEqual([request.state, run.state, run.verdict], ['awaiting_promotion', 'awaiting_promotion', 'passed']);
    await sweepOnce(deps);
    return { id, run, folder: await worker.deps.checkpoints.materialise(run.candidate!) };
  };
  const refused = await work(0);
  assert.ok(existsSync(refused.folder), 'the sweep leaves it');
  assert.equal((await store.getModel(TENANT, model.id))!.active, model.active);
  assert.equal((await store.rollBackRun({ ...act, id: refused.run.id })).status, 'done');
  await sweepOnce(deps);
  assert.ok(!existsSync(refused.folder), 'nobody can need it any more');

  const good = await work(1);
  assert.equal((await store.promoteRun({ ...act, id: good.run.id, four_eyes: true })).status, 'done');
  await sweepOnce(deps);
  const request = await requestOf(good.id);
  assert.deepEqual([request.state, request.certificate_ids.length], ['completed', 1]);
  assert.ok(existsSync(good.folder));
  assert.equal((await store.getModel(TENANT, model.id))!.active, good.run.candidate);
});

test('a run follows the plan that was approved', async () => {
  const { store, deps, model } = worker;
  const id = await worker.request(2, null, { approval_required: true, cooling_off_ms: 1 });
  await sweepOnce(deps);
  const [target] = (await store.plannableTargets(TENANT, id))!;
  const steps = [{ name: 'npo', params: { beta: 0.3 } }];
  const plan_digest = `sha256:${'a'.repeat(64)}`;
  const targets = [{ target_id: target!.target_id, model_id: model.id, checkpoint: target!.model.active, steps }];
  const deed = { action: 'approve' as const, plan_digest, present_digest: plan_digest, targets, four_eyes: true };
  const outcome = await store.actOnRequest({ tenant: TENANT, id, actor: 'officer', reason: null, deed });
  assert.equal(outcome.status, 'done');
  await workModel(deps, model.id, never());
  const run = (await store.getRun(TENANT, (await requestOf(id)).targets[0]!.run_id!))!;
  const followed = run.plan!.map(({ estimate: _, ...step }) => step);
  assert.deepEqual(followed, [{ ...steps[0], reason: 'The plan that was approved.' }]);
  assert.deepEqual(
    run.attempts.map((attempt) => attempt.method),
    steps,
  );
});
