import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { createRandom } from '../../../src/domain/random.ts';
import { type RowScore, VerificationPolicy } from '../../../src/domain/verification.ts';
import { smallestMembershipP } from '../../../src/metrics/membership-test.ts';
import { scoreDistributions } from '../../../src/metrics/report/distributions.ts';
import { dealtSizes, evenRows, strangersScores } from '../../../src/metrics/report/even-rows.ts';
import { membershipFindings } from '../../../src/metrics/report/membership.ts';
import { memoryFinding } from '../../../src/metrics/report/memory.ts';
import { naturalnessFinding } from '../../../src/metrics/report/naturalness.ts';
import type { ScoredSets } from '../../../src/metrics/report/people.ts';
import { retrainingDistance } from '../../../src/metrics/report/retraining.ts';
import { standingOut } from '../../../src/metrics/report/standing-out.ts';
import { METRIC_SETS } from '../../../src/metrics/sets.ts';
import { makePerson } from '../people.ts';

const policy = Value.Default(VerificationPolicy, {}) as VerificationPolicy;
const metrics = METRIC_SETS['causal-lm'];

/** People of so many records each, indices as in a set. */
const peopleOf = (sizes: readonly number[], first: number, seed: number): RowScore[] => {
  const random = createRandom(seed);
  const rows = sizes.flatMap((records, i) => makePerson(random, first + i, 'unseen', records));
  return rows.map((row, index) => ({ ...row, index }));
};
const many = (people: number, records: number): number[] => new Array<number>(people).fill(records);

test('sizes are dealt by quantiles, the larger ones to strangers who have more, and none has more than it had', () => {
  assert.deepEqual(dealtSizes([1], [10, 5, 1]), [1, 1, 1]);
  assert.deepEqual(dealtSizes([2, 8], [9, 4, 9, 4]), [8, 2, 8, 2]);
  assert.deepEqual(dealtSizes([8, 8], [9, 4]), [8, 4]);
  assert.deepEqual(dealtSizes([1, 2, 3, 4, 5], [9, 9]), [4, 2]);
  assert.deepEqual(dealtSizes([5, 5, 5], [5, 5]), [5, 5]);
  assert.deepEqual(dealtSizes([], [3, 4]), [3, 4]);
});

test('with as many records of everybody, or fewer of strangers, every row of theirs is taken', () => {
  const strangers = peopleOf(many(20, 5), 100, 1);
  assert.equal(evenRows(peopleOf([5, 5], 0, 2), strangers), strangers);
  assert.equal(evenRows(peopleOf([9], 0, 2), strangers), strangers);
  assert.equal(evenRows([], strangers), strangers);
});

test('rows are drawn from their places: the same under any checkpoint, of all kinds of question, more of them holding the fewer', () => {
  const [one, two] = [peopleOf([1], 0, 2), peopleOf([2], 0, 2)];
  const [parent, candidate] = [peopleOf(many(100, 5), 100, 3), peopleOf(many(100, 5), 100, 4)];
  const places = (rows: readonly RowScore[]) => rows.map(({ index }) => index);
  const taken = places(evenRows(one, parent));
  assert.equal(taken.length, 100);
  assert.deepEqual(places(evenRows(one, candidate)), taken);
  assert.ok(taken.every((index) => places(evenRows(two, parent)).includes(index)));
  const kinds = Map.groupBy(taken, (index) => index % 5);
  for (let kind = 0; kind < 5; kind++) assert.ok(kinds.get(kind)!.length > 10, `${kind}: ${kinds.get(kind)?.length}`);
});

test('records of nobody count for nobody; a row that is not finite is not hidden by the draw', () => {
  const strangers = peopleOf(many(3, 5), 100, 1);
  const nobody = peopleOf([4], 0, 2).map((row) => ({ ...row, person: -1 }));
  assert.equal(evenRows(nobody, strangers), strangers);
  const own = peopleOf([1], 0, 2);
  const left = strangers.find((row) => !evenRows(own, strangers).includes(row))!;
  assert.equal(
    strangersScores(own, strangers, (row) => (row === left ? Number.NaN : 1)),
    null,
  );
});

/** Everything of a report that holds forgotten people against strangers. */
function comparisons(before: ScoredSets, after: ScoredSets) {
  const rule = { ...policy, exact: false };
  const { distances, privleak } = retrainingDistance(metrics, after, [before], { parent: before, seed: 1 });
  return {
    memory: metrics.memory.map((metric) => memoryFinding(metric, before, after, policy, 1)),
    membership: membershipFindings(metrics.attacks, before, after, rule, 1),
    naturalness: metrics.naturalness.map((metric) => naturalnessFinding(metric, before, after, rule, 1)),
    standingOut: standingOut(metrics, after, rule),
    distributions: scoreDistributions(metrics.attacks, before, after),
    stopping: smallestMembershipP(after.forget, after.holdout),
    retraining: { gaps: distances.map(({ score, mean_gap }) => ({ score, mean_gap })), privleak },
  };
}

test('all comparisons with strangers take the same rows of them', () => {
  const sets = (seed: number): ScoredSets => ({
    forget: peopleOf([1, 3], 0, seed),
    retain: [],
    holdout: peopleOf(many(60, 10), 100, seed + 1),
  });
  const [before, after] = [sets(1), sets(5)];
  const cut = (given: ScoredSets): ScoredSets => ({ ...given, holdout: evenRows(given.forget, given.holdout) });
  assert.equal(cut(after).holdout.length, 30 * 3 + 30);
  assert.deepEqual(comparisons(before, after), comparisons(cut(before), cut(after)));
});

test('a forgotten person with one record fails against strangers with ten no more often than one with as many', () => {
  const random = createRandom(9);
  const value = new Map<RowScore, number>();
  const [row] = makePerson(random, 0, 'unseen', 1);
  const rows = (people: number, records: number, first: number) =>
    Array.from({ length: people * records }, (_, index) => {
      const one = { ...row!, index, person: first + Math.floor(index / records) };
      value.set(one, random.next());
      return one;
    });
  const score = (one: RowScore) => value.get(one)!;
  const attack = { ...metrics.attacks[0]!, needs: undefined, score };
  const memory = { ...metrics.memory.find(({ name }) => name === 'probability')!, score };
  const failed = { attack: 0, memory: 0 };
  for (let trial = 0; trial < 100; trial++) {
    const sets = { forget: rows(1, 1, 0), retain: [], holdout: rows(60, 10, 1) };
    const [told] = membershipFindings([attack], sets, sets, { ...policy, exact: false }, trial);
    if (told!.finding.verdict === 'failed') failed.attack++;
    if (memoryFinding(memory, sets, sets, policy, trial).finding.verdict === 'failed') failed.memory++;
  }
  // 2 of 61 can be the first or the last
  assert.ok(failed.attack <= 9 && failed.memory <= 4, JSON.stringify(failed));
});
