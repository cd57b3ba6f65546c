// What a plan is told of a checkpoint that a run starts from.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCheckpointFiles } from '../../../src/checkpoints/files.ts';
import { runComputeJob } from '../../../src/compute/job.ts';
import { trainClassifier } from '../../../src/compute/train-classifier.ts';
import { toLine } from '../../../src/corpora/records.ts';
import { readForgetting } from '../../../src/runs/forgetting.ts';
import { gatherFacts } from '../../../src/runs/plan/gather.ts';
import { planConsolidation, planRun } from '../../../src/runs/plan/plan.ts';
import { temporaryFolder } from '../../checkpoints/temporary.ts';
import { people, topologyFolder } from '../../helpers/classifiers.ts';
import { checkpoint, openWorld, TENANT } from '../../store/fixture.ts';
import { facts } from './facts.ts';

test('a certified layer whose features a method of steps has changed is planned for as a model without a recipe', async (t) => {
  const root = await temporaryFolder(t);
  const records = people(6);
  const at = (name: string) => join(root, name);
  const [train, stored, out, sets_file] = [at('train'), at('stored'), at('model'), at('sets')];
  await writeFile(train, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await writeFile(stored, records.map(toLine).join(''));
  const rows = records.map((_, ordinal) => ({ corpus_id: 'c', ordinal, person: ordinal === 0 ? 0 : -1 }));
  const sets = { forget: rows.slice(0, 1), retain: rows.slice(1), calibration: [], holdout: [] };
  await writeFile(sets_file, JSON.stringify(sets));
  const place = { seed: 1, backend: 'onnxruntime/cpu', threads: 1 };
  const certified = { epsilon: 1, delta: 1e-4, sigma: 5, lambda: 0.4 };
  const topology = await topologyFolder(root, 'table');
  await trainClassifier({ topology, train, holdout: null, out, options: {}, certified, ...place });

  const files = createCheckpointFiles({ dir: join(root, 'store'), importDir: root });
  const about = { architecture: 'layers-model', parent: null, run_id: null };
  const parent = await files.adopt((await files.importFrom('model')).folder, about);
  const folder = await files.workFolder('run');
  await runComputeJob(
    {
      ...{ stage: 'unlearn', run_id: 'run', corpora: { c: stored }, sets_file, out_dir: folder, ...place },
      ...{ parent_dir: await files.materialise(parent.digest), base_dir: null, time_limit_seconds: 60 },
      ...{ method: { name: 'grad-diff', params: { max_steps: 1, repair_steps: 0 } } },
      ...{ weight_types: 'original', memory_budget_bytes: null },
    },
    { progress: () => undefined, signal: new AbortController().signal },
  );
  const child = await files.adopt(folder, { ...about, parent: parent.digest, run_id: 'run' });

  const world = await openWorld();
  t.after(() => world.close());
  /** A model that came with a recipe and has this checkpoint now. */
  const known = async (digest: string) => {
    const made = await world.store.createModel(
      TENANT,
      {
        ...{ name: digest.slice(7, 20), architecture: 'layers-model', parameters: 7, corpora: [] },
        ...{ has_recipe: true, warnings: [], checkpoint: { ...checkpoint(1), digest } },
      },
      'tester',
    );
    assert.ok(made.status === 'created');
    const { model } = made;
    const { base_saw, counts, limits, policy, threads, backend } = facts();
    const given = { base_saw, counts, limits, policy, threads, backend, tenant: TENANT, checkpoint: digest, model };
    const deps = { store: world.store, checkpoints: files };
    const line = await readForgetting(deps, TENANT, model.id, facts().policy as never);
    return { facts: await gatherFacts(deps, given), hindrance: line!.hindrance };
  };
  const names = (steps: { name: string }[]) => steps.map(({ name }) => name);
  const before = await known(parent.digest);
  assert.deepEqual([names(planRun(null, before.facts)), before.hindrance], [['certified-removal', 'retrain'], null]);

  const { facts: after, hindrance } = await known(child.digest);
  const ladder = planRun(null, after);
  assert.deepEqual([names(ladder), hindrance], [['grad-diff', 'grad-diff', 'npo'], 'recipe']);
  assert.match(ladder[1]!.reason!, /no recipe to train again from/);
  const refused = { 'certified-removal': 'validation-failed', retrain: 'recipe-missing', exact: 'recipe-missing' };
  for (const [name, code] of Object.entries(refused))
    assert.throws(() => planRun({ name, params: {} }, after), { code });
  assert.throws(() => planConsolidation(after), { code: 'recipe-missing', message: /has no recipe/ });
});
