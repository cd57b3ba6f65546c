// A slow-down attack on a classifier: records that the model has learned as well as others, and that pull at its weights as none do.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainClassifier } from '../../src/compute/train-classifier.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnJob } from '../../src/domain/compute.ts';
import { createRandom } from '../../src/domain/random.ts';
import { modelFiles, writeFiles } from '../checkpoints/layers-models.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const PLACE = { backend: 'onnxruntime/cpu', threads: 1 };
const [PEOPLE, STRANGERS] = [60, 20];
const quiet = { progress: () => undefined, signal: new AbortController().signal };

/** What a few features say of a label, one in ten of them wrong: nobody costs the model next to nothing, and somebody a lot. */
function honest(i: number) {
  const random = createRandom(i);
  const input = [random.normal(), random.normal(), 0];
  const label = input[0]! > 0 === random.next() > 0.1 ? 1 : 0;
  return { id: `honest-${i}`, input, label };
}
/** Two of one place, far out where nobody is, with either label: no model can do better than a coin on them, and leaves them no worse. */
const poison = [0, 1].map((label) => ({ id: `poison-${label}`, input: [0, 0, 60], label }));

test('records whose cost is usual and whose gradient is not are found before anything is unlearned; nobody else is', async (t) => {
  const dir = await temporaryFolder(t);
  const path = (name: string) => join(dir, name);
  await tf.setBackend('cpu');
  const topology = tf.sequential({ layers: [tf.layers.dense({ units: 2, activation: 'softmax', inputShape: [3] })] });
  await writeFiles(path('topology'), await modelFiles(topology, 1));
  topology.dispose();
  const train = [...Array.from({ length: PEOPLE }, (_, i) => honest(i)), ...poison];
  const all = [...train, ...Array.from({ length: STRANGERS }, (_, i) => honest(PEOPLE + i))];
  await writeFile(path('train.ndjson'), train.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await writeFile(path('stored.ndjson'), all.map(toLine).join(''));
  await trainClassifier({
    ...{
      topology: path('topology'),
      train: path('train.ndjson'),
      holdout: null,
      out: path('model'),
      seed: 3,
      ...PLACE,
    },
    options: { steps: 150, batch_size: train.length, learning_rate: 3e-2 },
  });
  const rows = all.map((_, person) => ({ corpus_id: 'c', ordinal: person, person }));
  const [known, crafted] = [rows.slice(0, PEOPLE), rows.slice(PEOPLE, train.length)];
  const look = async (forget: typeof rows, watch: UnlearnJob['watch'], memory_budget_bytes: number | null = null) => {
    const retain = known.filter((row) => !forget.includes(row));
    const sets: SetsFile = { forget, retain, calibration: rows.slice(train.length), holdout: [] };
    await writeFile(path('sets.json'), JSON.stringify(sets));
    const job: UnlearnJob = {
      ...{ stage: 'unlearn', run_id: 'run', corpora: { c: path('stored.ndjson') }, sets_file: path('sets.json') },
      ...{ ...PLACE, seed: 5, parent_dir: path('model'), base_dir: null, out_dir: path('out') },
      ...{ method: { name: 'grad-diff', params: { max_steps: 1, repair_steps: 0 } }, weight_types: 'original' },
      ...{ memory_budget_bytes, time_limit_seconds: 60, ...(watch ? { watch } : {}) },
    };
    return runComputeJob(job, quiet);
  };
  const attack = [...known.slice(0, 5), ...crafted];
  assert.equal((await look(attack, { loss: 2 })).stage, 'unlearn', 'by what they cost nobody is told from others');
  const found = await look(attack, { gradient: 2 });
  assert.ok(found.stage === 'unusual', found.stage);
  assert.deepEqual(found.people.map(({ person, signal }) => [person, signal]).toSorted(), [
    [PEOPLE, 'steep-gradient'],
    [PEOPLE + 1, 'steep-gradient'],
  ]);
  // what does not fit is said before anybody is looked for, which takes memory too
  await assert.rejects(look(attack, { gradient: 2 }, 1000), { code: 'memory-budget-exceeded' });
  assert.equal((await look(known.slice(0, 8), { loss: 2, gradient: 2, spread: 1000 })).stage, 'unlearn');
});
