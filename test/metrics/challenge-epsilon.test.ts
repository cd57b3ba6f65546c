import assert from 'node:assert/strict';
import { test } from 'node:test';
import { challengeEpsilon, logitScaled, recordEpsilon } from '../../src/metrics/challenge-epsilon.ts';

const close = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-9, `${found}, not ${expected}`);

test('the best rule decides: by hand, of four models each', () => {
  // above 2.5 is `b`: one of four of either kind is on the wrong side, so ln(1 - delta - 1/4) - ln(1/4)
  close(recordEpsilon([0, 1, 2, 3], [2.4, 3.5, 4, 5]), Math.log((1 - 1e-5 - 0.25) / 0.25));
  // between 0 and 3 is `a`, which one threshold does not find: half of `b` lies to either side
  close(recordEpsilon([0, 1, 2, 9], [-8, -9, 1.5, 8]), Math.log((1 - 1e-5 - 0.25) / 0.25));
});

test('perfect separation is the largest; a rule that errs one way only says too little', () => {
  assert.equal(recordEpsilon([0, 1, 2], [3, 4, 5]), 50);
  assert.equal(recordEpsilon([3, 4, 5], [0, 1, 2]), 50);
  assert.equal(recordEpsilon([1, 2], [0, 3]), 50, 'one kind lies within the other, apart from it');
  assert.equal(recordEpsilon([1, 1.0001], [0, 3]), 50, 'a hundred times as narrow');
  assert.equal(recordEpsilon([1, 1], [1, 1]), 0);
  assert.throws(() => recordEpsilon([], [1]), RangeError);
});

test('the score halves with every half of epsilon, and counts nothing beyond what so many models can show', () => {
  const models = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const alike = models.map((i) => [i]);
  const mixed = models.map((i) => [i + 0.5]);
  const { epsilon, forgetScore } = challengeEpsilon(alike, mixed);
  const bucket = Math.floor(epsilon / 0.5);
  assert.ok(epsilon > 0 && epsilon < 3);
  assert.equal(forgetScore, 2 ** -bucket);
  const far = challengeEpsilon(
    alike,
    models.map((i) => [100 + i]),
  );
  assert.deepEqual(far, { epsilon: 50, forgetScore: 0 });
});

test('confidences are log-odds, and finite at both ends', () => {
  close(logitScaled(0.9), Math.log(9));
  assert.ok(Number.isFinite(logitScaled(0)) && Number.isFinite(logitScaled(1)));
});
