import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeApplies, readRange } from '../../src/http/range.ts';

test('one range of bytes is read as RFC 9110 says', () => {
  const cases: [string | undefined, ReturnType<typeof readRange>][] = [
    ['bytes=0-499', { start: 0, end: 499 }],
    ['bytes=500-', { start: 500, end: 999 }],
    ['bytes=-200', { start: 800, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=999-5000', { start: 999, end: 999 }],
    ['BYTES= 1-1 ', { start: 1, end: 1 }],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    // what is malformed, of another unit, or several is passed over
    [undefined, 'whole'],
    ['bytes=9-3', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=1-2x', 'whole'],
    ['items=0-1', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['bytes=99999999999999999999-', 'whole'],
  ];
  for (const [header, expected] of cases) assert.deepEqual(readRange(header, 1000), expected, header);
  assert.equal(readRange('bytes=0-', 0), 'unsatisfiable');
});

test('If-Range takes the strong tag alone', () => {
  assert.ok(rangeApplies(undefined, '"a"') && rangeApplies('"a"', '"a"'));
  for (const other of ['"b"', 'W/"a"', 'Thu, 26 Nov 2026 12:00:00 GMT']) assert.ok(!rangeApplies(other, '"a"'));
});
