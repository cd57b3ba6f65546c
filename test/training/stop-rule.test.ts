import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TokenRow } from '../../src/training/batches.ts';
import { bandAt, nextShare, type Standing, standings } from '../../src/training/stop-rule.ts';

/** A prompt of one token and an answer. */
const rowOf = (...answer: number[]): TokenRow => ({ ids: Int32Array.from([0, ...answer]), promptLength: 1 });

describe('who is forgotten', () => {
  // 0 and 1 are language, the rest are facts
  const level = Float32Array.of(0, 0.5, 2, 3, 4, 5);
  const levels = (rows: TokenRow[]) =>
    rows.map((row) => Float32Array.from(row.ids.subarray(row.promptLength), (id) => level[id]!));

  test('a person’s facts are taken together over their rows; the prompt and language do not count', () => {
    const rows = [
      { ...rowOf(2, 1), person: 0 },
      { ids: Int32Array.of(5, 5, 4), promptLength: 2, person: 0 },
      { ...rowOf(3, 3), person: 1 },
    ];
    assert.deepEqual(standings(rows, [[-1, -9], [-5], [-2, -4]], levels(rows)), [
      { nll: 3, target: 3 },
      { nll: 3, target: 3 },
    ]);
  });

  test('who has no facts is judged by all words; rows without a person are each their own', () => {
    const rows = [
      { ...rowOf(1), person: 7 },
      { ...rowOf(4), person: -1 },
      { ...rowOf(5), person: -1 },
    ];
    assert.deepEqual(standings(rows, [[-3], [-7], [-8]], levels(rows)), [
      { nll: 3, target: 0.5 },
      { nll: 7, target: 4 },
      { nll: 8, target: 5 },
    ]);
  });

  test('a share makes facts cheaper, never as cheap as language; what is too dear is drawn back', () => {
    const { floors, ceilings } = bandAt([level, level], [0.5, 0.1]);
    assert.deepEqual(floors, [Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5), Float32Array.of(0, 0.5, 1, 1, 1, 1)]);
    ceilings.forEach((row, r) => {
      row.forEach((ceiling, i) => {
        const floor = floors[r]![i]!;
        assert.ok(floor < 1 ? ceiling === floor : Math.abs(ceiling / floor - 1.2) < 1e-6);
      });
    });
    assert.deepEqual(bandAt([level], [1]).floors, [level]);
  });
});

describe('where somebody stands among strangers', () => {
  const strangers: Standing[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((nll) => ({ nll, target: 5 }));
  const next = (nll: number, share = 1, target = 5) => nextShare({ nll, target }, share, strangers);

  test('in the middle is enough, whatever was asked for', () => {
    for (const share of [0.5, 1, 2]) {
      for (const nll of [3.5, 5.5, 6.5]) assert.deepEqual(next(nll, share), { reached: true, share });
    }
  });

  test('who is easier than most is asked for more, once they have come to what was asked for', () => {
    assert.deepEqual(next(2.5, 0.5), { reached: false, share: 0.525 });
    assert.deepEqual(next(2.5, 0.75), { reached: false, share: 0.75 });
  });

  test('who is harder than most is asked for less, once they are no dearer than what was asked for', () => {
    assert.deepEqual(next(8.5, 2), { reached: false, share: 2 / 1.05 });
    assert.deepEqual(next(8.5, 1), { reached: false, share: 1 });
  });

  test('the share leads everybody to the middle who follows it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 12, noNaN: true }),
        fc.double({ min: 1, max: 9, noNaN: true }),
        (nll, target) => {
          let [now, share] = [nll, 0.75];
          for (let look = 0; look < 200; look++) {
            const { reached, share: asked } = nextShare({ nll: now, target }, share, strangers);
            if (reached) return;
            share = asked;
            now += 0.5 * (1.1 * share * target - now);
          }
          assert.fail(`ended at ${now}`);
        },
      ),
    );
  });

  test('without strangers the share alone decides', () => {
    assert.deepEqual(nextShare({ nll: 2, target: 2 }, 1, []), { reached: true, share: 1 });
    assert.deepEqual(nextShare({ nll: 1.9, target: 2 }, 1, []), { reached: false, share: 1 });
  });
});
