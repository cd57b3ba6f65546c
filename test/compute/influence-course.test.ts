// TracIn over a training: the sum over its checkpoints, from the log of what its steps changed.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCheckpoint } from '../../src/checkpoints/layout.ts';
import { readRecipe } from '../../src/checkpoints/recipe-file.ts';
import { openUpdates } from '../../src/checkpoints/updates.ts';
import { openModel } from '../../src/compute/checkpoint.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { InfluenceJob, InfluenceResult } from '../../src/domain/compute.ts';
import type { HostTensors } from '../../src/domain/engine.ts';
import { dot } from '../../src/domain/vectors.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { openSurface } from '../../src/influence/surface.ts';
import { encodeRecords } from '../../src/training/rows.ts';
import { learningRateAt } from '../../src/training/schedule.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const { train } = quickPeople(4, 3);
const quiet = { progress: () => undefined, signal: new AbortController().signal };

test('scores are the sum over checkpoints of learning rate times both gradients', async (t) => {
  const dir = await temporaryFolder(t);
  const [corpus, out] = [join(dir, 'train.ndjson'), join(dir, 'model')];
  await writeFile(corpus, train.map(toLine).join(''));
  const fresh = { architecture: 'gpt2', width: 16, layers: 1, heads: 2, vocabSize: 260, seed: 3 };
  const options = { steps: 6, batch_size: 4, warmup_steps: 2, learning_rate: 0.02 };
  const place = { train: corpus, holdout: null, out, backend: 'onnxruntime/cpu', threads: 1 };
  await trainModel({ ...place, ...fresh, options, logUpdates: true }, quiet);
  const job: InfluenceJob = {
    ...{ stage: 'influence', checkpoint_dir: out, seed: 1, factors_file: join(dir, 'none') },
    corpora: { c: { path: corpus, records: train.length, left_out: [] } },
    options: { method: 'tracin', checkpoints: 3, top: 100, own_answers: false, iterations: 1, curvature_rows: 8 },
    query: { asks: 'subject', rows: [{ corpus_id: 'c', ordinal: 4 }] },
    ...{ threads: 1, backend: 'onnxruntime/cpu', time_limit_seconds: 60 },
  };
  const { ranking, steps } = (await runComputeJob(job, quiet)) as InfluenceResult;
  assert.deepEqual(steps, [2, 4, 6]);

  // the same, forwards from the weights that the training began with, by the gradient of each row
  const { architecture, config, tokenizer } = await openModel(out);
  const log = (await openUpdates(out, architecture.shapes(config), []))!;
  const weights: HostTensors = architecture.initialise(config, 3);
  const recipe = (await readRecipe(out))!;
  const rows = train.map((record) => encodeRecords(tokenizer, record, architecture.contextLength(config)));
  const exact = new Float64Array(train.length);
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  for (let step = 1; step <= 6; step++) {
    const changes = await log.read(step - 1);
    for (const [name, { data }] of Object.entries(weights)) data.set(data.map((x, i) => x + changes[name]!.data[i]!));
    if (!steps!.includes(step)) continue;
    const surface = openSurface({ engine, architecture, config, weights });
    const query = await surface.gradient(rows[4]!);
    for (const [i, own] of rows.entries())
      exact[i] = exact[i]! + learningRateAt(step, recipe.options) * dot(await surface.gradient(own), query);
    surface.dispose();
  }
  await engine.dispose();
  const { weights: last } = await loadCheckpoint(out);
  for (const [name, { data }] of Object.entries(weights))
    data.forEach((x, i) => {
      assert.ok(Math.abs(x - last[name]!.data[i]!) < 1e-5);
    });
  const largest = Math.max(...exact);
  for (const { ordinal, score } of ranking)
    assert.ok(Math.abs(score - exact[ordinal]!) < 0.02 * largest, `${ordinal}: ${score}, ${exact[ordinal]}`);
  assert.equal(ranking.length, train.length);

  // one checkpoint says another thing than three
  const { ranking: end } = (await runComputeJob(
    { ...job, options: { ...job.options, checkpoints: 1 } },
    quiet,
  )) as InfluenceResult;
  assert.notDeepEqual(
    end.map(({ score }) => score),
    ranking.map(({ score }) => score),
  );
  await rm(join(out, 'updates.json'));
  await assert.rejects(runComputeJob(job, quiet), {
    code: 'compute-failed',
    message: /no updates\.json.*: train it with --log-updates, or ask about one checkpoint/,
  });
});
