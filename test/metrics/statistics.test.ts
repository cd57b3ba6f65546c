import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapInterval } from '../../src/metrics/bootstrap.ts';
import { erfc, harmonicMean, mean, predictionLimit, quantile } from '../../src/metrics/statistics.ts';

test('the mean is in the range of its values', () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.ok(Number.isNaN(mean([])));
});

test('the harmonic mean of anything with a zero is zero', () => {
  assert.equal(harmonicMean([1, 0, 5]), 0);
  assert.ok(Math.abs(harmonicMean([1, 2, 4]) - 12 / 7) < 1e-15);
});

test('quantiles interpolate between order statistics', () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([4, 1, 3, 2], 0), 1);
  assert.equal(quantile([4, 1, 3, 2], 1), 4);
  assert.equal(quantile([7], 0.95), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('the prediction limit is the rank that its guarantee asks for', () => {
  const values = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  assert.deepEqual(predictionLimit(values(19), 0.95), { limit: 19, rank: 19, guaranteed: true });
  assert.deepEqual(predictionLimit(values(18), 0.95), { limit: 18, rank: 18, guaranteed: false });
  assert.deepEqual(predictionLimit(values(40), 0.95), { limit: 39, rank: 39, guaranteed: true });
  assert.throws(() => predictionLimit([], 0.95), RangeError);
});

test('erfc agrees with tabulated values on both sides of its switch', () => {
  const table = [
    [0, 1],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2, 0.004677734981047266],
    [5, 1.5374597944280349e-12],
    [10, 2.088487583762545e-45],
  ] as const;
  for (const [x, value] of table) assert.ok(Math.abs(erfc(x) / value - 1) < 1e-12, `erfc(${x})`);
  assert.equal(erfc(-1), 2 - erfc(1));
});

test('a bootstrap interval holds its estimate, depends on the seed alone, and is null for nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 12 }), (values) => {
      const make = (seed: number) => bootstrapInterval([values], ([drawn]) => mean(drawn!), { seed, resamples: 200 });
      const interval = make(1)!;
      assert.deepEqual(interval, make(1));
      assert.ok(interval.low <= interval.high);
      assert.ok(interval.low >= Math.min(...values) - 1e-9 && interval.high <= Math.max(...values) + 1e-9);
    }),
    { numRuns: 50 },
  );
  assert.equal(
    bootstrapInterval([[]], () => 0, { seed: 1 }),
    null,
  );
});
