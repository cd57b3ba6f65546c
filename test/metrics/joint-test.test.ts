import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../src/domain/random.ts';
import { jointTest } from '../../src/metrics/joint-test.ts';
import { auc, rankTest } from '../../src/metrics/rank-test.ts';

const scores = (size: number) => fc.array(fc.integer({ min: 0, max: 5 }), { minLength: size, maxLength: size });

/** p of each attack by looking at every deal, with the largest |AUC - 1/2| first and the sum of them among equals. */
function bruteForce(attacks: { forget: number[]; holdout: number[] }[], n: number): number[] {
  const pooled = attacks.map(({ forget, holdout }) => [...forget, ...holdout]);
  const all = pooled[0]!.length;
  const far = (chosen: (i: number) => boolean) =>
    pooled.map((values) =>
      Math.abs(
        auc(
          values.filter((_, i) => chosen(i)),
          values.filter((_, i) => !chosen(i)),
        ) - 0.5,
      ),
    );
  const deals: { most: number; sum: number }[] = [];
  for (let mask = 0; mask < 2 ** all; mask++) {
    const chosen = (i: number) => (mask & (1 << i)) !== 0;
    if (pooled[0]!.filter((_, i) => chosen(i)).length !== n) continue;
    const distances = far(chosen);
    deals.push({ most: Math.max(...distances), sum: distances.reduce((a, b) => a + b, 0) });
  }
  const own = far((i) => i < n);
  const sum = own.reduce((a, b) => a + b, 0);
  return own.map(
    (most) =>
      deals.filter((deal) => deal.most > most + 1e-9 || (deal.most > most - 1e-9 && deal.sum > sum - 1e-9)).length /
      deals.length,
  );
}

test('p of each attack equals brute-force enumeration of all deals, ties included', () => {
  const groups = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 2, max: 5 }),
    fc.integer({ min: 1, max: 3 }),
  );
  const cases = groups.chain(([n, m, k]) =>
    fc.array(fc.record({ forget: scores(n), holdout: scores(m) }), { minLength: k, maxLength: k }),
  );
  fc.assert(
    fc.property(cases, (attacks) => {
      const { group } = jointTest(attacks, { seed: 1 });
      bruteForce(attacks, attacks[0]!.forget.length).forEach((p, i) => {
        assert.ok(Math.abs(group[i]! - p) < 1e-12);
      });
    }),
    { numRuns: 60 },
  );
});

test('one attack alone gives the p of the rank test; the same attack five times gives it as well', () => {
  const random = createRandom(4);
  const draw = (count: number, by = 0) => Array.from({ length: count }, () => random.normal() + by);
  for (const [n, m] of [
    [1, 40],
    [3, 20],
  ] as const) {
    const one = { forget: draw(n, -1), holdout: draw(m) };
    const { p } = rankTest(one.forget, one.holdout);
    for (const attacks of [[one], [one, one, one, one, one]]) {
      const joint = jointTest(attacks, { seed: 1 });
      assert.ok(Math.abs(joint.group[0]! - p) < 1e-12);
      assert.ok(Math.abs(joint.smallest.group - rankTest([-9, -8, -7].slice(0, n), one.holdout).p) < 1e-12);
    }
  }
});

test('of too many deals a seeded sample comes close, and is never 0', () => {
  const random = createRandom(5);
  const draw = (count: number, by = 0) => Array.from({ length: count }, () => random.normal() + by);
  const one = { forget: draw(12, -0.8), holdout: draw(30) };
  const joint = jointTest([one], { seed: 3 });
  assert.ok(Math.abs(joint.group[0]! - rankTest(one.forget, one.holdout).p) < 0.01);
  assert.deepEqual(jointTest([one], { seed: 3 }).group, joint.group);
  const apart = jointTest([{ forget: one.forget.map((x) => x - 100), holdout: one.holdout }], { seed: 3 });
  assert.equal(apart.group[0], 1e-4);
  // an AUC as far out as chance brings it in one case of twenty is about two standard errors from the middle
  const error = Math.sqrt(43 / (12 * 12 * 30));
  assert.ok(Math.abs(joint.critical(0.05) / error - 1.96) < 0.15);
});

test('who is odd to one attack among several that disagree is less odd than by it alone', () => {
  const random = createRandom(6);
  const holdout = () => Array.from({ length: 60 }, () => random.normal());
  const first = { forget: [-9], holdout: holdout() };
  const others = [1, 2, 3].map(() => ({ forget: [0], holdout: holdout() }));
  const p = rankTest(first.forget, first.holdout).p;
  const joint = jointTest([first, ...others], { seed: 1 });
  assert.ok(joint.group[0]! > p && joint.group[0]! < 8.5 / 61);
  const agreed = jointTest([first, ...others.map((one) => ({ ...one, forget: [-9] }))], { seed: 1 });
  assert.ok(agreed.group[0]! <= p, 'those that agree lose nothing');
});

test('one known person among strangers is found by the test of single people', () => {
  const random = createRandom(7);
  const draw = (count: number) => Array.from({ length: count }, () => random.normal());
  const attacks = [0, 1].map(() => ({ forget: [-9, ...draw(2)], holdout: draw(400) }));
  const { alone } = jointTest(attacks, { seed: 1 });
  assert.ok(alone[0]! <= 3 / 403 + 1e-12);
  const over = attacks.map(({ forget, holdout }) => ({ forget: forget.map((x) => (x === -9 ? 9 : x)), holdout }));
  assert.ok(jointTest(over, { seed: 1 }).alone[0]! < 0.02);
  assert.ok(jointTest(over, { seed: 1, keptOnly: true }).alone[0]! > 0.1);
});

test('an empty group is refused', () => {
  assert.throws(() => jointTest([], { seed: 1 }), RangeError);
  assert.throws(() => jointTest([{ forget: [1], holdout: [] }], { seed: 1 }), RangeError);
});
