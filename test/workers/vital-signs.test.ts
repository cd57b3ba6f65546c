import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { FromCompute } from '../../src/domain/compute.ts';
import { watchVitalSigns } from '../../workers/vital-signs.ts';

beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
afterEach(() => mock.timers.reset());

const message = (step: number, seconds_left: number | null): Extract<FromCompute, { type: 'progress' }> => ({
  type: 'progress',
  progress: {
    ...{ phase: 'unlearning', step, steps: 9, forget_loss: null, retain_loss: null, forget_target: null },
    seconds_left,
  },
  point: { step, phase: 'unlearning', forget_loss: null, retain_loss: null },
});

function watched(stallMs: number) {
  const clock = { ms: 0 };
  const told: Extract<FromCompute, { type: 'progress' }>[] = [];
  let hung = 0;
  const signs = watchVitalSigns({ progress: (one) => told.push(one), hung: () => hung++ }, stallMs, () => clock.ms);
  const pass = (ms: number) => {
    for (let end = clock.ms + ms; clock.ms < end; ) {
      clock.ms += 100;
      mock.timers.tick(100);
    }
  };
  return { signs, told, pass, hung: () => hung };
}

test('before the child says anything, it is loading', () => {
  const { signs, told, pass } = watched(60_000);
  pass(1000);
  assert.deepEqual(
    told.map(({ progress }) => [progress.phase, progress.seconds_left]),
    [
      ['loading', null],
      ['loading', null],
    ],
  );
  signs.stop();
});

test('what was said is told at once, then repeated without its point and with less time left', () => {
  const { signs, told, pass } = watched(60_000);
  signs.heard(message(1, 1.2));
  pass(1500);
  assert.deepEqual(
    told.map(({ progress, point }) => [progress.step, Math.round(progress.seconds_left! * 10), point !== undefined]),
    [
      [1, 12, true],
      [1, 7, false],
      [1, 2, false],
      [1, 0, false],
    ],
  );
  signs.stop();
});

test('one step of ten seconds: something is told at least once a second, the time left counted down', () => {
  const { signs, told, pass, hung } = watched(60_000);
  signs.heard(message(1, 10));
  const counts: number[] = [];
  for (let second = 0; second < 10; second++) {
    const before = told.length;
    pass(1000);
    counts.push(told.length - before);
  }
  assert.ok(
    counts.every((count) => count >= 1),
    `${counts}`,
  );
  const left = told.map(({ progress }) => progress.seconds_left!);
  assert.ok(
    left.every((seconds, i) => i === 0 || seconds < left[i - 1]!),
    `${left}`,
  );
  assert.deepEqual([left[0], left.at(-1), hung()], [10, 0, 0]);
  signs.stop();
});

test('a child that reports by itself is not repeated', () => {
  const { signs, told, pass } = watched(60_000);
  for (let step = 1; step <= 10; step++) {
    signs.heard(message(step, null));
    pass(300);
  }
  assert.deepEqual(
    told.map(({ progress }) => progress.step),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  signs.stop();
});

test('silence beyond the limit is a hang, told once; any message is a sign of life', () => {
  const { signs, pass, hung, told } = watched(2000);
  for (let i = 0; i < 5; i++) {
    pass(1500);
    signs.heard({ type: 'alive' });
  }
  assert.equal(hung(), 0);
  pass(2000);
  assert.equal(hung(), 1);
  const count = told.length;
  pass(5000);
  assert.equal(hung(), 1);
  assert.equal(told.length, count, 'nothing is told after it');
});
