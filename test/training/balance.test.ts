import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balancedByPerson } from '../../src/training/balance.ts';

const rowsOf = (...counts: number[]) => counts.flatMap((count, person) => Array(count).fill({ person }));
const shares = (counts: number[]) => {
  const rows = rowsOf(...counts);
  const drawn = balancedByPerson(rows).map((place) => rows[place].person);
  return counts.map((_, person) => drawn.filter((one) => one === person).length);
};

test('people with as many records each are drawn as they stand', () => {
  assert.deepEqual(balancedByPerson(rowsOf(2, 2)), [0, 1, 2, 3]);
  assert.deepEqual(shares([3, 4, 5]), [3, 4, 5]);
  assert.deepEqual(balancedByPerson([]), []);
});

test('whoever has few comes up as often as people do on average, and nobody less often for it', () => {
  assert.deepEqual(shares([1, 19]), [10, 19]);
  assert.deepEqual(shares([1, 3, 500]), [168, 168, 500]);
});

test('an epoch is at most twice as long', () => {
  for (const counts of [
    [1, 1, 1, 1, 996],
    [1, 999],
    [10, 500, 490],
  ]) {
    const rows = counts.reduce((sum, one) => sum + one, 0);
    assert.ok(balancedByPerson(rowsOf(...counts)).length <= 2 * rows, `${counts}`);
  }
});
