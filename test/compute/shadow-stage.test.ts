// Shadow models on a tiny real model: two share everybody, only scores are left, and these tell verification apart.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runComputeJob } from '../../src/compute/job.ts';
import { addShadows, readShadows } from '../../src/compute/shadow-scores.ts';
import type { ShadowJob } from '../../src/domain/compute.ts';
import type { ShadowScores } from '../../src/domain/shadows.ts';
import type { RowScore } from '../../src/domain/verification.ts';
import { uLira } from '../../src/metrics/membership/u-lira.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quiet, setUp } from './tiny-run.ts';

test('each learns half of the compared people, unlearns them and is gone; its scores stay', async (t) => {
  const { path, base, written } = await setUp(await temporaryFolder(t));
  const method = { name: 'grad-diff', params: { max_steps: 2, repair_steps: 0 } };
  const files: string[] = [];
  for (const index of [0, 1]) {
    const work_dir = path(`shadow-${index}`);
    await mkdir(work_dir);
    const scores_file = join(work_dir, 'scores.json');
    const job: ShadowJob = { ...base, ...written, stage: 'shadow', method, index, work_dir, scores_file };
    const { stage } = await runComputeJob(job, quiet);
    assert.equal(stage, 'shadow');
    assert.deepEqual(await readdir(work_dir), ['scores.json']);
    files.push(scores_file);
  }
  const [one, other] = await readShadows(files);
  assert.deepEqual([...one!.members, ...other!.members].toSorted(), [10, 11, 12, 13, 3].toSorted());
  assert.deepEqual([one!.forget.length, one!.holdout.length], [3, 12]);
  assert.ok([...one!.forget, ...other!.holdout].every((nll) => Number.isFinite(nll) && nll > 0));
  assert.notDeepEqual(one!.forget, other!.forget);
  // what does not run leaves nothing of anybody behind either
  const broken: ShadowJob = {
    ...base,
    ...written,
    stage: 'shadow',
    method: { name: 'oblivion', params: {} },
    index: 0,
    ...{ work_dir: path('shadow-0'), scores_file: files[0]! },
  };
  await assert.rejects(runComputeJob(broken, quiet), { code: 'validation-failed' });
  assert.deepEqual(await readdir(path('shadow-0')), ['scores.json']);
  assert.match(await readFile(files[0]!, 'utf8'), /^\{"members":/);
});

const row = (person: number, nll: number) => ({ person, logProbs: Float32Array.of(-nll) }) as RowScore;
/** Costs 1 about whom it unlearned and 4 about others, a little apart from model to model. */
const shadow = (members: number[], apart: number): ShadowScores => {
  const cost = (person: number) => (members.includes(person) ? 1 : 4) + apart;
  return { members, forget: [0].map(cost), holdout: [1, 2, -1].map(cost) };
};

test('four models give a record two scores of either kind, and a candidate that unlearned is told from one that never saw', () => {
  const checkpoint = (nll: number) => ({ forget: [row(0, nll)], holdout: [row(1, 4), row(2, 4.1), row(-1, 4)] });
  const models = [shadow([0, 1], 0), shadow([2], 0.1), shadow([0, 2], 0.2), shadow([1], 0.3)];
  const [unlearned, unseen] = [checkpoint(1.1), checkpoint(4)];
  addShadows([unlearned, unseen], models);
  const { shadows } = unlearned.forget[0]!;
  assert.deepEqual([shadows!.unlearned.scores.length, shadows!.unseen.scores.length], [2, 2]);
  assert.ok(shadows!.unlearned.spread > 0 && shadows!.unseen.spread > 0);
  assert.ok(uLira.score(unlearned.forget[0]!) < 0 && uLira.score(unseen.forget[0]!) > 0);
  assert.ok(unlearned.holdout.slice(0, 2).every((one) => uLira.score(one) > 0));
  assert.equal(unlearned.holdout[2]!.shadows, undefined, 'who names nobody is compared with nobody');
  const few = checkpoint(1);
  addShadows([few], models.slice(0, 3));
  assert.equal(few.forget[0]!.shadows, undefined);
});
