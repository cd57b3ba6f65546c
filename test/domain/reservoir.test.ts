import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reservoir } from '../../src/domain/reservoir.ts';

function taken(count: number, limit: number, seed: number): number[] {
  const reservoir = new Reservoir<number>(limit, seed);
  for (let i = 0; i < count; i++) reservoir.add(i);
  return reservoir.taken();
}

test('all of few things in their order; of many as many as asked for, by the seed alone', () => {
  assert.deepEqual(taken(5, 5, 1), [0, 1, 2, 3, 4]);
  assert.deepEqual(taken(3, Number.POSITIVE_INFINITY, 1), [0, 1, 2]);
  assert.deepEqual(taken(3, 0, 1), []);
  const some = taken(1000, 10, 7);
  assert.equal(new Set(some).size, 10);
  assert.deepEqual(
    some,
    some.toSorted((a, b) => a - b),
  );
  assert.deepEqual(taken(1000, 10, 7), some);
  assert.notDeepEqual(taken(1000, 10, 8), some);
});

test('everything is as likely to be taken', () => {
  const [count, limit, trials] = [20, 5, 4000];
  const times = new Array<number>(count).fill(0);
  for (let seed = 0; seed < trials; seed++) for (const i of taken(count, limit, seed)) times[i]!++;
  // each is binomial: mean 1000, standard deviation 27
  for (const one of times) assert.ok(Math.abs(one - 1000) < 5 * 27, times.join(' '));
});
