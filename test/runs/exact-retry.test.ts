import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SISA } from '../../src/checkpoints/sisa-names.ts';
import type { ComputeJob } from '../../src/domain/compute.ts';
import type { Recipe } from '../../src/domain/recipe.ts';
import type { MethodChoice, Model } from '../../src/domain/resources.ts';
import { ExpungeError } from '../../src/errors.ts';
import { methods } from '../../src/methods/index.ts';
import type { NewCheckpoint } from '../../src/runs/ports.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { RECIPE } from '../checkpoints/tiny.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
let model: Model;
let checkpoint: NewCheckpoint;
async function adopted(name: string, recipe: Recipe): Promise<NewCheckpoint> {
  const { checkpoints } = worker.deps;
  const folder = await checkpoints.workFolder(name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'model.safetensors'), 'parent');
  await writeFile(join(folder, 'recipe.json'), JSON.stringify(recipe));
  if (recipe.sisa) await writeFile(join(folder, SISA), JSON.stringify({ version: 1, shards: [] }));
  return checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null });
}
/** A model of a checkpoint, which has forgotten nobody. */
async function registered(name: string, of = checkpoint): Promise<Model> {
  const { corpora } = worker.model;
  const about = { name, architecture: 'gpt2', parameters: 7, corpora, has_recipe: true, warnings: [] };
  const made = await worker.store.createModel(TENANT, { ...about, checkpoint: of }, 'test');
  assert.ok(made.status === 'created', made.status);
  return made.model;
}
before(async () => {
  worker = await createTestWorker();
  checkpoint = await adopted('with-recipe', RECIPE);
  model = await registered('with-recipe');
});
after(() => worker.close());

const retrain = { name: 'retrain', params: {} };
const ask = (index: number, method: MethodChoice, of = model) => worker.request(index, method, { model_ids: [of.id] });
const target = async (id: string) => (await worker.store.getRequest(TENANT, id))!.targets[0]!;
const runOf = async (id: string) => (await worker.store.getRun(TENANT, (await target(id)).run_id!))!;
const retry = (id: string) =>
  worker.store.actOnRequest({
    ...{ tenant: TENANT, id, actor: 'ann', reason: 'another start' },
    deed: { action: 'retry' },
  });
/** Works all that waits; returns the starts of the candidates that were made. */
async function work(verdict: 'passed' | 'failed') {
  const compute = scripted({ verdict: () => verdict });
  await workModel({ ...worker.deps, compute }, model.id, new AbortController().signal);
  const made = compute.jobs.filter((job): job is Extract<ComputeJob, { stage: 'unlearn' }> => job.stage === 'unlearn');
  return made.map(({ start }) => start ?? 0);
}

test('an exact candidate that failed waits for somebody, and each retry takes another start, which the attempt says', async () => {
  const id = await ask(0, retrain);
  assert.deepEqual(await work('failed'), [0], 'one try, and no more of the same by itself');
  const first = await runOf(id);
  assert.deepEqual([first.state, (await target(id)).state, first.attempts.length], ['needs_review', 'needs_review', 1]);
  assert.match(first.reason!, /trained without these records.*A retry would train from other seeds \(start 1\)/);
  assert.equal((await worker.store.getModel(TENANT, model.id))!.active, model.active);

  await retry(id);
  assert.deepEqual(await work('failed'), [1]);
  assert.match((await runOf(id)).reason!, /\(start 2\)/);
  await retry(id);
  assert.deepEqual(await work('passed'), [2]);
  const last = await runOf(id);
  assert.deepEqual([last.state, last.attempts[0]!.start], ['published', 2]);
});

test('methods of steps draw anew by themselves; whoever was in no such run begins where the recipe does', async () => {
  const id = await ask(1, { name: 'npo', params: {} });
  assert.deepEqual(await work('failed'), [0]);
  assert.ok(!(await runOf(id)).reason!.includes('other seeds'));
  await retry(id);
  assert.deepEqual(await work('passed'), [0]);
  await ask(2, retrain);
  assert.deepEqual(await work('passed'), [0]);
});

test('a request that takes exact removal alone gets exact methods and no other: in its plan, where they fail, and when it is tried again', async () => {
  const guarantees = (names: string[]) => [...new Set(names.map((name) => methods[name]!.guarantee))];
  const fresh = await registered('fresh');
  const [exact, another] = [
    await ask(0, { name: 'exact', params: {} }, fresh),
    await ask(1, { name: 'npo', params: {} }, fresh),
  ];
  let broken = true;
  const compute = scripted({
    verdict: () => 'failed',
    async unlearn({ method }) {
      if (broken && methods[method.name]!.guarantee === 'exact')
        throw new ExpungeError('compute-failed', 'The loss is NaN at step 3');
    },
  });
  const all = () => workModel({ ...worker.deps, compute }, fresh.id, new AbortController().signal);
  await all();
  const failed = await runOf(exact);
  assert.deepEqual([failed.state, failed.attempts.length], ['failed', 0]);
  assert.match(failed.reason!, /NaN at step 3/);
  assert.deepEqual(guarantees(failed.plan.map(({ name }) => name)), ['exact']);
  assert.notEqual((await target(another)).run_id, (await target(exact)).run_id, 'nobody who takes less is in its run');

  broken = false;
  for (const start of [0, 1]) {
    assert.equal((await retry(exact)).status, 'done');
    await all();
    const run = await runOf(exact);
    assert.equal(run.state, 'needs_review');
    assert.deepEqual(guarantees(run.attempts.map(({ method }) => method.name)), ['exact']);
    assert.equal(run.attempts[0]!.start ?? 0, start);
  }
  assert.equal((await worker.store.getRequest(TENANT, exact))!.method?.name, 'exact', 'it still says what it takes');
});

test('a model in shards has one exact candidate: it is measured once, and nobody is told that a retry would make another', async () => {
  const shard = (seed: number) => ({ init_seed: seed, slices: [{ order_seed: seed, steps: 5 }] });
  const sisa = { shards: [shard(1), shard(2)] };
  const sharded = await registered('sharded', await adopted('sharded', { ...RECIPE, sisa }));
  let broken: string | undefined;
  const compute = scripted({
    verdict: () => 'failed',
    async unlearn({ method }) {
      if (method.name === broken) throw new ExpungeError('compute-failed', 'A slice cannot be read');
    },
  });
  const all = () => workModel({ ...worker.deps, compute }, sharded.id, new AbortController().signal);
  const exact = { name: 'exact', params: {} };
  const id = await ask(0, exact, sharded);
  await all();
  const run = await runOf(id);
  assert.deepEqual(run.plan.map(({ name }) => name).sort(), ['retrain', 'sisa'], run.reason ?? '');
  assert.deepEqual([run.state, run.attempts.length], ['needs_review', 1]);
  assert.match(run.reason!, /not tried, since it makes the same .* a retry would make the same again/);
  assert.doesNotMatch(run.reason!, /other seeds \(start/);

  // where the first could not run the other is tried
  const [first, other] = run.plan.map(({ name }) => name);
  broken = first;
  await retry(id);
  await all();
  const again = await runOf(id);
  assert.equal(again.attempts.at(-1)!.verdict, 'failed');
  assert.equal(again.attempts.at(-1)!.method.name, other);
});
