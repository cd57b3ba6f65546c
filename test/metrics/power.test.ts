// Calibration of the membership rule on simulated people, from a seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { rankTest } from '../../src/metrics/rank-test.ts';
import { METRIC_SETS } from '../../src/metrics/sets.ts';
import { mean } from '../../src/metrics/statistics.ts';
import { type Kind, makePerson } from './people.ts';

const ALPHA = 0.05;
const { attacks } = METRIC_SETS['causal-lm'];

/** Share of trials in which the attack rejects people of this kind against never-seen people. */
function rejectionRate(kind: Kind, forgotten: number, holdout: number, trials: number): number[] {
  const random = createRandom(20);
  const rejected = attacks.map(() => 0);
  for (let trial = 0; trial < trials; trial++) {
    const forget = Array.from({ length: forgotten }, (_, i) => makePerson(random, i, kind));
    const others = Array.from({ length: holdout }, (_, i) => makePerson(random, i, 'unseen'));
    attacks.forEach((attack, a) => {
      const score = (rows: ReturnType<typeof makePerson>) => mean(rows.map(attack.score));
      if (rankTest(forget.map(score), others.map(score)).p < ALPHA) rejected[a]!++;
    });
  }
  return rejected.map((count) => count / trials);
}

// Three standard errors of a rate of 0.05 over the trials.
const noise = (trials: number) => 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / trials);

test('a truly unseen person fails one attack no more often than alpha', () => {
  for (const [forgotten, holdout] of [
    [1, 40],
    [3, 12],
  ] as const)
    for (const rate of rejectionRate('unseen', forgotten, holdout, 600))
      assert.ok(rate <= ALPHA + noise(600), `${forgotten} against ${holdout}: ${rate}`);
});

test('a person known by heart is found almost always, and so is one pushed too far', () => {
  for (const kind of ['known', 'over-forgotten'] as const)
    assert.ok(Math.max(...rejectionRate(kind, 1, 40, 60)) > 0.95, kind);
});
