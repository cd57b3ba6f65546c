import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReporter, type Update } from '../../src/compute/progress.ts';

/** A reporter whose clock is a number. */
function at(start = 0) {
  const sent: Update[] = [];
  const clock = { ms: start };
  const reporter = createReporter(
    (update) => sent.push(update),
    () => clock.ms,
  );
  return { reporter, sent, clock };
}

test('a new phase is told at once, steps at most twice a second', () => {
  const { reporter, sent, clock } = at();
  reporter.report('loading');
  reporter.report('unlearning', 1, 100);
  for (let step = 2; step <= 100; step++) {
    clock.ms += 100;
    reporter.report('unlearning', step, 100);
  }
  assert.equal(sent[0]!.progress.phase, 'loading');
  assert.equal(sent[0]!.point, undefined);
  const steps = sent.slice(1).map(({ progress }) => progress.step);
  assert.deepEqual(steps, [1, ...Array.from({ length: 19 }, (_, i) => 6 + 5 * i)]);
  clock.ms += 1;
  reporter.report('saving');
  assert.equal(sent.at(-1)!.progress.phase, 'saving');
});

test('why forgetting ended is told from then on, by whatever phase', () => {
  const { reporter, sent, clock } = at();
  reporter.report('unlearning', 1, 2);
  assert.equal(reporter.ended(), undefined);
  clock.ms += 1000;
  reporter.report('unlearning', 2, 2, { ended: 'step-bound' });
  reporter.report('saving');
  assert.deepEqual(
    sent.map(({ progress }) => progress.ended),
    [undefined, 'step-bound', 'step-bound'],
  );
  assert.equal(reporter.ended(), 'step-bound');
});

test('seconds left follow from the pace of the phase', () => {
  const { reporter, sent, clock } = at(5000);
  reporter.report('verifying', 0, 40);
  clock.ms += 2000;
  reporter.report('verifying', 10, 40);
  assert.deepEqual(
    sent.map(({ progress }) => progress.seconds_left),
    [null, 6],
  );
  clock.ms += 6000;
  reporter.report('verifying', 40, 40);
  assert.equal(sent.at(-1)!.progress.seconds_left, 0);
  clock.ms += 1000;
  reporter.report('repairing', 3, 0);
  assert.equal(sent.at(-1)!.progress.seconds_left, null, 'an unknown number of steps');
});

test('unlearning ends at its forget target, so the way to it counts where that is shorter', () => {
  const { reporter, sent, clock } = at();
  reporter.report('unlearning', 0, 600);
  clock.ms += 3000;
  reporter.report('unlearning', 60, 600, { forget_loss: 3, forget_target: 4 });
  assert.equal(sent.at(-1)!.progress.seconds_left, 1);
  clock.ms += 1000;
  reporter.report('unlearning', 80, 600, { forget_loss: 5, forget_target: 4 });
  assert.equal(sent.at(-1)!.progress.seconds_left, 0);
});

test('losses go into progress and curve; what is not known is null', () => {
  const { reporter, sent } = at();
  reporter.report('unlearning', 1, 9, { forget_loss: 0.5, forget_target: 4 });
  const { progress, point } = sent[0]!;
  assert.deepEqual(point, { step: 1, phase: 'unlearning', forget_loss: 0.5, retain_loss: null });
  assert.deepEqual([progress.forget_loss, progress.retain_loss, progress.forget_target], [0.5, null, 4]);
  assert.deepEqual(reporter.curve(), [point]);
});

test('a curve of any length keeps its ends and its order in a bounded number of points', () => {
  const { reporter } = at();
  for (let step = 1; step <= 5000; step++) reporter.report('unlearning', step, 5000);
  const steps = reporter.curve().map((point) => point.step);
  assert.ok(steps.length <= 400 && steps.length > 150, `${steps.length} points`);
  assert.deepEqual([steps[0], steps.at(-1)], [1, 5000]);
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
  const widest = Math.max(...steps.slice(1).map((step, i) => step - steps[i]!));
  assert.ok(widest <= 32, `a gap of ${widest} steps`);
});

test('seconds are summed by phase, also of a phase that came twice', () => {
  const { reporter, clock } = at();
  for (const [phase, ms] of [
    ['loading', 1000],
    ['unlearning', 4000],
    ['loading', 500],
    ['saving', 250],
  ] as const) {
    reporter.report(phase);
    clock.ms += ms;
  }
  assert.deepEqual(reporter.seconds(), { loading: 1.5, unlearning: 4, saving: 0.25 });
});

test('the highest step of each phase is kept', () => {
  const { reporter } = at();
  for (const step of [1, 7, 3]) reporter.report('unlearning', step, 9);
  reporter.report('repairing', 2, 9);
  reporter.report('saving');
  assert.deepEqual(reporter.steps(), { unlearning: 7, repairing: 2 });
});
