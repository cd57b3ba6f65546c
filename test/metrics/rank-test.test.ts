import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../src/domain/random.ts';
import { auc, aucOfDrawn, peopleNeeded, rankTest, smallestReachableP } from '../../src/metrics/rank-test.ts';

const sample = (max: number) => fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: max });

const pairwise = (a: number[], b: number[]): number =>
  a.flatMap((x) => b.map((y) => (y > x ? 1 : y === x ? 0.5 : 0) as number)).reduce((s, v) => s + v, 0) /
  (a.length * b.length);

/** Two-sided p by looking at every way to choose which people are the first group. */
function bruteForceP(a: number[], b: number[]): { p: number; smallestP: number } {
  const all = [...a, ...b];
  const distances: number[] = [];
  for (let mask = 0; mask < 2 ** all.length; mask++) {
    const first = all.filter((_, i) => mask & (1 << i));
    if (first.length !== a.length) continue;
    distances.push(
      Math.abs(
        pairwise(
          first,
          all.filter((_, i) => !(mask & (1 << i))),
        ) - 0.5,
      ),
    );
  }
  const beyond = (d: number) => distances.filter((value) => value >= d - 1e-12).length / distances.length;
  return { p: beyond(Math.abs(pairwise(a, b) - 0.5)), smallestP: beyond(Math.max(...distances)) };
}

test('AUC counts pairs, ties by half, and turns round when the groups are exchanged', () => {
  fc.assert(
    fc.property(sample(8), sample(8), (a, b) => {
      const value = auc(a, b);
      assert.ok(value >= 0 && value <= 1);
      assert.ok(Math.abs(value - pairwise(a, b)) < 1e-12);
      assert.ok(Math.abs(value + auc(b, a) - 1) < 1e-12);
      assert.equal(rankTest(a, b).auc, value);
    }),
  );
});

test('of groups that are drawn from others the AUC is the same to the last bit', () => {
  fc.assert(
    fc.property(sample(8), sample(8), fc.infiniteStream(fc.nat()), (a, b, draws) => {
      const drawn = aucOfDrawn(a, b);
      const places = [a, b].map((group) => group.map(() => draws.next().value % group.length));
      const [low, high] = places.map((own, g) => own.map((place) => drawn.orders[g]![place]!));
      const [x, y] = [places[0]!.map((place) => a[place]!), places[1]!.map((place) => b[place]!)];
      assert.equal(drawn.auc(low!, high!), auc(x, y));
    }),
  );
});

test('the p-value equals brute-force enumeration, ties included', () => {
  fc.assert(
    fc.property(sample(5), sample(6), (a, b) => {
      const result = rankTest(a, b);
      const truth = bruteForceP(a, b);
      assert.ok(Math.abs(result.p - truth.p) < 1e-12);
      assert.ok(Math.abs(result.smallestP - truth.smallestP) < 1e-12);
      assert.ok(result.exact);
    }),
    { numRuns: 150 },
  );
});

test('without ties the least p is 2 / C(n + m, n)', () => {
  for (const [n, m] of [
    [1, 5],
    [2, 8],
    [4, 20],
    [7, 3],
  ] as const) {
    const result = rankTest(
      Array.from({ length: n }, (_, i) => i),
      Array.from({ length: m }, (_, i) => 100 + i),
    );
    assert.equal(result.auc, 1);
    assert.ok(Math.abs(result.p / smallestReachableP(n, m) - 1) < 1e-9);
    assert.equal(result.p, result.smallestP);
  }
});

test('one person needs 40 others before p can fall below 0.05', () => {
  assert.equal(peopleNeeded(1, 0.05), 40);
  assert.equal(peopleNeeded(2, 0.05), 8);
  assert.equal(peopleNeeded(4, 0.05), 4);
  assert.equal(peopleNeeded(1, 1e-9), 2e9);
});

test('the normal approximation for large groups is close to the exact value, ties or not', () => {
  const random = createRandom(3);
  for (const step of [1e-6, 0.5]) {
    for (const shift of [0, 0.3, 0.8]) {
      const draw = (n: number, by: number) =>
        Array.from({ length: n }, () => Math.round((random.normal() + by) / step) * step);
      const [a, b] = [draw(40, 0), draw(60, shift)];
      const [exact, approximate] = [rankTest(a, b), rankTest(a, b, 0)];
      assert.ok(exact.exact && !approximate.exact);
      assert.ok(Math.abs(exact.p - approximate.p) < 0.005, `${exact.p} and ${approximate.p}`);
    }
  }
});

test('an empty group is refused', () => {
  assert.throws(() => rankTest([], [1]), RangeError);
});
