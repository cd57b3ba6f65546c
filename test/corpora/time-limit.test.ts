import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withinTime } from '../../src/corpora/time-limit.ts';

test('what ends in time is returned, or thrown as it was thrown', () => {
  const made = { a: 1 };
  assert.equal(withinTime(1000, () => made)?.value, made);
  assert.deepEqual(
    withinTime(1000, () => undefined),
    { value: undefined },
  );
  const fault = new RangeError('too far');
  assert.throws(
    () =>
      withinTime(1000, () => {
        throw fault;
      }),
    (error) => error === fault,
  );
});

test('a loop and a regular expression that do not end are stopped, and work goes on after them', () => {
  let turns = 0;
  const endless = () => {
    for (;;) turns++;
  };
  assert.equal(withinTime(30, endless), null);
  assert.ok(turns > 0);
  assert.equal(
    withinTime(30, () => /^(a+)+$/.test(`${'a'.repeat(60)}b`)),
    null,
  );
  assert.equal(withinTime(1000, () => 5)?.value, 5);
});
