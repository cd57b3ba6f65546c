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

const NOTHING = new Map();

test('what is kept holds for its tenant and window, until its time is over, and nobody changes it', () => {
  const memory = askedBefore();
  memory.keep('a', DAY, { counts: countedNow(of(1000), 0), lastGroup: 0, taken: NOTHING });
  assert.equal(memory.known('b', DAY, 0).counts, null);
  assert.equal(memory.known('a', DAY / 2, 0).counts, null);
  memory.known('a', DAY, 199).counts!.models.set('m', { requests: 0, records: 0 });
  assert.deepEqual(memory.known('a', DAY, 199).counts?.models, of(1000));
  assert.equal(memory.known('a', DAY, 200).counts, null);
});

test('who finds it out of date counts, and the others go on with it for a second', () => {
  const memory = askedBefore();
  memory.keep('a', DAY, { counts: countedNow(of(1000), 0), lastGroup: 0, taken: NOTHING });
  const { counts, lastGroup } = memory.known('a', DAY, 200);
  assert.equal(counts, null);
  assert.deepEqual(memory.known('a', DAY, 1199).counts?.models, of(1000));
  assert.equal(memory.known('a', DAY, 1200).counts, null);
  memory.keep('a', DAY, { counts: countedNow(of(1001), 1200), lastGroup, taken: NOTHING });
  assert.deepEqual(memory.known('a', DAY, 1201).counts?.models, of(1001));
  // few are counted by everybody
  memory.keep('b', DAY, { counts: countedNow(of(50), 0), lastGroup, taken: NOTHING });
  assert.equal(memory.known('b', DAY, 1).counts, null);
  assert.equal(memory.known('b', DAY, 1).counts, null);
});

test('what groups beside each other take in is added up, on top of the latest count', () => {
  const memory = askedBefore();
  const counts = countedNow(of(1000), 0);
  const { lastGroup } = memory.known('a', DAY, 0);
  memory.keep('a', DAY, { counts, lastGroup, taken: of(3) });
  // the second was judged by the same count, which did not know of the first
  memory.keep('a', DAY, { counts, lastGroup, taken: of(4) });
  assert.deepEqual(memory.known('a', DAY, 0).counts?.models, of(1007));
});

test('what was taken in while somebody counted is in the count, seen by it or not', () => {
  const memory = askedBefore();
  const cold = [memory.known('a', DAY, 0), memory.known('a', DAY, 1)];
  memory.keep('a', DAY, { counts: countedNow(of(1000), 0), lastGroup: cold[0]!.lastGroup, taken: of(50) });
  memory.keep('a', DAY, { counts: countedNow(of(1000), 1), lastGroup: cold[1]!.lastGroup, taken: of(50) });
  assert.deepEqual(memory.known('a', DAY, 1).counts?.models, of(1100));
  // one counts anew, the other goes on with what is known and is done first
  const counting = memory.known('a', DAY, 500);
  const going = memory.known('a', DAY, 501);
  assert.equal(counting.counts, null);
  memory.keep('a', DAY, { counts: going.counts!, lastGroup: going.lastGroup, taken: of(30) });
  memory.keep('a', DAY, { counts: countedNow(of(1100), 500), lastGroup: counting.lastGroup, taken: of(20) });
  assert.deepEqual(memory.known('a', DAY, 501).counts?.models, of(1150));
  // or done last, judged by a count that is older by then
  memory.keep('a', DAY, { counts: going.counts!, lastGroup: going.lastGroup, taken: of(5) });
  assert.deepEqual(memory.known('a', DAY, 501).counts?.models, of(1155));
});
