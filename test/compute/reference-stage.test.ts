// References on a tiny real model: the first is what retraining gives, others differ by seed alone, and verification takes several.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { runComputeJob } from '../../src/compute/job.ts';
import type { Update } from '../../src/compute/progress.ts';
import type { ReferenceResult, VerifyResult } from '../../src/domain/compute.ts';
import { VerificationPolicy, VerificationReport } from '../../src/domain/verification.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quiet, setUp } from './tiny-run.ts';

test('the first is the retrained model to the bit, the next another one; verification holds a candidate against both', async (t) => {
  const { path, base, written, reference } = await setUp(await temporaryFolder(t));
  const updates: Update[] = [];
  const told = { ...quiet, progress: (one: Update) => updates.push(one) };
  for (const index of [0, 1]) {
    const { seconds } = (await runComputeJob(await reference(index), told)) as ReferenceResult;
    assert.ok(seconds > 0);
  }
  assert.deepEqual([...new Set(updates.map(({ progress }) => progress.phase))], ['loading', 'references', 'saving']);
  assert.equal(updates.find(({ progress }) => progress.phase === 'references')!.progress.steps, 30);
  const method = { name: 'retrain', params: {} };
  await runComputeJob({ ...base, ...written, stage: 'unlearn', method, out_dir: path('retrained') }, quiet);
  const bytes = (name: string, file: string) => readFile(join(path(name), file));
  assert.ok((await bytes('reference-0', 'model.safetensors')).equals(await bytes('retrained', 'model.safetensors')));
  assert.ok(!(await bytes('reference-1', 'model.safetensors')).equals(await bytes('retrained', 'model.safetensors')));
  const seed = async (name: string) => JSON.parse(String(await bytes(name, 'recipe.json'))).order_seed;
  assert.equal(await seed('reference-0'), await seed('model'));
  assert.notEqual(await seed('reference-1'), await seed('model'));

  const policy = Value.Default(VerificationPolicy, { robustness: [], gradient_records: 1 }) as VerificationPolicy;
  const { report } = (await runComputeJob(
    {
      ...{ ...base, stage: 'verify', candidate_dir: path('model'), policy, exact: false, baseline: null },
      ...{ reference_dirs: [path('reference-0'), path('reference-1')] },
      references: { asked: 3, compared: 2, note: '2 of 3 could be trained: compute-timeout (…)' },
    },
    quiet,
  )) as VerifyResult;
  assert.deepEqual([...Value.Errors(VerificationReport, report)], []);
  assert.deepEqual(report.references, { asked: 3, compared: 2, note: '2 of 3 could be trained: compute-timeout (…)' });
  const { distances, epsilon, completeness } = report.retraining!;
  assert.deepEqual(
    distances.filter(({ score }) => score === 'loss').map(({ model }) => model),
    [1, 2],
  );
  assert.ok(distances.every(({ mean_gap }) => mean_gap.forget! > 0));
  assert.deepEqual([epsilon!.epsilon, epsilon!.retrained], [null, 2]);
  for (const name of ['grad-norm', 'reference', 'rmia', 'iam']) {
    const attack = report.findings.find(({ metric, set }) => metric === name && set === 'forget')!;
    assert.ok(attack.after !== null && attack.p_value !== null, `${name} is measured`);
  }
  const { parent, candidate, retrained: models } = completeness!;
  assert.ok(parent === candidate && models > candidate, 'the parent itself has not forgotten');
});

test('what does not fit the memory, or was not trained in one piece, is refused before anything trains', async (t) => {
  const { path, reference } = await setUp(await temporaryFolder(t));
  const job = await reference(0);
  await assert.rejects(runComputeJob({ ...job, memory_budget_bytes: 1000 }, quiet), { code: 'memory-budget-exceeded' });
  const file = path('model/recipe.json');
  const recipe = JSON.parse(await readFile(file, 'utf8'));
  const slices = { init_seed: 1, slices: [{ order_seed: 1, steps: 1 }] };
  await writeFile(file, JSON.stringify({ ...recipe, sisa: { shards: [slices, slices] } }));
  await assert.rejects(runComputeJob(job, quiet), {
    code: 'recipe-missing',
    message: /in shards; references are trained/,
  });
});
