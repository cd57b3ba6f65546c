import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST_ROWS, MOST_ROWS, ROW_TOKENS, withBatch } from '../../src/training/batch-size.ts';

const ASKED = { forget_batch: 0, retain_batch: 0, other: 1 };
const row = (length: number) => ({ ids: new Int32Array(length), promptLength: 1 });

test('long records are taken fewer at a time, within bounds; the retain half goes with them', () => {
  assert.deepEqual(withBatch(ASKED, {}, 2), { ...ASKED, forget_batch: MOST_ROWS, retain_batch: MOST_ROWS / 2 });
  assert.deepEqual(withBatch(ASKED, { retainShare: 1 }, ROW_TOKENS / 10), {
    ...{ ...ASKED, forget_batch: 10, retain_batch: 10 },
  });
  assert.deepEqual(withBatch(ASKED, { retainShare: 0.1 }, 1e6), {
    ...{ ...ASKED, forget_batch: LEAST_ROWS, retain_batch: 1 },
  });
});

test('rows say by themselves how long they are', () => {
  const length = ROW_TOKENS / 16;
  assert.equal(withBatch(ASKED, {}, [row(length - 2), row(length + 2)]).forget_batch, 16);
});

test('only batches of 0 are replaced', () => {
  const named = { ...ASKED, forget_batch: 6, retain_batch: 2 };
  assert.equal(withBatch(named, {}, 1e6), named);
  assert.deepEqual(withBatch({ ...ASKED, forget_batch: 6 }, {}, 1e6), { ...ASKED, forget_batch: 6, retain_batch: 3 });
  assert.deepEqual(withBatch({ ...ASKED, retain_batch: 7 }, {}, 1), { ...ASKED, forget_batch: 32, retain_batch: 7 });
  const without = { steps: 3 };
  assert.equal(withBatch(without, {}, 1e6), without);
});
