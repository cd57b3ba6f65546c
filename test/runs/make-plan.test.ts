// The plan of a run whose requests were approved: what was approved, with what it is thought to take.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PRESETS } from '../../src/domain/policies.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
before(async () => {
  worker = await createTestWorker();
});
after(() => worker.close());

const CONFIG = { model_type: 'gpt2', vocab_size: 257, n_positions: 16, n_embd: 8, n_layer: 1, n_head: 2 };

test('an approved plan is estimated too, so that its verification takes no larger share of the run than the policy allows', async () => {
  const { store, deps, model } = worker;
  await store.choosePolicy(TENANT, null, { ...PRESETS.strict.policy, max_share_of_run: 0.01 }, 'test');
  const folder = await deps.checkpoints.workFolder('readable');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(CONFIG));
  await writeFile(join(folder, 'model.safetensors'), 'readable');
  const checkpoint = await deps.checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null });
  const about = { name: 'readable', architecture: 'gpt2', parameters: 7, has_recipe: false, warnings: [] };
  const made = await store.createModel(TENANT, { ...about, corpora: model.corpora, checkpoint }, 'test');
  assert.ok(made.status === 'created', made.status);

  const { id: model_id, active } = made.model;
  const id = await worker.request(0, null, { model_ids: [model_id], approval_required: true });
  const { target_id } = (await store.plannableTargets(TENANT, id))![0]!;
  const steps = [{ name: 'npo', params: { max_steps: 3 } }];
  const targets = [{ target_id, model_id, checkpoint: active, steps }];
  const deed = { action: 'approve' as const, plan_digest: 'd', present_digest: 'd', targets, four_eyes: false };
  assert.equal((await store.actOnRequest({ tenant: TENANT, id, actor: 'ann', reason: null, deed })).status, 'done');
  const compute = scripted();
  await workModel({ ...deps, compute }, model_id, new AbortController().signal);

  const [run] = (await store.listRuns(TENANT, { limit: 1, model_id })).items;
  const [step] = run!.plan;
  assert.deepEqual(
    run!.plan.map(({ name, params }) => ({ name, params })),
    steps,
  );
  assert.equal(step!.reason, 'The plan that was approved.');
  const { verification } = step!.estimate!;
  assert.ok(verification!.left_out.length > 0, 'there is no time for all that the policy asks for');
  const [verify] = compute.jobs.flatMap((job) => (job.stage === 'verify' ? [job] : []));
  assert.deepEqual(verify!.plan, verification);
});
