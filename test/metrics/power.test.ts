// Calibration of the membership rule on simulated people, from a seed; what so many people can show; both by simulation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { jointTest } from '../../src/metrics/joint-test.ts';
import { ksTest } from '../../src/metrics/ks-test.ts';
import { aucStandardError, criticalKs, detectableAuc, detectableKs, POWER } from '../../src/metrics/power.ts';
import { rankTest } from '../../src/metrics/rank-test.ts';
import { METRIC_SETS } from '../../src/metrics/sets.ts';
import { mean } from '../../src/metrics/statistics.ts';
import { type Kind, makePerson } from './people.ts';

const ALPHA = 0.05;
const { attacks } = METRIC_SETS['causal-lm'];

/** Share of trials in which any attack rejects people of this kind against never-seen people. */
function rejectionRate(kind: Kind, forgotten: number, holdout: number, trials: number): number {
  const random = createRandom(20);
  let rejected = 0;
  for (let trial = 0; trial < trials; trial++) {
    const forget = Array.from({ length: forgotten }, (_, i) => makePerson(random, i, kind));
    const others = Array.from({ length: holdout }, (_, i) => makePerson(random, i, 'unseen'));
    const measured = attacks.map((attack) => {
      const score = (rows: ReturnType<typeof makePerson>) => mean(rows.map(attack.score));
      return { forget: forget.map(score), holdout: others.map(score) };
    });
    if (Math.min(...jointTest(measured, { seed: trial }).group) < ALPHA) rejected++;
  }
  return rejected / trials;
}

// Three standard errors of a rate over the trials.
const noise = (rate: number, trials: number) => 3 * Math.sqrt((rate * (1 - rate)) / trials);

test('truly unseen people fail all of the attacks together no more often than alpha', () => {
  for (const [forgotten, holdout] of [
    [1, 40],
    [2, 20],
  ] as const) {
    const rate = rejectionRate('unseen', forgotten, holdout, 300);
    assert.ok(rate <= ALPHA + noise(ALPHA, 300), `${forgotten} against ${holdout}: ${rate}`);
  }
});

test('a person known by heart is found almost always, and so is one pushed too far', () => {
  for (const kind of ['known', 'over-forgotten'] as const) assert.ok(rejectionRate(kind, 1, 40, 60) > 0.95, kind);
});

/** Share of trials in which the rank test sees people whose scores are shifted to this AUC. */
function seen(auc: number, n: number, m: number, trials: number): number {
  const random = createRandom(21);
  let count = 0;
  for (let trial = 0; trial < trials; trial++) {
    const forget = Array.from({ length: n }, () => 1 - random.next() ** ((1 - auc) / auc));
    const holdout = Array.from({ length: m }, () => random.next());
    // by the normal approximation where enumeration takes seconds
    if (rankTest(forget, holdout, n >= 20 ? 0 : undefined).p < ALPHA) count++;
  }
  return count / trials;
}

test('the smallest AUC that is said to be seen in four cases of five is', () => {
  // one person against 40 must be the first or the last of all
  const one = detectableAuc(0.5, 1, 40);
  assert.ok(Math.abs(seen(one, 1, 40, 600) - POWER) < noise(POWER, 600), `${one}`);
  for (const [n, m] of [
    [20, 20],
    [4, 40],
    [60, 60],
  ] as const) {
    const auc = detectableAuc(1.96 * Math.sqrt((n + m + 1) / (12 * n * m)), n, m);
    const rate = seen(auc, n, m, 400);
    assert.ok(Math.abs(rate - POWER) < 0.05 + noise(POWER, 400), `${n} against ${m}: AUC ${auc}, seen ${rate}`);
  }
  assert.equal(detectableAuc(0.5, 3, 3), 1);
});

test('sample sizes of an audit are those of the literature', () => {
  // 20, 40 and 100 people on each side: D of 0.43, 0.30 and 0.19, standard errors of 0.092, 0.065 and 0.041
  for (const [n, d, error] of [
    [20, 0.43, 0.092],
    [40, 0.3, 0.065],
    [100, 0.19, 0.041],
  ] as const) {
    assert.ok(Math.abs(criticalKs(ALPHA, n, n)! - d) <= 1 / n + 0.005, `${criticalKs(ALPHA, n, n)}`);
    assert.ok(Math.abs(aucStandardError(0.5, n, n) - error) < 0.001);
  }
  assert.equal(criticalKs(ALPHA, 2, 2), null);
  assert.equal(detectableKs(ALPHA, 2, 2), null);
});

test('the distance that is said to be seen in four cases of five is, at least', () => {
  const [n, random] = [40, createRandom(22)];
  const distance = detectableKs(ALPHA, n, n)!;
  const trials = 200;
  let count = 0;
  for (let trial = 0; trial < trials; trial++) {
    // two uniform distributions, one shifted by as much as their functions differ
    const a = Array.from({ length: n }, () => random.next());
    const b = Array.from({ length: n }, () => random.next() + distance);
    if (ksTest(a, b).p < ALPHA) count++;
  }
  assert.ok(count / trials >= POWER - noise(POWER, trials), `${distance}: ${count / trials}`);
});
