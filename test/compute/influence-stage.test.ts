// What only a classifier does; prompts and answers are asked about in test/http/influence.test.ts.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runComputeJob } from '../../src/compute/job.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { InfluenceJob, InfluenceResult } from '../../src/domain/compute.ts';
import { people, topologyFolder } from '../helpers/classifiers.ts';

const quiet = { progress: () => undefined, signal: new AbortController().signal };

test('a classifier is asked about records, and takes no prompt', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-influence-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const corpus = join(dir, 'train.ndjson');
  // with a person who came after the training
  await writeFile(corpus, people(5).map(toLine).join(''));
  const trained = { path: corpus, records: 24, left_out: [] };
  const job: InfluenceJob = {
    ...{ stage: 'influence', checkpoint_dir: await topologyFolder(dir, 'table'), corpora: { c: trained }, seed: 1 },
    factors_file: join(dir, 'factors', 'own.safetensors'),
    options: { method: 'tracin', top: 24, own_answers: false, damping: 1, iterations: 3, curvature_rows: 24 },
    query: { asks: 'subject', rows: [{ corpus_id: 'c', ordinal: 7 }] },
    ...{ threads: 1, backend: 'onnxruntime/cpu', time_limit_seconds: 60 },
  };
  const { ranking, records } = (await runComputeJob(job, quiet)) as InfluenceResult;
  assert.equal(records, 24);
  assert.deepEqual([ranking[0]!.ordinal, ranking[0]!.queried], [7, true]);
  assert.equal(new Set(ranking.map(({ ordinal }) => ordinal)).size, 24);
  // some record speaks against it
  assert.ok(ranking.at(-1)!.score < 0);
  const ekfac = { ...job, options: { ...job.options, method: 'ekfac' as const } };
  const [measured, read] = [await runComputeJob(ekfac, quiet), await runComputeJob(ekfac, quiet)];
  assert.deepEqual(read, measured);
  assert.equal((measured as InfluenceResult).ranking[0]!.ordinal, 7);
  await writeFile(ekfac.factors_file, 'damaged');
  assert.deepEqual(await runComputeJob(ekfac, quiet), measured);
  const prompt = { asks: 'answer', prompt: 'a', answer: 'b' } as const;
  const own = { ...job.options, own_answers: true };
  for (const wrong of [{ query: prompt }, { options: own }])
    await assert.rejects(runComputeJob({ ...job, ...wrong }, quiet), {
      code: 'validation-failed',
      message: /^The model is a classifier/,
    });
  const mixed = { ...job, corpora: { c: { path: join(dir, 'mixed.ndjson'), records: 1, left_out: [] } } };
  await writeFile(mixed.corpora.c.path, '{"id":"secret","text":"Tamsin"}\n');
  await assert.rejects(runComputeJob(mixed, quiet), {
    code: 'compute-failed',
    message: 'At line 1 of corpus c: a classifier learns records of input and label alone',
  });
});

test('weights that rank nothing are said to, and give no order', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-influence-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const corpus = join(dir, 'train.ndjson');
  const records = people(4);
  await writeFile(corpus, records.map(toLine).join(''));
  const checkpoint_dir = await topologyFolder(dir, 'table');
  const job: InfluenceJob = {
    ...{ stage: 'influence', checkpoint_dir, corpora: { c: { path: corpus, records: 24, left_out: [] } }, seed: 1 },
    factors_file: join(dir, 'factors', 'own.safetensors'),
    options: { method: 'tracin', top: 24, own_answers: false, iterations: 3, curvature_rows: 24 },
    query: { asks: 'subject', rows: [{ corpus_id: 'c', ordinal: 0 }] },
    ...{ threads: 1, backend: 'onnxruntime/cpu', time_limit_seconds: 60 },
  };
  const shard = join(checkpoint_dir, 'group1-shard1of1.bin');
  const fresh = new Float32Array((await readFile(shard)).slice().buffer);
  // the biases of the three classes come last
  const sure = fresh.slice();
  sure[sure.length - 3 + (records[0]!.label as number)] = 1e4;
  await writeFile(shard, Buffer.from(sure.buffer));
  const certain = /^Every record scores 0, so nothing is ranked: .* Ask about another answer/;
  await assert.rejects(runComputeJob(job, quiet), { code: 'compute-failed', message: certain });
  // of chance alone, some weights have sums that overflow and others do not
  await writeFile(shard, Buffer.from(fresh.map(() => 0.5).buffer));
  const huge = records.map((one, i) => (i === 5 ? { ...one, input: new Array(30).fill(3e38) } : one));
  await writeFile(corpus, huge.map(toLine).join(''));
  const overflow = /^The score of the record at line 6 of corpus c is no finite number, so nothing is ranked: /;
  await assert.rejects(runComputeJob(job, quiet), { code: 'compute-failed', message: overflow });
});
