// Retraining a model that was trained from a base: the same bits as a training that never had the records.
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnJob } from '../../src/domain/compute.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';
import { TRAIN_ALL, type TrainableOptions } from '../../src/domain/trainable.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const RECORDS = quickPeople(4, 0).train;
/** The last of four people, with three records each. */
const FORGOTTEN = 3;
const KEPT = RECORDS.length - 3;
const FRESH = { architecture: 'gpt2', width: 16, layers: 1, heads: 2, vocabSize: 260, seed: 3 };
const PLACE = { backend: 'onnxruntime/cpu', threads: 1 };
const quiet = { progress: () => undefined, signal: new AbortController().signal };

/** A base, a model trained from it on everybody, and the job that trains it again without the last person. */
async function setUp(t: TestContext, trains?: TrainableOptions) {
  const dir = await temporaryFolder(t);
  const path = (name: string) => join(dir, name);
  const write = (name: string, records: UploadedAnswer[]) =>
    writeFile(path(name), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await write('all.ndjson', RECORDS);
  await write('kept.ndjson', RECORDS.slice(0, KEPT));
  const train = (file: string, out: string, options: object, base: string | null = null) =>
    trainModel({ ...FRESH, ...PLACE, train: path(file), holdout: null, out: path(out), base, options }, quiet);
  await train('all.ndjson', 'base', { steps: 4, batch_size: 4 });
  const options = { steps: 5, batch_size: 4, learning_rate: 1e-2, ...(trains ? { trains } : {}) };
  await train('all.ndjson', 'model', options, path('base'));
  const stored = path('stored.ndjson');
  await writeFile(stored, RECORDS.map(toLine).join(''));
  const rows = RECORDS.map((_, ordinal) => ({ corpus_id: 'c', ordinal, person: ordinal < KEPT ? -1 : FORGOTTEN }));
  const sets: SetsFile = { forget: rows.slice(KEPT), retain: rows.slice(0, KEPT), calibration: [], holdout: [] };
  await writeFile(path('sets.json'), JSON.stringify(sets));
  const job: UnlearnJob = {
    ...{ stage: 'unlearn', run_id: 'run', corpora: { c: stored }, sets_file: path('sets.json'), seed: 5, ...PLACE },
    ...{ parent_dir: path('model'), base_dir: path('base'), out_dir: path('out'), time_limit_seconds: 60 },
    ...{ method: { name: 'retrain', params: {} }, weight_types: 'original', memory_budget_bytes: null },
  };
  const weights = (name: string) => readFile(join(path(name), 'model.safetensors'));
  return { path, job, weights, without: () => train('kept.ndjson', 'without', options, path('base')) };
}

const WAYS: [string, TrainableOptions | undefined][] = [
  ['all weights', undefined],
  ['weights picked by name', { ...TRAIN_ALL, trainable: ['*.mlp.*'] }],
  ['adapters', { ...TRAIN_ALL, lora_rank: 2, lora_alpha: 8, lora_targets: ['c_attn'] }],
];

describe('from a base', () => {
  for (const [name, trains] of WAYS)
    test(`${name}: the same bits as a training without the records`, async (t) => {
      const { job, weights, without, path } = await setUp(t, trains);
      await without();
      await runComputeJob(job, quiet);
      assert.ok((await weights('out')).equals(await weights('without')));
      assert.ok(!(await weights('out')).equals(await weights('model')));
      assert.ok(!(await weights('out')).equals(await weights('base')));
      const recipe = await readFile(path('model/recipe.json'));
      assert.ok((await readFile(path('out/recipe.json'))).equals(recipe));
    });

  test('another start gives another model, whose own recipe gives it again', async (t) => {
    const { job, weights, path } = await setUp(t, {
      ...TRAIN_ALL,
      lora_rank: 2,
      lora_alpha: 8,
      lora_targets: ['c_attn'],
    });
    await runComputeJob(job, quiet);
    const other = await runComputeJob({ ...job, start: 1, out_dir: path('other-start') }, quiet);
    assert.ok(other.stage === 'unlearn' && other.start === 1);
    assert.ok(!(await weights('other-start')).equals(await weights('out')));
    await runComputeJob({ ...job, parent_dir: path('other-start'), out_dir: path('again') }, quiet);
    assert.ok((await weights('again')).equals(await weights('other-start')));
    const recipes = await Promise.all(
      ['model', 'other-start', 'again'].map(async (name) =>
        JSON.parse(await readFile(path(`${name}/recipe.json`), 'utf8')),
      ),
    );
    const { init, order_seed, ...rest } = recipes[0];
    assert.deepEqual({ ...recipes[1], init, order_seed }, { ...rest, init, order_seed }, 'only the seeds are others');
    assert.notEqual(recipes[1].order_seed, order_seed);
    assert.deepEqual(recipes[2], recipes[1]);
  });

  test('a base that is not here, or that is another one, is refused before anything trains', async (t) => {
    const { job, path } = await setUp(t);
    const { init } = JSON.parse(await readFile(path('model/recipe.json'), 'utf8'));
    await assert.rejects(runComputeJob({ ...job, base_dir: null }, quiet), {
      code: 'recipe-missing',
      message: `The recipe starts from the base checkpoint ${init.base_checkpoint}, which is not kept here: register the base checkpoint as a model, or choose another method.`,
    });
    await cp(path('base'), path('other'), { recursive: true });
    await writeFile(path('other/README.md'), 'another one');
    await assert.rejects(runComputeJob({ ...job, base_dir: path('other') }, quiet), {
      code: 'checkpoint-invalid',
      message: /^The base is not the sha256:[0-9a-f]{64} of the recipe\. Register the base/,
    });
  });
});
