import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ksTest } from '../../src/metrics/ks-test.ts';

function distance(a: number[], b: number[]): number {
  const below = (values: number[], x: number) => values.filter((value) => value <= x).length / values.length;
  return Math.max(...[...a, ...b].map((x) => Math.abs(below(a, x) - below(b, x))));
}

function bruteForceP(n: number, m: number, statistic: number): number {
  let [extreme, total] = [0, 0];
  const all = Array.from({ length: n + m }, (_, i) => i);
  for (let mask = 0; mask < 2 ** (n + m); mask++) {
    const first = all.filter((i) => mask & (1 << i));
    if (first.length !== n) continue;
    total++;
    if (
      distance(
        first,
        all.filter((i) => !(mask & (1 << i))),
      ) >=
      statistic - 1e-12
    )
      extreme++;
  }
  return extreme / total;
}

test('statistic and p equal brute-force enumeration', () => {
  const ranks = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([n, m]) =>
    fc
      .shuffledSubarray(
        Array.from({ length: n + m }, (_, i) => i),
        { minLength: n, maxLength: n },
      )
      .map((first) => ({
        first,
        second: Array.from({ length: n + m }, (_, i) => i).filter((i) => !first.includes(i)),
      })),
  );
  fc.assert(
    fc.property(ranks, ({ first, second }) => {
      const result = ksTest(first, second);
      assert.ok(Math.abs(result.statistic - distance(first, second)) < 1e-12);
      assert.ok(Math.abs(result.p - bruteForceP(first.length, second.length, result.statistic)) < 1e-12);
    }),
    { numRuns: 60 },
  );
});

test('the test is symmetric and a sample does not differ from itself', () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [one, other] = [ksTest(a, b), ksTest(b, a)];
      assert.ok(Math.abs(one.statistic - other.statistic) < 1e-12);
      assert.ok(Math.abs(one.p - other.p) < 1e-9 && one.p > 0 && one.p <= 1);
      assert.deepEqual(ksTest(a, a), { statistic: 0, p: 1 });
    }),
  );
});

test('the far tail keeps its digits: separate samples have p = 2 / C(2n, n)', () => {
  const n = 60;
  const low = Array.from({ length: n }, (_, i) => i);
  let ways = 1;
  for (let i = 1; i <= n; i++) ways = (ways * (n + i)) / i;
  const { p, statistic } = ksTest(
    low,
    low.map((i) => i + 1000),
  );
  assert.equal(statistic, 1);
  assert.ok(Math.abs(p / (2 / ways) - 1) < 1e-10);
});
