// A slow-down attack on a model in shards: somebody of the first slice of every shard asks.
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { readPlacement } from '../../src/checkpoints/sisa.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainClassifier } from '../../src/compute/train-classifier.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnJob } from '../../src/domain/compute.ts';
import { createRandom } from '../../src/domain/random.ts';
import { modelFiles, writeFiles } from '../checkpoints/layers-models.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const PLACE = { backend: 'onnxruntime/cpu', threads: 1 };
const SIZE = { shards: 6, slices: 3 };
const PEOPLE = 90;
const quiet = { progress: () => undefined, signal: new AbortController().signal };

const examples = Array.from({ length: 2 * PEOPLE }, (_, i) => {
  const input = [createRandom(i).normal(), 1];
  const subjects = [{ type: 'email', value: `person${Math.floor(i / 2)}@example.net` }];
  return { id: `example-${i}`, input, label: input[0]! > 0 ? 1 : 0, subjects };
});

async function trained(dir: string): Promise<void> {
  await tf.setBackend('cpu');
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })],
  });
  await writeFiles(join(dir, 'topology'), await modelFiles(model, 1));
  model.dispose();
  await writeFile(join(dir, 'train.ndjson'), examples.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await writeFile(join(dir, 'stored.ndjson'), examples.map(toLine).join(''));
  await trainClassifier({
    ...{ topology: join(dir, 'topology'), train: join(dir, 'train.ndjson'), holdout: null, out: join(dir, 'model') },
    ...{ seed: 3, ...PLACE, sharding: { ...SIZE, placement: null } },
    options: { steps: 18, batch_size: 8, learning_rate: 2e-2 },
  });
}

test('a run over one person of the first slice of every shard trains nothing until somebody has looked; people who ask by chance are forgotten', async (t) => {
  const dir = await temporaryFolder(t);
  await trained(dir);
  const placement = (await readPlacement(join(dir, 'model')))!;
  const rows = examples.map((_, ordinal) => ({ corpus_id: 'c', ordinal, person: Math.floor(ordinal / 2) }));
  async function forget(people: number[], method: string, spread: number) {
    const out = join(dir, `${method}-${people.join('-')}-${spread}`);
    const asked = rows.filter(({ person }) => people.includes(person));
    const retain = rows.filter((row) => !asked.includes(row));
    await writeFile(
      `${out}.json`,
      JSON.stringify({ forget: asked, retain, calibration: [], holdout: [] } satisfies SetsFile),
    );
    const job: UnlearnJob = {
      ...{ stage: 'unlearn', run_id: 'run', corpora: { c: join(dir, 'stored.ndjson') }, sets_file: `${out}.json` },
      ...{ seed: 5, ...PLACE, parent_dir: join(dir, 'model'), base_dir: null, out_dir: out, time_limit_seconds: 60 },
      ...{ method: { name: method, params: {} }, weight_types: 'original', memory_budget_bytes: null },
      watch: { spread },
    };
    return { out, result: await runComputeJob(job, quiet) };
  }
  const personOf = (id: string) => Math.floor(Number(id.slice('example-'.length)) / 2);
  const attack = placement.map(([first]) => personOf(first![0]!));
  assert.equal(attack.length, SIZE.shards);

  const { out, result } = await forget(attack, 'sisa', 1000);
  assert.ok(result.stage === 'unusual', result.stage);
  assert.deepEqual(
    result.people.map(({ person }) => person),
    attack.toSorted((a, b) => a - b),
  );
  assert.match(
    result.people[0]!.text,
    /^the records of the 6 people of its run stand in 6 of 6 shards, so that 100 % /,
  );
  await assert.rejects(readdir(out), { code: 'ENOENT' }, 'nothing was trained');

  // people whom nobody chose by their places; a training of all shards, which costs what it costs; and where nobody looks
  for (const [people, method, spread] of [
    [[3, 14, 15, 26, 53, 58], 'sisa', 1000],
    [attack, 'retrain', 1000],
    [attack, 'sisa', 0],
  ] as const)
    assert.equal((await forget([...people], method, spread)).result.stage, 'unlearn', method);
});
