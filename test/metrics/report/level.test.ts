import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jointTest } from '../../../src/metrics/joint-test.ts';
import { smallestReachableP } from '../../../src/metrics/rank-test.ts';
import { levelOf } from '../../../src/metrics/report/level.ts';

const policy = { membership_alpha: 0.05, membership_alpha_aim: 0.015 };
const people = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

/** Level for n forgotten and m never seen, and the least p of the joint test of one attack. */
function level(n: number, m: number, given: Parameters<typeof levelOf>[0] = policy): number {
  const { smallest } = jointTest([{ forget: people(n, 0.5), holdout: people(m) }], { seed: 1 });
  return levelOf(given, smallest, [n, m]);
}

test('with many people the level is what is aimed at, with fewer the least that can be reached, and never more than alpha', () => {
  assert.equal(level(1, 200), 0.015);
  assert.ok(Math.abs(level(1, 84) / smallestReachableP(1, 84) - 1) < 0.01);
  assert.equal(level(1, 19), 0.05);
  assert.equal(level(10, 60), 0.015);
  assert.equal(level(1, 84, { membership_alpha: 0.05 }), 0.05);
  assert.equal(level(1, 84, { membership_alpha: 0.01, membership_alpha_aim: 0.2 }), 0.01);
});

test('several people: where the oddest one is judged alone, one alone can be shown at the level', () => {
  // twice the p of one of three against 260 is about 0.046, which alpha allows
  const { smallest } = jointTest([{ forget: people(3, 0.5), holdout: people(260) }], { seed: 1 });
  assert.ok(2 * smallest.alone < levelOf(policy, smallest, [3, 260]));
});

test('whoever of exchangeable people is the forgotten one fails with no more than the probability of the level', () => {
  for (const m of [40, 84, 150]) {
    const scores = people(m + 1);
    const failed = scores.filter((score) => {
      const holdout = scores.filter((other) => other !== score);
      const { group, smallest } = jointTest([{ forget: [score], holdout }], { seed: 1 });
      return group[0]! < levelOf(policy, smallest, [1, m]);
    });
    assert.equal(failed.length, 2);
    assert.ok(failed.length / scores.length <= level(1, m));
  }
});
