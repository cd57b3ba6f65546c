import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossChart, stretches } from '../../../../src/evidence/report-page/charts/losses.ts';
import { curveOf } from '../fixture.ts';

const point = (step: number, phase: string, forget_loss: number | null = 1) => ({
  step,
  phase,
  forget_loss,
  retain_loss: null,
});

test('a phase that counts on goes on; an attempt that starts again begins where the last one ended', () => {
  const found = stretches([
    ...[point(1, 'unlearning'), point(9, 'unlearning'), point(10, 'repairing'), point(12, 'repairing')],
    ...[point(0, 'verifying', null), point(1, 'unlearning'), point(4, 'unlearning')],
  ]);
  assert.deepEqual(
    found.map(({ phase, from, points }) => [phase, from, points.length]),
    [
      ['unlearning', 0, 2],
      ['repairing', 0, 2],
      ['unlearning', 12, 2],
    ],
  );
});

test('a run without losses has no chart; every line of one stays within its box', () => {
  assert.equal(lossChart([point(1, 'verifying', null)]), null);
  const drawn = lossChart(curveOf(40))!.text;
  const lines = [...drawn.matchAll(/class="line (?:forget|retain)" d="([^"]+)"/g)];
  assert.equal(lines.length, 4);
  for (const [, path] of lines) {
    const numbers = path!.match(/-?[\d.]+/g)!.map(Number);
    assert.ok(numbers.length > 30 && numbers.every((value) => value >= 0 && value <= 700), path);
  }
});
