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
  memory.keep('a', DAY, countedNow(of(1000), 0), new Map());
  assert.equal(memory.known('b', DAY, 0), null);
  assert.equal(memory.known('a', DAY / 2, 0), null);
  memory.known('a', DAY, 199)!.models.set('m', { requests: 0, records: 0 });
  assert.deepEqual(memory.known('a', DAY, 199)?.models, of(1000));
  assert.equal(memory.known('a', DAY, 200), null);
});

test('who finds it out of date counts, and the others go on with it for a second', () => {
  const memory = askedBefore();
  memory.keep('a', DAY, countedNow(of(1000), 0), new Map());
  assert.equal(memory.known('a', DAY, 200), null);
  assert.deepEqual(memory.known('a', DAY, 1199)?.models, of(1000));
  assert.equal(memory.known('a', DAY, 1200), null);
  memory.keep('a', DAY, countedNow(of(1001), 1200), new Map());
  assert.deepEqual(memory.known('a', DAY, 1201)?.models, of(1001));
  // few are counted by everybody
  memory.keep('b', DAY, countedNow(of(50), 0), new Map());
  assert.equal(memory.known('b', DAY, 1), null);
  assert.equal(memory.known('b', DAY, 1), null);
});

test('what groups beside each other take in is added up, on top of the latest count', () => {
  const memory = askedBefore();
  const counted = countedNow(of(1000), 0);
  memory.keep('a', DAY, counted, of(3));
  // the second was judged by the same count, which did not know of the first
  memory.keep('a', DAY, counted, of(4));
  assert.deepEqual(memory.known('a', DAY, 0)?.models, of(1007));
  memory.keep('a', DAY, countedNow(of(2000), 100), of(1));
  assert.deepEqual(memory.known('a', DAY, 100)?.models, of(2001));
  memory.keep('a', DAY, counted, of(5));
  assert.deepEqual(memory.known('a', DAY, 100)?.models, of(2006));
});
