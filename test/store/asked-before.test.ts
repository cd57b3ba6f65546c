import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedBefore, countedNow } from '../../src/store/asked-before.ts';

const of = (requests: number) => new Map([['m', { requests, records: 2 * requests }]]);
const DAY = 86_400_000;

test('a few requests are counted each time, many for a moment that grows with them, and never for long', () => {
  assert.equal(countedNow(of(99), 1000).until, 1000);
  assert.equal(countedNow(of(1000), 1000).until, 1200);
  assert.equal(countedNow(of(10_000_000), 1000).until, 11_000);
});

test('what is kept holds for its tenant and window, until its time is over, and nobody changes it', () => {
  const memory = askedBefore();
  memory.keep('a', DAY, countedNow(of(1000), 0));
  assert.equal(memory.known('b', DAY, 0), null);
  assert.equal(memory.known('a', DAY / 2, 0), null);
  memory.known('a', DAY, 199)!.models.set('m', { requests: 0, records: 0 });
  assert.deepEqual(memory.known('a', DAY, 199)?.models, of(1000));
  assert.equal(memory.known('a', DAY, 200), null);
});
