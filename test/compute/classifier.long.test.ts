// Classifiers through the stages of a run, from files to files: trained, unlearned from, measured.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { Value } from 'typebox/value';
import { readLayersModel } from '../../src/checkpoints/layers-model/read.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainClassifier } from '../../src/compute/train-classifier.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnJob, UnlearnResult, VerifyResult } from '../../src/domain/compute.ts';
import { VerificationPolicy, VerificationReport } from '../../src/domain/verification.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import {
  images,
  type Labelled,
  people,
  RECORDS_EACH,
  REPORTED_METRICS,
  texts,
  topologyFolder,
} from '../helpers/classifiers.ts';

const PEOPLE = 60;
const STRANGERS = 90;
const PERSON = 13;
const DATA = { table: people, image: images, text: texts };
type Name = keyof typeof DATA;
const METHODS = { table: ['grad-diff', 'npo', 'random-label'], image: ['grad-diff'], text: ['npo'] };

const quiet = { progress: () => undefined, signal: new AbortController().signal };
const backend = 'onnxruntime/cpu';

async function trained(root: string, name: Name) {
  const [train, holdout] = [DATA[name](PEOPLE), DATA[name](STRANGERS, 1000)];
  const files = { train: join(root, `${name}.ndjson`), holdout: join(root, `${name}-holdout.ndjson`) };
  for (const [key, records] of Object.entries({ train, holdout }))
    await writeFile(files[key as 'train'], records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const out = join(root, name);
  const result = await trainClassifier({
    ...{ topology: await topologyFolder(root, name), ...files, out, seed: 3, backend, threads: 1 },
    options: { steps: 400, batch_size: 60, learning_rate: 2e-2, weight_decay: 0 },
  });
  return { out, train, holdout, result };
}

/** Files of a run that forgets one person, and the jobs of its stages. */
async function openRun(t: TestContext, name: Name) {
  const root = await temporaryFolder(t);
  const { out, train, holdout, result } = await trained(root, name);
  const corpora = { train: join(root, 'stored.ndjson'), holdout: join(root, 'stored-holdout.ndjson') };
  await writeFile(corpora.train, train.map(toLine).join(''));
  await writeFile(corpora.holdout, holdout.map(toLine).join(''));
  const owner = (ordinal: number) => Math.floor(ordinal / RECORDS_EACH);
  const rows = (corpus_id: string, records: Labelled[], person: (ordinal: number) => number) =>
    records.map((_, ordinal) => ({ corpus_id, ordinal, person: person(ordinal) }));
  const all = rows('train', train, (i) => (owner(i) === PERSON ? 0 : -1));
  const strangers = rows('holdout', holdout, owner);
  const sets: SetsFile = {
    forget: all.filter(({ person }) => person === 0),
    retain: all.filter(({ person }) => person < 0),
    calibration: strangers.filter(({ person }) => person % 2 === 0),
    holdout: strangers.filter(({ person }) => person % 2 === 1),
  };
  const sets_file = join(root, 'sets.json');
  await writeFile(sets_file, JSON.stringify(sets));
  const base = {
    ...{ run_id: 'run', corpora, sets_file, parent_dir: out, seed: 5, threads: 1, backend },
    time_limit_seconds: 60,
  };
  const policyOf = (given: object) => Value.Default(VerificationPolicy, given) as VerificationPolicy;
  return {
    ...{ root, out, result },
    unlearn: (method: string, params: Record<string, unknown> = {}): UnlearnJob => ({
      ...base,
      ...{ stage: 'unlearn', method: { name: method, params }, out_dir: join(root, method) },
      ...{ weight_types: 'original', memory_budget_bytes: null, base_dir: null },
    }),
    verify: (candidate_dir: string, exact = false, given: object = { robustness: [] }) => ({
      ...base,
      ...{ stage: 'verify' as const, candidate_dir, policy: policyOf(given), exact, baseline: null },
    }),
  };
}

describe('classifiers', () => {
  for (const name of Object.keys(DATA) as Name[])
    test(`${name}: trained, retrained without a person, unlearned from, and told apart from the parent`, async (t) => {
      const run = await openRun(t, name);
      assert.ok(run.result.exactMemorization > 0.97, `accuracy ${run.result.exactMemorization}`);
      const before = (await runComputeJob(run.verify(run.out), quiet)) as VerifyResult;
      assert.equal(before.report.verdict, 'failed', 'a model that was not unlearned does not pass');

      const exact = run.unlearn('retrain');
      await runComputeJob(exact, quiet);
      const { report } = (await runComputeJob(run.verify(exact.out_dir, true, {}), quiet)) as VerifyResult;
      assert.deepEqual(
        report.robustness!.map(({ attack, points }) => [attack, points.length]),
        [
          ['quantisation', 3],
          ['relearning', 4],
        ],
      );
      assert.ok(Value.Check(VerificationReport, report));
      assert.equal(report.verdict, 'passed', report.reason);
      assert.deepEqual([...new Set(report.findings.map(({ metric }) => metric))].sort(), REPORTED_METRICS);

      assert.ok(report.classes!.every(({ retain, holdout }) => retain !== null && holdout !== null));

      for (const method of METHODS[name]) {
        const job = run.unlearn(method, { learning_rate: 2e-3, repair_steps: 250, retain_batch: 48 });
        const made = (await runComputeJob(job, quiet)) as UnlearnResult;
        assert.ok(made.planned_memory_bytes > 1e7);
        const judged = (await runComputeJob(run.verify(job.out_dir), quiet)) as VerifyResult;
        assert.equal(judged.report.verdict, 'passed', `${method}: ${judged.report.reason}`);
        // whoever loads it with TensorFlow.js has a model like the parent
        assert.deepEqual((await readdir(job.out_dir)).sort(), (await readdir(run.out)).sort());
        const file = (dir: string, one: string) => readFile(join(dir, one), 'utf8');
        assert.equal(await file(job.out_dir, 'model.json'), await file(run.out, 'model.json'));
        await tf.setBackend('cpu');
        const loaded = await tf.loadLayersModel(tf.io.fromMemory(await readLayersModel(job.out_dir)));
        loaded.dispose();
      }
    });
});
