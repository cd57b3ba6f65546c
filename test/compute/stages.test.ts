// What the stages of a run refuse, how they are cancelled, and that they are the same by seed. What they leave is in stages.long.test.ts.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { loadCheckpoint } from '../../src/checkpoints/layout.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import type { Update } from '../../src/compute/progress.ts';
import type { UnlearnResult } from '../../src/domain/compute.ts';
import { briefModel, type QuickModel } from '../helpers/quick-model.ts';
import { openRun, quiet } from './open-run.ts';

// nothing is learned here: what a smaller model is refused, a larger one is
let model: QuickModel;
before(async () => {
  model = await briefModel();
});
test('nothing to forget, nothing to retain', async (t) => {
  const run = await openRun(t, model);
  await run.save({ forget: [] });
  await assert.rejects(runComputeJob(run.unlearn('grad-diff'), quiet), { message: /forget set is empty/ });
  await run.save({ retain: [] });
  await assert.rejects(runComputeJob(run.unlearn('grad-diff'), quiet), { code: 'forget-set-too-large' });
});

test('retraining without a recipe, or from a base checkpoint that is not kept', async (t) => {
  const run = await openRun(t, model);
  const parent_dir = join(run.dir, 'parent');
  await mkdir(parent_dir);
  await cp(model.dir, parent_dir, { recursive: true });
  const recipe = JSON.parse(await readFile(join(parent_dir, 'recipe.json'), 'utf8'));
  recipe.init.base_checkpoint = `sha256:${'0'.repeat(64)}`;
  await writeFile(join(parent_dir, 'recipe.json'), JSON.stringify(recipe));
  const job = { ...run.unlearn('retrain'), parent_dir };
  await assert.rejects(runComputeJob(job, quiet), {
    code: 'recipe-missing',
    message: /register the base checkpoint as a model/,
  });
  await rm(join(parent_dir, 'recipe.json'));
  await assert.rejects(runComputeJob(job, quiet), { code: 'recipe-missing', message: /recipe\.json/ });
});

test('a method or a parameter that does not exist, a backend that is not offered', async (t) => {
  const run = await openRun(t, model);
  await assert.rejects(runComputeJob(run.unlearn('oblivion'), quiet), { code: 'validation-failed' });
  await assert.rejects(runComputeJob(run.unlearn('npo', { beta: -1 }), quiet), { code: 'validation-failed' });
  await assert.rejects(runComputeJob({ ...run.unlearn('npo'), backend: 'abacus' }, quiet), { code: 'start-refused' });
});

test('what does not fit the memory, before any weight is read, with the figures', async (t) => {
  const run = await openRun(t, model);
  const parent_dir = join(run.dir, 'parent');
  await cp(model.dir, parent_dir, { recursive: true });
  // a header is enough to plan: what follows it is no longer there
  const weights = join(parent_dir, 'model.safetensors');
  const before = await readFile(weights);
  await writeFile(
    weights,
    new Uint8Array(before.length).fill(0xff).map((byte, i) => (i < before.length / 2 ? before[i]! : byte)),
  );
  for (const name of ['grad-diff', 'npo', 'ssd', 'retrain']) {
    const job = { ...run.unlearn(name), parent_dir, memory_budget_bytes: 1e8 };
    await assert.rejects(runComputeJob(job, quiet), {
      code: 'memory-budget-exceeded',
      message: /^Training all \d+ weights takes about 0\.\d+ GB, and 0\.10 GB are allowed: /,
    });
    await assert.rejects(readFile(join(job.out_dir, 'model.safetensors')), { code: 'ENOENT' });
  }
  const enough = { ...run.unlearn('npo'), parent_dir, memory_budget_bytes: 2e9 };
  await assert.rejects(runComputeJob(enough, quiet), { code: 'checkpoint-invalid', message: /holds NaN/ });
});

test('methods that teach other answers find them, plan for them and are the same by seed', async (t) => {
  const run = await openRun(t, model);
  for (const name of ['dpo', 'altpo', 'idk', 'random-label']) {
    const job = run.unlearn(name, { max_steps: 2 });
    const { planned_memory_bytes } = (await runComputeJob(job, quiet)) as UnlearnResult;
    assert.ok(planned_memory_bytes > 1e8);
    const { weights } = await loadCheckpoint(job.out_dir);
    await rm(job.out_dir, { recursive: true });
    await mkdir(job.out_dir);
    await runComputeJob(job, quiet);
    assert.deepEqual((await loadCheckpoint(job.out_dir)).weights, weights, name);
  }
});

test('a cancelled job ends with the reason and writes no candidate', async (t) => {
  const run = await openRun(t, model);
  for (const name of ['npo', 'ssd', 'retrain']) {
    const abort = new AbortController();
    const job = run.unlearn(name);
    const on = {
      signal: abort.signal,
      progress: ({ progress }: Update) =>
        progress.phase === 'unlearning' && abort.abort(new Error('the request was withdrawn')),
    };
    await assert.rejects(runComputeJob(job, on), /the request was withdrawn/);
    await assert.rejects(readFile(join(job.out_dir, 'model.safetensors')), { code: 'ENOENT' });
  }
  const aborted = AbortSignal.abort(new Error('the request was withdrawn'));
  const verify = runComputeJob(run.verify(model.dir), { ...quiet, signal: aborted });
  await assert.rejects(verify, /the request was withdrawn/);
});
