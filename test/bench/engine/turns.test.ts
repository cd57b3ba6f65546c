import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestDifference, ratioOf } from '../../../bench/engine/turns.ts';

const paces = (...seconds: number[]) => seconds.map((value) => ({ seconds: value, cpu_seconds: value / 2 }));

test('a ratio is the median of the rounds’ ratios, not the ratio of medians', () => {
  // the machine was slow in the first round, for both
  assert.equal(
    ratioOf(paces(100, 12, 11), paces(50, 10, 10), ({ seconds }) => seconds),
    1.2,
  );
});

test('loss curves are compared as far as both go, relative to the other side', () => {
  assert.equal(largestDifference([2, 4, 9], [2, 5]), 0.2);
  assert.equal(largestDifference([2], [4, 100]), 0.5);
});

test('a loss that is no number differs', () => {
  assert.ok(Number.isNaN(largestDifference([2, Number.NaN], [2, 5])));
});
