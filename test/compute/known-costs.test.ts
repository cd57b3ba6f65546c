import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnJob } from '../../src/domain/compute.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const PLACE = { backend: 'onnxruntime/cpu', threads: 1 };
const quiet = { progress: () => undefined, signal: new AbortController().signal };
const KNOWN = 8;

test('records that were slipped into the corpus after training are found before anything is unlearned; people whom the model knows are not', async (t) => {
  const dir = await temporaryFolder(t);
  const path = (name: string) => join(dir, name);
  const { train, holdout } = quickPeople(KNOWN, 6);
  const lines = (records: object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(path('train.ndjson'), lines(train));
  const shape = { architecture: 'gpt2', width: 32, layers: 1, heads: 2, vocabSize: 300, seed: 3 };
  const options = { steps: 300, batch_size: 24, learning_rate: 1e-2, warmup_steps: 10 };
  await trainModel(
    { ...shape, ...PLACE, train: path('train.ndjson'), holdout: null, out: path('model'), options },
    quiet,
  );
  // of strangers half calibrate, and the last two stand in the corpus as if the model had been trained on them
  const [strangers, poison] = [holdout.slice(0, 12), holdout.slice(12)];
  const all = [...train, ...poison, ...strangers];
  await writeFile(path('stored.ndjson'), all.map(toLine).join(''));
  const rows = all.map((_, ordinal) => ({ corpus_id: 'c', ordinal, person: Math.floor(ordinal / 3) }));
  const poisoned = rows.slice(train.length, train.length + poison.length);
  const job = async (forget: typeof rows, loss?: number): Promise<UnlearnJob> => {
    const retain = rows.slice(0, train.length).filter((row) => !forget.includes(row));
    const sets: SetsFile = { forget, retain, calibration: rows.slice(train.length + poison.length), holdout: [] };
    await writeFile(path('sets.json'), JSON.stringify(sets));
    return {
      ...{
        stage: 'unlearn',
        run_id: 'run',
        corpora: { c: path('stored.ndjson') },
        sets_file: path('sets.json'),
        seed: 5,
      },
      ...{ ...PLACE, parent_dir: path('model'), base_dir: null, out_dir: path('out'), time_limit_seconds: 120 },
      ...{ method: { name: 'grad-diff', params: { max_steps: 1, repair_steps: 0 } }, weight_types: 'original' },
      ...{ memory_budget_bytes: null, ...(loss === undefined ? {} : { watch: { loss } }) },
    };
  };
  const found = await runComputeJob(await job([...rows.slice(0, 3), ...poisoned], 2), quiet);
  assert.ok(found.stage === 'unusual', JSON.stringify(found).slice(0, 300));
  assert.deepEqual(found.people.map(({ person }) => person).toSorted(), [KNOWN, KNOWN + 1]);
  assert.ok(found.people.every(({ value, limit }) => value > limit));
  const usual = await runComputeJob(await job(rows.slice(0, 6), 2), quiet);
  assert.equal(usual.stage, 'unlearn');
});
