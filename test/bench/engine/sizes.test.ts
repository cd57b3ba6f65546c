import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchesOf, forwardOperations, parameterCount, SIZES } from '../../../bench/engine/sizes.ts';

test('models have about as many parameters as their names say', () => {
  for (const size of SIZES) {
    const named = Number.parseFloat(size.name) * 1e6;
    assert.ok(Math.abs(parameterCount(size) / named - 1) < 0.03, `${size.name}: ${parameterCount(size)}`);
  }
});

test('operations of a small model are those counted by hand', () => {
  const size = { name: '', vocab: 7, width: 4, layers: 1, heads: 1, rows: 1, columns: 2, steps: 1, rounds: 1 };
  const token = 4 * 12 + 4 * 4 + 4 * 16 + 16 * 4; // queries, keys and values; output; the two of the inner layer
  const attention = 2 * 2 * 4 + 2 * 2 * 4; // scores; values
  const vocabulary = 1 * 4 * 7; // one of the two tokens has one that follows
  assert.equal(forwardOperations(size), 2 * (2 * token + attention + vocabulary));
});

test('batches have their shape and are the same every time', () => {
  const size = SIZES[0]!;
  const batches = batchesOf(size);
  assert.deepEqual(batches, batchesOf(size));
  assert.ok(batches.every((batch) => batch.length === size.rows && batch.every((row) => row.length === size.columns)));
  assert.ok(batches.flat(2).every((id) => Number.isInteger(id) && id >= 0 && id < size.vocab));
});
