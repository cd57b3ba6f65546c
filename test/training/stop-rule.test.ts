import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RowScore } from '../../src/domain/verification.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import {
  attackScores,
  bandAt,
  harderThan,
  harderThanNobody,
  nextShare,
  placesAmong,
  reached,
  type Standing,
  standings,
} from '../../src/training/stop-rule.ts';
import { WORDS } from '../../src/training/stranger-costs.ts';

/** A prompt of one token and an answer. */
const rowOf = (...answer: number[]): TokenRow => ({ ids: Int32Array.from([0, ...answer]), promptLength: 1 });

describe('who is forgotten', () => {
  // 0 and 1 are language, the rest are facts
  const level = Float32Array.of(0, 0.5, 2, 3, 4, 5);
  const scores = (...logProbs: number[][]) => logProbs.map((row) => ({ logProbs: Float32Array.from(row) }));
  const levels = (rows: TokenRow[]) =>
    rows.map((row) => Float32Array.from(row.ids.subarray(row.promptLength), (id) => level[id]!));

  test('a person’s facts are taken together over their rows; the prompt and language do not count', () => {
    const rows = [
      { ...rowOf(2, 1), person: 0 },
      { ids: Int32Array.of(5, 5, 4), promptLength: 2, person: 0 },
      { ...rowOf(3, 3), person: 1 },
    ];
    assert.deepEqual(standings(rows, scores([-1, -9], [-5], [-2, -4]), levels(rows)), [
      { nll: 3, target: 3, short: 0.5 },
      { nll: 3, target: 3, short: 0.5 },
    ]);
  });

  test('who has no facts is judged by all words; rows without a person are each their own', () => {
    const rows = [
      { ...rowOf(1), person: 7 },
      { ...rowOf(4), person: -1 },
      { ...rowOf(5), person: -1 },
    ];
    assert.deepEqual(standings(rows, scores([-3], [-7], [-8]), levels(rows)), [
      { nll: 3, target: 0.5, short: 0 },
      { nll: 7, target: 4, short: 0 },
      { nll: 8, target: 5, short: 0 },
    ]);
  });

  test('a share makes facts cheaper, never so cheap that they come first; what is too dear is drawn back', () => {
    const { floors, ceilings } = bandAt({ nll: [level, level], entropy: [level, level] }, [0.5, 0.1]);
    assert.deepEqual(floors, [Float32Array.of(0, 0.5, 1.5, 1.5, 2, 2.5), Float32Array.of(0, 0.5, 1.5, 1.5, 1.5, 1.5)]);
    ceilings.forEach((row, r) => {
      row.forEach((ceiling, i) => {
        const floor = floors[r]![i]!;
        assert.ok(floor < 1 ? ceiling === floor : Math.abs(ceiling / floor - 1.1) < 1e-6);
      });
    });
    assert.deepEqual(bandAt({ nll: [level], entropy: [level] }, [1]).floors, [level]);
  });
});

describe('where somebody stands among strangers', () => {
  /** Scores of an attack that is the cost itself. */
  const strangers = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]];
  const target = 5;
  const person = (nll: number): Standing => ({ nll, target, short: 0 });
  const next = (nll: number, share: number) => nextShare(person(nll), harderThan([nll], strangers), share);

  test('is the share of strangers who look less like members, ties by half, as the attacks have it on average', () => {
    const at = (...own: number[]) => harderThan(own, [strangers[0]!, [1, 1, 3, 3]].slice(0, own.length));
    assert.deepEqual([at(0.5), at(2.5), at(7), at(11)], [1, 0.8, 0.35, 0]);
    assert.deepEqual([at(2.5, 2), at(11, 1), at(11, 0)], [0.65, 0.375, 0.5]);
  });

  test('without strangers only the target counts', () => {
    assert.deepEqual([4.9, 5, 50].map(person).map(harderThanNobody), [1, 0.5, 0.5]);
  });

  test('scores of attacks are means over each person’s records, by attack', () => {
    const rows = [
      { ...rowOf(1), person: 3 },
      { ...rowOf(2), person: -1 },
      { ...rowOf(3), person: 3 },
    ];
    const found = rows.map((_, i) => ({
      logProbs: Float32Array.of(-i),
      mu: Float32Array.of(0),
      variance: Float32Array.of(1),
      correct: Uint8Array.of(0),
    }));
    const attacks = [
      { score: (row: RowScore) => -row.logProbs[0]! },
      { score: (row: RowScore) => 10 * row.index + row.person },
    ];
    assert.deepEqual(attackScores(rows, found, attacks), [
      [1, 1],
      [13, 9],
    ]);
  });

  test('it is enough when nobody stands out, and all together do not', () => {
    const enough = (...harder: number[]) => reached([person(5)], harder);
    assert.equal(enough(0.5), true);
    assert.equal(enough(0.15, 0.8, 0.6), true);
    assert.equal(enough(0.5, 0.5, 0.5, 0.95), false, 'one who is remembered');
    assert.equal(enough(0.5, 0.5, 0.5, 0.05), false, 'one who was pushed away');
    assert.equal(enough(0.8, 0.8), false);
    assert.equal(enough(0.2, 0.2), false);
  });

  test('dear words do not make up for words that are still known', () => {
    assert.equal(reached([person(5), { ...person(5), short: 0.5 }], [0.5, 0.5]), true);
    assert.equal(reached([person(5), { ...person(5), short: 0.7 }], [0.5, 0.5]), false);
  });

  test('words that lag a little and no longer move are let go, those that are still known are not, and nobody who stands out is', () => {
    const stalled = (short: number, harder: number) => reached([{ ...person(5), short }], [harder], WORDS, true);
    assert.equal(stalled(0.7, 0.5), true);
    assert.equal(stalled(1, 0.5), false);
    assert.equal(stalled(0.7, 0.6), false);
  });

  test('in the middle the share stays', () => {
    for (const share of [0.5, 1, 2]) for (const nll of [5.2, 5.5, 6]) assert.equal(next(nll, share), share);
  });

  test('who is easier than most is asked for more, once they have come to what was asked for', () => {
    assert.equal(next(2.5, 0.5), 0.5 * 1.05);
    assert.equal(next(2.5, 0.75), 0.75);
  });

  test('who stalls a little below what was asked is asked for more all the same; from far below nobody runs away', () => {
    const stalled = (nll: number, share: number) =>
      nextShare(person(nll), harderThan([nll], strangers), share, undefined, true);
    assert.equal(stalled(3.5, 0.75), 0.75 * 1.05);
    assert.equal(stalled(2.5, 0.75), 0.75);
    assert.equal(stalled(5.2, 1.1), 1.1, 'in the middle the share stays');
  });

  test('who is harder than most is asked for less, once they are no dearer than what was asked for', () => {
    assert.equal(next(8.5, 2), 2 / 1.05);
    assert.equal(next(8.5, 1), 1);
  });

  test('people are to stand among strangers as these do: evenly, each where they are nearest to', () => {
    assert.deepEqual(
      placesAmong([0.9]).map(({ least, most }) => [least.toFixed(3), most.toFixed(3)]),
      [['0.420', '0.550']],
    );
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 30 }), (harder) => {
        const places = placesAmong(harder);
        const centres = places.map(({ least, most }) => (least + most) / 2);
        for (const [a, one] of harder.entries())
          for (const [b, other] of harder.entries()) if (one < other) assert.ok(centres[a]! <= centres[b]!);
        for (const { least, most } of places) assert.ok(least >= 0.1 - 1e-9 && most <= 0.85 + 1e-9 && most > least);
        assert.ok(Math.max(...centres) - Math.min(...centres) >= 0.5 - 1 / harder.length);
        assert.equal(reached([person(5)], centres), true, 'where all of them are in their places it is enough');
      }),
    );
  });

  test('the share leads everybody to the middle who follows it', () => {
    const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(positive(0.05, 12), positive(1, 9), (nll, asked) => {
        let [one, share] = [{ nll, target: asked, short: 0 }, 0.75];
        for (let look = 0; look < 200; look++) {
          const harder = harderThan([one.nll], strangers);
          if (reached([one], [harder])) return;
          share = nextShare(one, harder, share);
          one = { ...one, nll: one.nll + 0.5 * (1.1 * share * asked - one.nll) };
        }
        assert.fail(`ended at ${one.nll}`);
      }),
    );
  });
});
