import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { ScoreDistribution } from '../../../src/domain/distribution.ts';
import { createRandom } from '../../../src/domain/random.ts';
import { loss } from '../../../src/metrics/membership/loss.ts';
import { auc } from '../../../src/metrics/rank-test.ts';
import { rocOf, scoreDistributions } from '../../../src/metrics/report/distributions.ts';
import { makePeople } from '../people.ts';

const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);

describe('curve', () => {
  test('the area under it is the AUC, whatever the scores and their ties', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, scores, (members, others) => {
        const corners = rocOf(members, others);
        assert.deepEqual(
          [corners[0], corners.at(-1)],
          [
            { fpr: 0, tpr: 0 },
            { fpr: 1, tpr: 1 },
          ],
        );
        const area = corners.slice(1).reduce((sum, { fpr, tpr }, i) => {
          const last = corners[i]!;
          assert.ok(fpr >= last.fpr - 1e-12 && tpr >= last.tpr - 1e-12);
          return sum + ((fpr - last.fpr) * (tpr + last.tpr)) / 2;
        }, 0);
        assert.ok(Math.abs(area - auc(members, others)) < 1e-9, `${area}, ${auc(members, others)}`);
      }),
    );
  });

  test('people who stand apart make three corners, however many they are', () => {
    const members = Array.from({ length: 50 }, (_, i) => i);
    const others = members.map((score) => score + 100);
    assert.deepEqual(
      rocOf(members, others).map(({ fpr, tpr }) => [fpr, Math.round(tpr * 1e9) / 1e9]),
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
    );
  });

  test('nobody on one side is no curve; thousands in turn are two hundred corners', () => {
    assert.deepEqual([rocOf([], [1]), rocOf([1], [])], [[], []]);
    const odd = Array.from({ length: 2000 }, (_, i) => 2 * i + 1);
    const corners = rocOf(
      odd,
      odd.map((score) => score + 1),
    );
    assert.equal(corners.length, 200);
  });
});

describe('bins', () => {
  const random = createRandom(4);
  const sets = (forget: 'known' | 'unseen') => ({
    forget: makePeople(random, 3, forget),
    retain: [
      ...makePeople(random, 7, 'known'),
      ...makePeople(random, 4, 'known').map((row) => ({ ...row, person: -1 })),
    ],
    holdout: makePeople(random, 11, 'unseen', 100),
  });

  test('everybody is counted once, before and after on the same axis; records that name nobody are not', () => {
    const [spread, ...none] = scoreDistributions([loss], sets('known'), sets('unseen'));
    assert.deepEqual(none, []);
    assert.ok(Value.Check(ScoreDistribution, spread));
    const { edges, forget, retain, holdout } = spread;
    assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]!));
    for (const [set, people] of [
      [forget, 3],
      [retain, 7],
      [holdout, 11],
    ] as const) {
      assert.deepEqual([total(set.before), total(set.after)], [people, people]);
      assert.equal(set.after.length, edges.length - 1);
    }
    const top = (counts: number[]) => counts.findLastIndex((count) => count > 0);
    assert.ok(top(forget.before) < top(forget.after), 'the forgotten moved to where losses are high');
  });

  test('scores that are all equal have one bin; an attack with one that is no number has none', () => {
    const equal = scoreDistributions([{ ...loss, score: () => 2 }], sets('known'), sets('unseen'));
    assert.deepEqual([equal[0]!.edges, equal[0]!.forget.after], [[1.5, 2.5], [3]]);
    assert.deepEqual(scoreDistributions([{ ...loss, score: () => NaN }], sets('known'), sets('unseen')), []);
  });
});
