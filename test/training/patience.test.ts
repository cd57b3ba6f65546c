import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPatience } from '../../src/training/patience.ts';

/** At which of these values, the first is 0, it ended first; -1 if it did not. */
function endOf(values: readonly number[]): number {
  const patience = createPatience();
  return values.findIndex((value) => patience.endsAt(value));
}

describe('patience', () => {
  const level = (value: number, times: number) => new Array<number>(times).fill(value);
  const swings = (by: number) => Array.from({ length: 60 }, (_, i) => 3 + by * Math.sin(i / 5));

  test('ends once nothing has moved for twenty looks, from wherever it came', () => {
    assert.equal(endOf(level(3, 30)), 19);
    assert.equal(endOf([1, 2, ...level(3, 30)]), 21);
    assert.equal(endOf([5, 4, ...level(3, 30)]), 21);
    assert.equal(endOf(level(0, 30)), 19);
  });

  test('trembling is rest; a swing to and fro and a climb are none', () => {
    assert.equal(endOf(swings(0.1)), 19);
    assert.equal(endOf(swings(0.5)), -1);
    assert.equal(endOf(Array.from({ length: 60 }, (_, i) => 3 * 1.01 ** i)), -1);
  });

  test('begins anew where something else is asked', () => {
    const patience = createPatience();
    for (const value of level(3, 19)) assert.equal(patience.endsAt(value), false);
    patience.restart();
    for (const value of level(2, 19)) assert.equal(patience.endsAt(value), false);
    assert.equal(patience.endsAt(2), true);
  });
});
