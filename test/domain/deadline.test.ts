import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monthsAfter, oneMonthAfter } from '../../src/domain/deadline.ts';

const CASES: [from: string, due: string][] = [
  ['2026-01-15T10:20:30.400Z', '2026-02-15T10:20:30.400Z'],
  ['2026-01-31T23:59:59.999Z', '2026-02-28T23:59:59.999Z'],
  ['2028-01-31T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['2026-03-31T12:00:00Z', '2026-04-30T12:00:00.000Z'],
  ['2026-12-31T12:00:00Z', '2027-01-31T12:00:00.000Z'],
  ['2026-11-30T12:00:00Z', '2026-12-30T12:00:00.000Z'],
  // an offset counts in UTC
  ['2026-01-31T23:30:00-02:00', '2026-03-01T01:30:00.000Z'],
];

test('a request is due one calendar month after it was submitted, at the latest on the last day of that month', () => {
  for (const [from, due] of CASES) assert.equal(oneMonthAfter(from), due, from);
});

test('an extension counts from the submission too, not from the shorter month between', () => {
  assert.equal(monthsAfter('2026-01-31T12:00:00Z', 2), '2026-03-31T12:00:00.000Z');
  assert.equal(monthsAfter('2026-01-31T12:00:00Z', 3), '2026-04-30T12:00:00.000Z');
  assert.equal(monthsAfter('2027-11-30T12:00:00Z', 3), '2028-02-29T12:00:00.000Z');
});
