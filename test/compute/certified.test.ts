// A certified last layer from files to files: trained, unlearned from, trained again when it can go no further.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { loadLayersModel } from '../../src/checkpoints/layers-model/read.ts';
import { saveLayersModelLike } from '../../src/checkpoints/layers-model/write.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { trainClassifier } from '../../src/compute/train-classifier.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { UnlearnJob, UnlearnResult } from '../../src/domain/compute.ts';
import type { CertifiedHead, Recipe } from '../../src/domain/recipe.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { people, RECORDS_EACH, topologyFolder } from '../helpers/classifiers.ts';

const [PEOPLE, PERSON] = [30, 4];
const quiet = { progress: () => undefined, signal: new AbortController().signal };
const recipeOf = async (dir: string): Promise<Recipe> => JSON.parse(await readFile(join(dir, 'recipe.json'), 'utf8'));
const certifiedOf = async (dir: string): Promise<CertifiedHead> => (await recipeOf(dir)).certified!;
const change = async (dir: string, more: Partial<CertifiedHead>) => {
  const recipe = await recipeOf(dir);
  await writeFile(join(dir, 'recipe.json'), JSON.stringify({ ...recipe, certified: { ...recipe.certified, ...more } }));
};

test('a person is removed with a bound, once more, and exactly when the budget is spent', async (t) => {
  const root = await temporaryFolder(t);
  const topology = await topologyFolder(root, 'table');
  const records = people(PEOPLE);
  const train = join(root, 'train.ndjson');
  const stored = join(root, 'stored.ndjson');
  await writeFile(train, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await writeFile(stored, records.map(toLine).join(''));
  const given = { topology, train, holdout: null, seed: 1, options: {}, backend: 'onnxruntime/cpu', threads: 1 };
  const certified = { epsilon: 1, delta: 0.1, sigma: 3.5, lambda: 0.4 };
  const out = join(root, 'model');
  const { exactMemorization } = await trainClassifier({ ...given, out, certified });
  assert.ok(exactMemorization > 0.5, `${exactMemorization}`);
  const start = await certifiedOf(out);
  assert.ok(start.spent > 0 && start.spent < start.budget / 10, JSON.stringify(start));
  const [before, features] = [(await loadLayersModel(out)).weights, (await loadLayersModel(topology)).weights];
  const names = Object.keys(before);
  const same = (a: typeof before, b: typeof before) =>
    names.filter((name) => Buffer.from(a[name]!.data.buffer).equals(Buffer.from(b[name]!.data.buffer))).length;
  assert.equal(same(before, features), names.length - 2, 'the features stay as they were');
  // the noise is nobody's to know: it differs with the same seed
  await mkdir(join(root, 'again'));
  await writeFile(join(root, 'again/updates.json'), 'of an earlier training');
  await trainClassifier({ ...given, out: join(root, 'again'), certified });
  assert.ok(!(await readdir(join(root, 'again'))).includes('updates.json'));
  assert.equal(same((await loadLayersModel(join(root, 'again'))).weights, before), names.length - 2);
  await assert.rejects(trainClassifier({ ...given, out: join(root, 'no'), certified: { ...certified, sigma: 1e-9 } }), {
    message: /take a larger sigma/,
  });

  let outs = 0;
  const job = async (name: string, parent_dir: string, gone: number[]): Promise<UnlearnJob> => {
    const rows = records.map((_, ordinal) => ({ corpus_id: 'c', ordinal, person: Math.floor(ordinal / RECORDS_EACH) }));
    const forget = rows.filter(({ person }) => person === gone.at(-1));
    const retain = rows.filter(({ person }) => !gone.includes(person));
    const sets_file = join(root, `sets-${outs}.json`);
    await writeFile(sets_file, JSON.stringify({ forget, retain, calibration: [], holdout: [] }));
    return {
      ...{ run_id: 'run', corpora: { c: stored }, sets_file, parent_dir, seed: 1, threads: 1 },
      ...{ backend: 'onnxruntime/cpu', time_limit_seconds: 60, stage: 'unlearn', method: { name, params: {} } },
      ...{ out_dir: join(root, `out-${outs++}`), weight_types: 'original', memory_budget_bytes: null, base_dir: null },
    };
  };
  const first = await job('certified-removal', out, [PERSON]);
  const result = (await runComputeJob(first, quiet)) as UnlearnResult;
  const once = await certifiedOf(first.out_dir);
  assert.ok(once.spent > start.spent && once.head !== start.head && once.features === start.features);
  assert.deepEqual(result.certified, { epsilon: 1, delta: 0.1, budget: start.budget, spent: once.spent });
  assert.equal(same((await loadLayersModel(first.out_dir)).weights, before), names.length - 2);
  const second = await job('certified-removal', first.out_dir, [PERSON, 9]);
  await runComputeJob(second, quiet);
  const twice = await certifiedOf(second.out_dir);
  assert.ok(twice.spent > once.spent && twice.spent < start.budget);

  await change(second.out_dir, { spent: start.budget });
  const third = await job('certified-removal', second.out_dir, [PERSON, 9, 11]);
  await assert.rejects(runComputeJob(third, quiet), { code: 'compute-failed', message: /budget .* is spent/ });
  const again = await job('retrain', second.out_dir, [PERSON, 9, 11]);
  await runComputeJob(again, quiet);
  const anew = await certifiedOf(again.out_dir);
  assert.ok(anew.spent < start.budget / 10 && anew.head !== twice.head && anew.features === start.features);
});

test('what is no longer the minimum on these features is refused, and so is a model that never was', async (t) => {
  const root = await temporaryFolder(t);
  const topology = await topologyFolder(root, 'table');
  const records = people(6);
  const train = join(root, 'train.ndjson');
  const stored = join(root, 'stored.ndjson');
  await writeFile(train, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await writeFile(stored, records.map(toLine).join(''));
  const out = join(root, 'model');
  const given = { topology, train, holdout: null, out, seed: 1, options: {}, backend: 'onnxruntime/cpu', threads: 1 };
  await trainClassifier({ ...given, certified: { epsilon: 1, delta: 1e-4, sigma: 5, lambda: 0.4 } });
  const rows = records.map((_, ordinal) => ({ corpus_id: 'c', ordinal, person: ordinal === 0 ? 0 : -1 }));
  const sets_file = join(root, 'sets.json');
  const sets = { forget: rows.slice(0, 1), retain: rows.slice(1), calibration: [], holdout: [] };
  await writeFile(sets_file, JSON.stringify(sets));
  const run = (parent_dir: string, name = 'certified-removal', params = {}, out = 'out') =>
    runComputeJob(
      {
        ...{ run_id: 'run', corpora: { c: stored }, sets_file, parent_dir, seed: 1, threads: 1 },
        ...{ backend: 'onnxruntime/cpu', time_limit_seconds: 60, stage: 'unlearn', method: { name, params } },
        ...{ out_dir: join(root, out), weight_types: 'original', memory_budget_bytes: null, base_dir: null },
      },
      quiet,
    );
  const { weights } = await loadLayersModel(out);
  const [first, last] = [Object.keys(weights)[0]!, Object.keys(weights).at(-1)!];
  const changed = async (name: string): Promise<string> => {
    const dir = join(root, `changed-${name.replace('/', '-')}`);
    const data = weights[name]!.data.map((value) => value + 0.1) as Float32Array;
    await saveLayersModelLike(dir, out, { ...weights, [name]: { ...weights[name]!, data } });
    return dir;
  };
  await assert.rejects(run(await changed(last)), { code: 'compute-failed', message: /changed by another method/ });
  await writeFile(sets_file, JSON.stringify({ ...sets, retain: sets.retain.slice(1) }));
  await assert.rejects(run(out), { code: 'compute-failed', message: /trained on other records/ });
  await writeFile(sets_file, JSON.stringify(sets));
  // a removal is charged a share of what the options come to, never less than 2^-10 of it: whatever the noise was, none fits any more
  await change(out, { spent: (await certifiedOf(out)).budget, budget: 1e9 });
  await assert.rejects(run(out), { code: 'compute-failed', message: /budget .* is spent/ }, 'whatever the recipe says');
  const other = await changed(first);
  for (const name of ['certified-removal', 'retrain'])
    await assert.rejects(run(other, name), { code: 'recipe-missing', message: /features of the model were changed/ });
  const plain = join(root, 'plain');
  await cp(out, plain, { recursive: true });
  const { certified: _, ...recipe } = await recipeOf(plain);
  await writeFile(join(plain, 'recipe.json'), JSON.stringify(recipe));
  await assert.rejects(run(plain), { code: 'recipe-missing', message: /expunge train --certified/ });
  const again = { ...given, out: join(root, 'again'), certified: { epsilon: 1, delta: 1e-4, sigma: 5, lambda: 0.4 } };
  await assert.rejects(trainClassifier({ ...again, topology: plain }), {
    message: /features were trained on the same/,
  });
  await trainClassifier({ ...again, topology: out });

  // steps on the layer alone leave its features as they are, and it can be trained anew on them; steps on all weights end that
  const step = { max_steps: 1, repair_steps: 0 };
  const head = Object.keys(weights)
    .slice(-2)
    .map((name) => name.replace('/', '*'));
  await run(out, 'grad-diff', { ...step, trainable: head }, 'head');
  assert.equal((await certifiedOf(join(root, 'head'))).features_changed, undefined);
  await run(join(root, 'head'), 'retrain', {}, 'anew');
  for (const [name, params] of [
    ['grad-diff', step],
    ['ssd', { repair_steps: 0 }],
  ] as const) {
    await run(out, name, params, name);
    assert.equal((await certifiedOf(join(root, name))).features_changed, true, name);
    assert.equal((await inspectFolder(join(root, name))).has_recipe, false, name);
  }
  await assert.rejects(trainClassifier({ ...again, topology: join(root, 'grad-diff') }), {
    message: /features were trained on the same/,
  });
});
