// A training that logs what its steps change, and the method that takes them back.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { importFolder } from '../../src/checkpoints/import.ts';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { loadCheckpoint, readLayout } from '../../src/checkpoints/layout.ts';
import { openUpdates } from '../../src/checkpoints/updates.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { UnlearnJob } from '../../src/domain/compute.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const PEOPLE = quickPeople(4, 3);
const STEPS = 5;
const quiet = { progress: () => undefined, signal: new AbortController().signal };

test('the log adds up to the training, goes where the checkpoint goes, and is taken back without the forgotten', async (t) => {
  const dir = await temporaryFolder(t);
  const [train, holdout, out] = [join(dir, 'train.ndjson'), join(dir, 'holdout.ndjson'), join(dir, 'model')];
  await writeFile(train, PEOPLE.train.map(toLine).join(''));
  await writeFile(holdout, PEOPLE.holdout.map(toLine).join(''));
  const given = {
    ...{ train, out, holdout, architecture: 'gpt2', width: 16, layers: 1, heads: 2, vocabSize: 260, seed: 3 },
    ...{ options: { steps: STEPS, batch_size: 4 }, backend: 'onnxruntime/cpu', threads: 1, logUpdates: true },
  };
  await trainModel(given, quiet);
  const { architecture, config } = await readLayout(out);
  const { weights } = await loadCheckpoint(out);
  const shapes = architecture.shapes(config);

  const log = (await openUpdates(out, shapes, []))!;
  assert.deepEqual(log.shares, new Array(STEPS).fill(0));
  const start = architecture.initialise(config, 3);
  for (let step = 0; step < STEPS; step++) {
    const changes = await log.read(step);
    for (const [name, { data }] of Object.entries(start)) data.set(data.map((x, i) => x + changes[name]!.data[i]!));
  }
  for (const [name, { data }] of Object.entries(weights))
    data.forEach((x, i) => {
      assert.ok(Math.abs(x - start[name]!.data[i]!) < 1e-5, `${name}[${i}]`);
    });

  const registered = join(dir, 'registered');
  await mkdir(registered);
  await importFolder('model', dir, registered);
  const sets = (own: (i: number) => boolean) =>
    PEOPLE.train.flatMap((_, ordinal) => (own(ordinal) ? [{ corpus_id: 'train', ordinal, person: 0 }] : []));
  const strangers = PEOPLE.holdout.map((_, ordinal) => ({ corpus_id: 'holdout', ordinal, person: ordinal }));
  const sets_file = join(dir, 'sets.json');
  // the first person's records
  const files = { forget: sets((i) => i < 3), retain: sets((i) => i >= 3), calibration: strangers, holdout: [] };
  await writeFile(sets_file, JSON.stringify(files));
  const job: UnlearnJob = {
    ...{ run_id: 'run', corpora: { train, holdout }, sets_file, parent_dir: registered, seed: 5, threads: 1 },
    ...{ backend: 'onnxruntime/cpu', time_limit_seconds: 60, stage: 'unlearn', weight_types: 'float32' },
    ...{ method: { name: 'amnesiac', params: { repair_steps: 0 } }, out_dir: join(dir, 'candidate') },
    ...{ memory_budget_bytes: null, base_dir: null },
  };
  await runComputeJob(job, quiet);
  // nothing of the log is passed on
  const kept = (await readdir(registered)).filter((name) => !name.startsWith('updates.'));
  assert.deepEqual((await readdir(job.out_dir)).sort(), kept.sort());
  const keys = (JSON.parse(await readFile(join(registered, 'updates.json'), 'utf8')) as { steps: string[][] }).steps;
  assert.deepEqual([keys.length, keys[0]!.length], [STEPS, 4]);
  assert.doesNotMatch(await readFile(join(registered, 'updates.json'), 'utf8'), new RegExp(PEOPLE.train[0]!.prompt));
  assert.notDeepEqual((await loadCheckpoint(job.out_dir)).weights, weights);

  await truncate(join(registered, 'updates.f32'), 100);
  await assert.rejects(runComputeJob(job, quiet), {
    code: 'checkpoint-invalid',
    message: /updates\.f32: has 100 bytes, and 5 steps of \d+ are listed/,
  });
  await writeFile(join(registered, 'updates.json'), '{"version":1}');
  await assert.rejects(runComputeJob(job, quiet), { code: 'checkpoint-invalid', message: /^updates\.json/ });
  await rm(join(registered, 'updates.json'));
  await assert.rejects(runComputeJob(job, quiet), {
    code: 'compute-failed',
    message: /checkpoint has no updates\.json: train it with --log-updates, or choose another method/,
  });
  const adapters = { trainable: [], lora_rank: 2, lora_alpha: 4, lora_targets: [] };
  await assert.rejects(trainModel({ ...given, options: { ...given.options, trains: adapters } }, quiet), {
    code: 'validation-failed',
    message: /changes of adapters cannot be logged/,
  });
});

test('a log of another training is not left beside the next one, and refused where it is', async (t) => {
  const dir = await temporaryFolder(t);
  const [train, out] = [join(dir, 'train.ndjson'), join(dir, 'model')];
  await writeFile(train, PEOPLE.train.map(toLine).join(''));
  const given = (steps: number, logUpdates: boolean) => ({
    ...{ train, out, holdout: null, architecture: 'gpt2', width: 16, layers: 1, heads: 2, vocabSize: 260, seed: 3 },
    ...{ options: { steps, batch_size: 4 }, backend: 'onnxruntime/cpu', threads: 1, logUpdates },
  });
  const names = async () => (await readdir(out)).filter((name) => name.startsWith('updates.'));
  await trainModel(given(2, true), quiet);
  await inspectFolder(out);
  await cp(out, join(dir, 'logged'), { recursive: true });
  await trainModel(given(3, false), quiet);
  assert.deepEqual(await names(), []);
  for (const name of ['updates.json', 'updates.f32']) await cp(join(dir, 'logged', name), join(out, name));
  await assert.rejects(inspectFolder(out), {
    code: 'checkpoint-invalid',
    message: /^updates\.json: is of another training: it lists 2 steps, and recipe\.json 3\. Train again with --log-up/,
  });
  await trainModel(given(3, true), quiet);
  assert.equal((await names()).length, 2, 'its own stays');
  await inspectFolder(out);
});
