import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learningRateAt } from '../../src/training/schedule.ts';

const options = { learning_rate: 1e-3, warmup_steps: 10, schedule: 'cosine' as const, steps: 110 };
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test('the rate climbs in a line, then falls on a cosine to a tenth, and stays there', () => {
  close(learningRateAt(1, options), 1e-4);
  close(learningRateAt(5, options), 5e-4);
  close(learningRateAt(10, options), 1e-3);
  close(learningRateAt(60, options), 1e-3 * 0.55);
  close(learningRateAt(110, options), 1e-4);
  close(learningRateAt(400, options), 1e-4);
  for (let step = 11; step < 110; step++)
    assert.ok(learningRateAt(step + 1, options) < learningRateAt(step, options), `step ${step}`);
});

test('a constant schedule keeps the peak; without a warm-up it starts there', () => {
  const constant = { ...options, schedule: 'constant' as const };
  close(learningRateAt(5, constant), 5e-4);
  close(learningRateAt(1000, constant), 1e-3);
  assert.equal(learningRateAt(1, { ...constant, warmup_steps: 0 }), 1e-3);
});

test('fewer steps than the warm-up has stay finite', () => {
  const short = { ...options, steps: 3 };
  for (let step = 1; step <= 20; step++) assert.ok(Number.isFinite(learningRateAt(step, short)));
});
