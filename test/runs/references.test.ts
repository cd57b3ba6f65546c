// What a run does about the retrained models that its policy asks for. The compute process is scripted.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { VerifyJob } from '../../src/domain/compute.ts';
import { PRESETS } from '../../src/domain/policies.ts';
import { ExpungeError } from '../../src/errors.ts';
import { executeRun } from '../../src/runs/execute.ts';
import type { Claim } from '../../src/runs/ports.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { RECIPE } from '../checkpoints/tiny.ts';
import { createTestWorker, type Script, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
beforeEach(async () => {
  worker = await createTestWorker();
});
afterEach(() => worker.close());

const never = () => new AbortController().signal;

/** A checkpoint of the store that holds a recipe, and a log of its training. */
async function adopted(recipe: object): Promise<string> {
  const folder = await worker.deps.checkpoints.workFolder('test');
  await writeFile(join(folder, 'recipe.json'), JSON.stringify(recipe));
  await writeFile(join(folder, 'updates.json'), '{}');
  return (await worker.deps.checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null })).digest;
}

/** Works a claimed run from a parent with this recipe; returns its jobs by stage and what the verifications were told. */
async function work(script: Script, retrained: number, recipe: object | null = RECIPE, method = 'npo', shadow = 0) {
  const policy = { ...PRESETS.exploratory.policy, references: { retrained, shadow } };
  await worker.store.choosePolicy(TENANT, worker.model.id, policy, 'test');
  const outcome = await worker.store.claim(worker.model.id, 'worker-a', { lease_ms: 15_000, max_restarts: 2 });
  assert.ok(outcome.status === 'claimed');
  const parent = recipe === null ? outcome.claim.run.parent : await adopted(recipe);
  const { model, run, ...rest } = outcome.claim;
  const compute = scripted(script);
  const claim: Claim = { ...rest, run: { ...run, parent }, model: { ...model, has_recipe: recipe !== null } };
  const end = await executeRun({ ...worker.deps, compute }, claim, never());
  assert.ok(compute.jobs.every((job) => job.stage !== 'unlearn' || job.method.name === method));
  const verified = compute.jobs.filter((job): job is VerifyJob => job.stage === 'verify');
  return { end, stages: compute.jobs.map(({ stage }) => stage), verified, jobs: compute.jobs, runId: run.id };
}
const request = (person: number, name = 'npo') => worker.request(person, { name, params: {} });
const refused = { verdict: () => 'failed' as const };

test('are trained before the first verification, kept, and taken again by the next run that forgets the same', async () => {
  await request(0);
  const { stages, verified, jobs, end, runId } = await work(refused, 2);
  assert.equal(end.status, 'needs_review');
  assert.deepEqual(stages, ['unlearn', 'reference', 'reference', 'verify']);
  assert.deepEqual(verified[0]!.references, { asked: 2, compared: 2, note: null });
  const [attempt] = (await worker.store.getRun(TENANT, runId))!.attempts;
  assert.ok(attempt!.seconds.references! > 0);
  const [first, second] = verified[0]!.reference_dirs!;
  assert.notEqual(first, second);
  const limits = jobs.flatMap((job) => (job.stage === 'reference' ? [job.time_limit_seconds] : []));
  assert.ok(limits[0]! <= 20 && limits[1]! <= 30, 'each leaves as much to the others and to verification');

  await sweepOnce(worker.deps);
  await request(0);
  const again = await work(refused, 2);
  assert.deepEqual(again.stages, ['unlearn', 'verify']);
  assert.deepEqual(again.verified[0]!.reference_dirs, [first, second]);

  await request(1);
  const other = await work(refused, 1);
  assert.deepEqual(other.stages, ['unlearn', 'reference', 'verify'], 'others are retained');
  await worker.deps.checkpoints.remove(`sha256:${first!.split('sha256-')[1]}`);
  await request(0);
  assert.deepEqual((await work(refused, 1)).stages, ['unlearn', 'reference', 'verify'], 'its files were taken away');
});

test('none is asked for, or the candidate is itself retrained: nothing is trained, and the report says which', async () => {
  await request(0);
  const none = await work(refused, 0);
  assert.deepEqual([none.stages, none.verified[0]!.references], [['unlearn', 'verify'], undefined]);
  await request(0, 'retrain');
  const exact = await work(refused, 1, RECIPE, 'retrain');
  assert.deepEqual(exact.stages, ['unlearn', 'verify']);
  assert.match(exact.verified[0]!.references!.note!, /^the candidate was itself trained without the forgotten/);
});

test('that cannot be trained leave the run to go on, with the reason; a run that is told to stop stops', async () => {
  const missing = `sha256:${'9'.repeat(64)}`;
  for (const [recipe, reason] of [
    [null, /^none could be trained: recipe-missing \(.*no recipe\.json/],
    [
      { ...RECIPE, init: { seed: 1, base_checkpoint: missing } },
      /^none could be trained: recipe-missing \(.*not kept here/,
    ],
  ] as const) {
    await request(0);
    const { stages, verified } = await work(refused, 2, recipe);
    assert.deepEqual(stages, ['unlearn', 'verify']);
    assert.match(verified[0]!.references!.note!, reason);
  }
  await request(0);
  const reference = async (job: { index: number }) => {
    if (job.index === 1) throw new ExpungeError('compute-timeout', 'No result within 20 s');
  };
  const { stages, verified } = await work({ ...refused, reference }, 3);
  assert.deepEqual(stages, ['unlearn', 'reference', 'reference', 'verify']);
  assert.equal(verified[0]!.reference_dirs!.length, 1);
  assert.deepEqual(verified[0]!.references, {
    ...{ asked: 3, compared: 1 },
    note: '1 of 3 could be trained: compute-timeout (No result within 20 s)',
  });
  await request(1);
  const stopped = await work(
    {
      reference: async () => {
        throw new ExpungeError('cancelled', 'The compute process was told to stop');
      },
    },
    1,
  );
  assert.equal(stopped.end.status, 'released');
  assert.equal(stopped.verified.length, 0);
});

test('are deleted by the sweep once somebody whom they saw is erased', async () => {
  await request(0);
  const { verified } = await work(refused, 1);
  const [dir] = verified[0]!.reference_dirs!;
  const digest = `sha256:${dir!.split('sha256-')[1]}`;
  await sweepOnce(worker.deps);
  assert.notEqual(await worker.deps.checkpoints.contents(digest), null);
  await request(1);
  const published = await work({}, 0, null);
  assert.equal(published.end.status, 'published');
  await sweepOnce(worker.deps);
  assert.equal(await worker.deps.checkpoints.contents(digest), null);
});

test('shadow models are made for the candidate’s own method; those that were made before one broke are used', async () => {
  await request(0);
  const shadow = async (job: { index: number }) => {
    if (job.index === 2) throw new ExpungeError('compute-failed', 'The loss is NaN at step 3');
  };
  const { stages, verified, jobs } = await work({ ...refused, shadow }, 0, RECIPE, 'npo', 4);
  assert.deepEqual(stages, ['unlearn', 'shadow', 'shadow', 'shadow', 'verify']);
  assert.deepEqual(verified[0]!.references, {
    ...{ asked: 0, compared: 0, note: null },
    shadow: { asked: 4, compared: 2, note: '2 of 4 could be made: compute-failed (The loss is NaN at step 3)' },
  });
  assert.equal(verified[0]!.shadow_files!.length, 2);
  const made = jobs.flatMap((job) => (job.stage === 'shadow' ? [job] : []));
  assert.deepEqual([...new Set(made.map(({ method, seed }) => `${method.name} ${seed}`))].length, 1);
});

test('none is made for a method that goes by a log of the training, which shadow models have not; the report says so', async () => {
  await request(0, 'amnesiac');
  const { stages, verified } = await work(refused, 0, RECIPE, 'amnesiac', 4);
  assert.deepEqual(stages, ['unlearn', 'verify']);
  const { shadow } = verified[0]!.references!;
  assert.deepEqual([shadow!.asked, shadow!.compared], [4, 0]);
  assert.match(shadow!.note!, /^none could be made: .*log of a training/);
});
