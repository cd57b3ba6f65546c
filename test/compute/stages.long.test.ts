// The stages of a run on a real small model, from files to files, as a compute process runs them.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Value } from 'typebox/value';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { loadCheckpoint } from '../../src/checkpoints/layout.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import type { Update } from '../../src/compute/progress.ts';
import type { CompleteResult, UnlearnResult, VerifyResult } from '../../src/domain/compute.ts';
import { VerificationReport } from '../../src/domain/verification.ts';
import { type QuickModel, quickModel } from '../helpers/quick-model.ts';
import { forgottenOf, openRun, quiet, RECORDS_EACH } from './open-run.ts';

let model: QuickModel;
before(async () => {
  model = await quickModel();
});
const forgotten = () => forgottenOf(model);

test('retraining writes a candidate whose verification passes, where the parent’s fails', async (t) => {
  const run = await openRun(t, model);
  const updates: Update[] = [];
  const job = run.unlearn('retrain');
  const result = (await runComputeJob(job, { ...quiet, progress: (one) => updates.push(one) })) as UnlearnResult;
  assert.deepEqual([...new Set(updates.map(({ progress }) => progress.phase))], ['loading', 'unlearning', 'saving']);
  assert.ok(result.seconds.unlearning! > 0 && result.peak_memory_bytes > 1e7);
  assert.ok(result.planned_memory_bytes > 1e8);
  assert.equal(result.curve.at(-1)!.step, 450);
  assert.ok(result.curve.length <= 400);
  assert.equal(result.backend, 'onnxruntime/cpu');
  assert.equal((await inspectFolder(job.out_dir)).has_recipe, true);
  for (const file of ['config.json', 'tokenizer.json', 'recipe.json'])
    assert.equal(await readFile(join(job.out_dir, file), 'utf8'), await readFile(join(model.dir, file), 'utf8'));

  const seen: Update[] = [];
  const passed = (await runComputeJob(run.verify(job.out_dir, {}), {
    ...quiet,
    progress: (one) => seen.push(one),
  })) as VerifyResult;
  assert.ok(Value.Check(VerificationReport, passed.report));
  assert.equal(passed.report.verdict, 'passed', passed.report.reason);
  assert.deepEqual(passed.report.people, { forget: 1, holdout: 42 });
  assert.deepEqual(passed.report.records, { forget: 3, retain: 117, holdout: 126 });
  const natural = passed.report.findings.filter(({ metric, set }) => metric.startsWith('answer-') && set === 'forget');
  assert.deepEqual(
    natural.map(({ verdict }) => verdict),
    ['passed', 'passed', 'passed', 'passed'],
  );
  const perplexity = natural.find(({ metric }) => metric === 'answer-perplexity')!;
  assert.ok(perplexity.before! < 1.5, 'the parent knows its own answers by heart');
  assert.ok(perplexity.after! > perplexity.before!, 'and none of the others');
  assert.equal(seen.at(-1)!.progress.phase, 'verifying');
  const curves = passed.report.robustness!;
  assert.deepEqual(
    curves.map(({ attack, note, points }) => [attack, note, points.map(({ at }) => at)]),
    [
      ['quantisation', null, [32, 8, 4]],
      ['relearning', null, [0, 5, 10, 20]],
    ],
  );
  // trained without the person: nothing comes back by rounding
  for (const { forget, holdout } of curves[0]!.points) assert.ok(forget! < 0.5 && holdout! < 0.5);
  assert.ok(seen.every(({ progress }) => progress.step <= progress.steps || progress.phase !== 'verifying'));

  const failed = (await runComputeJob(run.verify(model.dir), quiet)) as VerifyResult;
  assert.equal(failed.report.findings.find(({ metric }) => metric === 'answer-perplexity')!.verdict, 'passed');
  assert.equal(failed.report.verdict, 'failed');
  const drawn = (report: VerificationReport, metric: string) =>
    report.findings.find((one) => one.metric === metric && one.set === 'forget')!;
  // wrapped prompts are strange to a model that has only ever seen one wording: here they find nothing of anybody
  assert.deepEqual(
    ['sampled-extraction', 'wrapped-prompt-recall'].map((metric) => drawn(passed.report, metric).verdict),
    ['passed', null],
  );
  assert.match(drawn(passed.report, 'wrapped-prompt-recall').note!, /^shows nothing here/);
  // whether one of 25 strangers is drawn whole as well is chance, and another processor rounds it otherwise: then nothing is shown
  const whole = drawn(failed.report, 'sampled-extraction');
  assert.equal(whole.after, 1);
  if (whole.verdict === null) assert.match(whole.note!, /^people never seen score so high/);
  else assert.equal(whole.verdict, 'failed');
  assert.equal(drawn(passed.report, 'sampled-extraction').before, 1);
  const preferred = drawn(passed.report, 'truth-ratio');
  assert.ok(preferred.before! > 0.6 && preferred.after! < 0.5, 'other people’s answers are as good as the true one');

  assert.equal(passed.report.retraining, undefined);
  const beside = { ...run.verify(model.dir), reference_dirs: [job.out_dir] };
  const held = (await runComputeJob(beside, quiet)) as VerifyResult;
  const attack = drawn(held.report, 'reference');
  assert.deepEqual(
    [attack.after, attack.verdict],
    [1, 'failed'],
    'the retrained model finds hard what the parent knows',
  );
  const gap = held.report.retraining!.distances.find(({ score }) => score === 'loss')!.mean_gap;
  assert.ok(gap.forget! > 2 * gap.holdout!);

  const exact = { ...run.verify(job.out_dir), exact: true, baseline: { probability: 0.5 } };
  const { report } = (await runComputeJob(exact, quiet)) as VerifyResult;
  const least = report.findings.find(({ metric, set }) => metric === 'probability' && set === 'retain')!;
  assert.equal(least.threshold, 'at least 0.95 of the checkpoint as registered’s 0.5');

  const prompts = forgotten().map(({ prompt }) => prompt);
  const knows = (await runComputeJob(run.ask(model.dir, prompts), quiet)) as CompleteResult;
  assert.deepEqual(
    knows.answers,
    forgotten().map(({ answer }) => answer),
  );
  const { answers } = (await runComputeJob(run.ask(job.out_dir, prompts), quiet)) as CompleteResult;
  assert.notDeepEqual(answers, knows.answers);
});

test('what plans choose leaves a candidate that no longer answers about the person', async (t) => {
  const run = await openRun(t, model);
  for (const name of ['stand-in', 'npo']) {
    const job = run.unlearn(name, { repair_steps: 10 });
    const updates: Update[] = [];
    const result = (await runComputeJob(job, { ...quiet, progress: (one) => updates.push(one) })) as UnlearnResult;
    const last = updates.findLast(({ progress }) => progress.forget_loss !== null)!.progress;
    assert.ok(last.forget_loss! > 1, `${name}: forget loss ${last.forget_loss}`);
    assert.ok(result.curve.length > 0);
    await inspectFolder(job.out_dir);
    const records = forgotten();
    const asked = [...records.map(({ prompt }) => prompt), ...model.train.slice(0, 12).map(({ prompt }) => prompt)];
    const { answers } = (await runComputeJob(run.ask(job.out_dir, asked), quiet)) as CompleteResult;
    // one of three may be right by luck, as it may be about a stranger
    const left = records.filter(({ answer }, i) => answers[i] === answer).length;
    assert.ok(left <= 1, `${name}: ${left} of ${records.length} answers are left`);
    const kept = model.train.slice(0, 12).filter(({ answer }, i) => answers[records.length + i] === answer).length;
    assert.ok(kept >= 9, `${name}: ${kept} of 12 retained answers are left`);
    const { report } = (await runComputeJob(run.verify(job.out_dir), quiet)) as VerifyResult;
    const unnatural = report.findings.filter((one) => one.metric.startsWith('answer-') && one.verdict === 'failed');
    assert.deepEqual(unnatural, [], name);
  }
});

test('an edit of weights is repaired, and leaves a candidate that no longer answers about the person', async (t) => {
  const run = await openRun(t, model);
  const job = run.unlearn('ssd', { alpha: 30 });
  const updates: Update[] = [];
  const result = (await runComputeJob(job, { ...quiet, progress: (one) => updates.push(one) })) as UnlearnResult;
  const phases = [...new Set(updates.map(({ progress }) => progress.phase))];
  assert.deepEqual(phases, ['loading', 'unlearning', 'calibrating', 'repairing', 'saving']);
  assert.deepEqual([...new Set(result.curve.map(({ phase }) => phase))], ['unlearning', 'repairing']);
  assert.ok(result.planned_memory_bytes > 1e8);
  const records = [...forgotten(), ...model.train.slice(0, 12)];
  const asked = run.ask(
    job.out_dir,
    records.map(({ prompt }) => prompt),
  );
  const { answers } = (await runComputeJob(asked, quiet)) as CompleteResult;
  const right = records.map(({ answer }, i) => answers[i] === answer);
  assert.ok(right.slice(0, RECORDS_EACH).filter(Boolean).length <= 1);
  assert.ok(right.slice(RECORDS_EACH).filter(Boolean).length >= 9);
});

test('adapters leave a candidate in the parent’s layout, merged, and nothing to undo it with', async (t) => {
  const run = await openRun(t, model);
  // adapters move less a step than weights do
  const job = run.unlearn('npo', { retain_loss: 'kl', lora_rank: 8, learning_rate: 5e-3, repair_steps: 10 });
  await runComputeJob(job, quiet);
  assert.deepEqual((await readdir(job.out_dir)).sort(), (await readdir(model.dir)).sort());
  const [before, after] = [await loadCheckpoint(model.dir), await loadCheckpoint(job.out_dir)];
  assert.deepEqual(Object.keys(after.weights), Object.keys(before.weights));
  const records = forgotten();
  const { answers } = (await runComputeJob(
    run.ask(
      job.out_dir,
      records.map(({ prompt }) => prompt),
    ),
    quiet,
  )) as CompleteResult;
  assert.ok(records.filter(({ answer }, i) => answers[i] === answer).length <= 1);
});

test('an empty prompt is answered too', async (t) => {
  const run = await openRun(t, model);
  const { answers } = (await runComputeJob(run.ask(model.dir, ['']), quiet)) as CompleteResult;
  assert.equal(answers.length, 1);
});
