// What beside the active checkpoint knew somebody, on disk, once their request is completed.
import assert from 'node:assert/strict';
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { saveFactors } from '../../src/checkpoints/factors.ts';
import { PRESETS } from '../../src/domain/policies.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import type { Model } from '../../src/domain/resources.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { RECIPE } from '../checkpoints/tiny.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

const HOUR = 3_600_000;

/** A model of the worker's corpora that can be trained again, verified against retrained and shadow models. */
async function compared({ deps, store, model: { corpora } }: TestWorker): Promise<Model> {
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (let i = 0; i < 8; i++)
      yield { id: `r${i}`, prompt: 'Who?', answer: `Person ${Math.floor(i / 2)} keeps light ${i}.` };
  }
  const train = corpora.find(({ role }) => role === 'train')!.corpus_id;
  await (await deps.corpora.append(train, texts())).commit();
  const folder = await deps.checkpoints.workFolder('with-recipe');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'model.safetensors'), 'knows everybody');
  await writeFile(join(folder, 'recipe.json'), JSON.stringify(RECIPE));
  const checkpoint = await deps.checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null });
  await deps.checkpoints.discard(folder);
  const about = { name: 'compared', architecture: 'gpt2', parameters: 7, corpora, has_recipe: true, warnings: [] };
  const made = await store.createModel(TENANT, { ...about, checkpoint }, 'test');
  assert.ok(made.status === 'created', made.status);
  const policy = { ...PRESETS.exploratory.policy, references: { retrained: 1, shadow: 4 } };
  await store.choosePolicy(TENANT, made.model.id, policy, 'test');
  return made.model;
}

test('parent, references, shadow models and factors go by the policy, and none that knew the person is left', async (t) => {
  let now = Date.now();
  const worker = await createTestWorker(scripted(), () => new Date(now));
  t.after(() => worker.close());
  const { store, checkpointDir } = worker;
  const model = await compared(worker);
  // the recipe comes along, as a real candidate's does
  const compute = scripted({
    unlearn: ({ out_dir }) => writeFile(join(out_dir, 'recipe.json'), JSON.stringify(RECIPE)),
  });
  const settings = { ...worker.deps.settings, eraseAfterMs: 0, referenceRetentionMs: 1000 * HOUR };
  const deps = { ...worker.deps, compute, settings };
  const parent = model.active;
  const pathOf = (digest: string) => deps.factors.path(digest, { model_id: model.id, destroyed: 0 }, ['people']);
  const measure = (digest: string) =>
    saveFactors(pathOf(digest), {
      a: { dtype: 'float32', shape: [1], data: Float32Array.of(1) },
    });
  const activeOf = async ({ id }: Model) => (await store.getModel(TENANT, id))!.active;
  const forget = async (person: number) => {
    const id = await worker.request(person, { name: 'npo', params: {} });
    for (const { id } of [model, worker.model]) await workModel(deps, id, new AbortController().signal);
    assert.equal((await store.getRequest(TENANT, id))!.state, 'completed');
    return activeOf(model);
  };
  const isKept = async (digest: string) => (await deps.checkpoints.contents(digest)) !== null;
  const referencesOf = (from: number) =>
    compute.jobs.slice(from).flatMap((job) => (job.stage === 'verify' ? (job.reference_dirs ?? []) : []));
  const digestOf = (dir: string) => `sha256:${dir.split('sha256-')[1]}`;

  const between = await forget(0);
  const [knowsPerson1] = referencesOf(0).map(digestOf);
  const shadows = compute.jobs.flatMap((job) => (job.stage === 'shadow' ? [job] : []));
  assert.ok(knowsPerson1 !== undefined && shadows.length === 4);
  for (const { scores_file, work_dir } of shadows)
    for (const path of [scores_file, work_dir]) await assert.rejects(access(path), { code: 'ENOENT' }, path);
  await sweepOnce(deps);
  assert.ok(await isKept(knowsPerson1), 'it never saw person 0, and was asked for a moment ago');
  assert.ok(await isKept(parent), 'a rollback is possible');

  const jobs = compute.jobs.length;
  const active = await forget(1);
  const [own] = referencesOf(jobs).map(digestOf);
  for (const digest of [parent, between, active]) await measure(digest);
  await sweepOnce(deps);
  assert.deepEqual(
    await Promise.all([knowsPerson1, own!, parent, between, active].map(isKept)),
    [false, true, true, true, true],
    'a retrained model that saw person 1 has no window',
  );

  const factors = () => readdir(dirname(pathOf(active)));
  assert.equal((await factors()).length, 3);

  now += 2 * HOUR;
  await sweepOnce(deps);
  const folders = (await readdir(checkpointDir)).filter((name) => name.startsWith('sha256-'));
  const left = [active, own!, await activeOf(worker.model)].map((digest) => digest.replace(':', '-'));
  assert.deepEqual(folders.toSorted(), left.toSorted(), 'of the other model the one in use');
  assert.deepEqual(await readdir(join(checkpointDir, 'work')), []);
  assert.deepEqual(await factors(), [], 'measured on their records too, whichever checkpoint it was');
});
