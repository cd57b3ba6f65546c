import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitHoldout } from '../../src/corpora/split.ts';
import type { SetRow } from '../../src/domain/record.ts';

const rows = fc.uniqueArray(
  fc.record({ corpus_id: fc.constantFrom('c', 'd'), ordinal: fc.nat(50), person: fc.integer({ min: -1, max: 12 }) }),
  { selector: (row) => `${row.corpus_id}${row.ordinal}`, maxLength: 60 },
);
const people = (list: SetRow[]) => new Set(list.map((row) => row.person).filter((person) => person >= 0));
const nobody = (list: SetRow[]) => list.filter((row) => row.person === -1).length;

test('halves hold every row once, nobody twice, and differ by at most one', () => {
  fc.assert(
    fc.property(rows, fc.nat(), (list, seed) => {
      const { calibration, holdout } = splitHoldout(list, seed);
      assert.deepEqual(new Set([...calibration, ...holdout]), new Set(list));
      assert.equal(calibration.length + holdout.length, list.length);
      assert.equal(people(calibration).intersection(people(holdout)).size, 0);
      for (const extra of [people(holdout).size - people(calibration).size, nobody(holdout) - nobody(calibration)])
        assert.ok(extra === 0 || extra === 1);
    }),
  );
});

test('the order of rows does not matter, the seed does', () => {
  const list = Array.from({ length: 40 }, (_, i) => ({ corpus_id: 'c', ordinal: i, person: i >> 1 }));
  const split = (from: SetRow[], seed: number) => [...people(splitHoldout(from, seed).calibration)].sort();
  assert.deepEqual(split(list.toReversed(), 7), split(list, 7));
  assert.notDeepEqual(split(list, 8), split(list, 7));
});

test('numbers of people shift from run to run and change nothing; leaving one out moves at most one other', () => {
  const list = Array.from({ length: 60 }, (_, i) => ({ corpus_id: 'c', ordinal: i, person: i >> 1 }));
  const calibrating = (from: SetRow[]) => new Set(splitHoldout(from, 7).calibration.map((row) => row.ordinal));
  const halves = calibrating(list);
  for (const shift of [1, 9, 95])
    assert.deepEqual(calibrating(list.map((row) => ({ ...row, person: row.person + shift }))), halves);
  for (let gone = 0; gone < 30; gone++) {
    const rest = calibrating(list.filter((row) => row.person !== gone));
    const moved = [...rest.symmetricDifference(halves)].filter((ordinal) => ordinal >> 1 !== gone);
    assert.ok(moved.length <= 2, `${moved.length / 2} people moved`);
  }
});
