import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { createRandom, type Random } from '../../../src/domain/random.ts';
import { type RowScore, VerificationPolicy } from '../../../src/domain/verification.ts';
import { memoryFinding } from '../../../src/metrics/report/memory.ts';
import type { ScoredSets } from '../../../src/metrics/report/people.ts';
import { METRIC_SETS } from '../../../src/metrics/sets.ts';
import { makePerson } from '../people.ts';

const policy = Value.Default(VerificationPolicy, {}) as VerificationPolicy;
const NOBODY: ScoredSets = { forget: [], retain: [], holdout: [] };
const [row] = makePerson(createRandom(1), 0, 'unseen', 1);
const probability = METRIC_SETS['causal-lm'].memory.find(({ name }) => name === 'probability')!;

/** The finding of one metric on people of one record each, with these scores. */
function finding(forgotten: readonly number[], strangers: readonly number[]) {
  const scores = new Map<RowScore, number>();
  const rows = (values: readonly number[], first: number) =>
    values.map((value, index) => {
      const one = { ...row!, index, person: first + index };
      scores.set(one, value);
      return one;
    });
  const after = { forget: rows(forgotten, 0), retain: [], holdout: rows(strangers, 1000) };
  const metric = { ...probability, score: (one: RowScore) => scores.get(one)! };
  return memoryFinding(metric, NOBODY, after, policy, 1).finding;
}

/** Means of five records. */
const DRAWS: Record<string, (random: Random) => number> = {
  normal: (random) => Math.max(0, 0.3 + 0.08 * random.normal()),
  uniform: (random) => 0.5 * random.next(),
  skewed: (random) => 1 - random.next() ** (1 / 9),
  'mostly zero': (random) => {
    const records = Array.from({ length: 5 }, () => (random.next() < 0.1 ? random.next() : 0));
    return records.reduce((a, b) => a + b, 0) / 5;
  },
  'right or wrong': (random) => Array.from({ length: 5 }, () => random.next()).filter((one) => one < 0.05).length / 5,
};

/** Scores of so many people and strangers (`n`, `m`), all drawn alike, in each of the ways. */
function* drawnAlike(...sizes: readonly [n: number, m: number][]) {
  for (const [way, draw] of Object.entries(DRAWS))
    for (const [n, m] of sizes) {
      const random = createRandom(n + m);
      const drawn = (count: number) => Array.from({ length: count }, () => draw(random));
      yield { name: `${way}, ${n} against ${m}`, n, m, drawn };
    }
}

test('people drawn like strangers seldom fail, however many they are and however few these', () => {
  for (const { name, n, m, drawn } of drawnAlike([1, 40], [10, 40], [50, 40])) {
    const verdicts = Array.from({ length: 80 }, () => finding(drawn(n), drawn(m)).verdict);
    const failed = verdicts.filter((verdict) => verdict === 'failed').length;
    assert.ok(failed <= 6, `${name}: ${failed} of 80`);
  }
});

test('one remembered person among many fails all the same', () => {
  for (const { name, n, m, drawn } of drawnAlike([1, 20], [10, 20], [50, 40]))
    for (let trial = 0; trial < 15; trial++) {
      const { verdict, threshold } = finding([1, ...drawn(n - 1)], drawn(m));
      assert.equal(verdict, 'failed', `${name}: ${threshold}`);
    }
});

test('the limit is a rank where enough people are compared, else the tail of those there are, half of the way up at most', () => {
  const strangers = Array.from({ length: 100 }, (_, i) => i / 400);
  assert.match(
    finding([0.1], strangers).threshold!,
    /^each person at most 0.2975: 0.2475 \(rank 100 of 100 people never/,
  );
  const { threshold, detectable } = finding([0.1, 0.1], strangers.slice(0, 50));
  assert.match(threshold!, /\(by the tail of 50 people never seen, the largest 0.1225\) \+ margin 0.05$/);
  assert.ok(detectable!.value > 0.1725 && detectable!.value < 0.25);
  const few = [...new Array<number>(5).fill(0.5), ...new Array<number>(15).fill(0)];
  assert.equal(finding(new Array<number>(10).fill(0.1), few).detectable!.value, 0.75 + 0.05);
});
