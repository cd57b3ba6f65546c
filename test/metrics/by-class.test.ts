import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowScore } from '../../src/domain/verification.ts';
import { accuracyByClass } from '../../src/metrics/report/by-class.ts';

/** Rows of a class, of which the first `hits` are recognised. */
function rows(label: number, count: number, hits: number): RowScore[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ index, label, person: index, logProbs: Float32Array.of(-1), mu: Float32Array.of(-1) },
    ...{ variance: Float32Array.of(1), correct: Uint8Array.of(index < hits ? 1 : 0) },
  }));
}
const retain = [...rows(2, 10, 9), ...rows(0, 5, 5)];

test('a share for each class and set, under both checkpoints, in the order of the classes', () => {
  const before = { forget: rows(2, 6, 6), retain, holdout: rows(0, 8, 4) };
  const after = { forget: rows(2, 6, 3), retain: [...rows(0, 5, 1), ...rows(2, 10, 8)], holdout: rows(0, 8, 4) };
  assert.deepEqual(accuracyByClass(before, after, ['low', 'middle', 'high']), [
    {
      ...{ class: 'low', forget: null, retain: { records: 5, before: 1, after: 0.2 } },
      holdout: { records: 8, before: 0.5, after: 0.5 },
    },
    {
      ...{ class: 'high', forget: { records: 6, before: 1, after: 0.5 } },
      ...{ retain: { records: 10, before: 0.9, after: 0.8 }, holdout: null },
    },
  ]);
});

test('classes without names go by their numbers; of a handful of records nothing is said', () => {
  const sets = { forget: rows(1, 4, 4), retain: rows(0, 5, 5), holdout: [] };
  assert.deepEqual(accuracyByClass(sets, sets, null), [
    { class: '0', forget: null, retain: { records: 5, before: 1, after: 1 }, holdout: null },
  ]);
});

test('rows without a class are none of a classifier', () => {
  const plain = rows(1, 9, 9).map(({ label: _, ...row }) => row);
  const sets = { forget: plain, retain: plain, holdout: plain };
  assert.deepEqual(accuracyByClass(sets, sets, null), []);
});
