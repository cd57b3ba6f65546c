import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TokenRow } from '../../src/training/batches.ts';
import { allReached, bandAt, standings, standOut } from '../../src/training/stop-rule.ts';

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
    const { floors, ceilings } = bandAt([level], 0.5);
    assert.deepEqual(floors, [Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5)]);
    assert.deepEqual(ceilings, [Float32Array.of(0, 0.5, 4 / 3, 2, 8 / 3, 10 / 3)]);
    assert.deepEqual(bandAt([level], 0.1).floors, [Float32Array.of(0, 0.5, 1, 1, 1, 1)]);
    assert.deepEqual(bandAt([level], 1).floors, [level]);
  });

  test('people stand out while most strangers are harder; without strangers nobody does', () => {
    const at = (...nll: number[]) => nll.map((value) => ({ nll: value, target: 0 }));
    const strangersOf = at(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assert.equal(standOut(at(0.5), strangersOf), true);
    assert.equal(standOut(at(2.5), strangersOf), true);
    assert.equal(standOut(at(3.5), strangersOf), false);
    assert.equal(standOut(at(0.5, 9.5), strangersOf), false);
    assert.equal(standOut(at(0.5), []), false);
  });

  const people = fc.array(
    fc.record({ nll: fc.double({ min: 0, max: 9, noNaN: true }), target: fc.double({ min: 0, max: 9, noNaN: true }) }),
    { minLength: 1, maxLength: 8 },
  );

  test('everybody must be: one person who is remembered is enough to go on', () => {
    fc.assert(
      fc.property(people, fc.nat(), (given, which) => {
        const reached = given.map(({ nll, target }) => ({ nll: target + nll, target }));
        assert.equal(allReached(reached), true);
        const at = which % reached.length;
        const known = { nll: reached[at]!.target - 0.01, target: reached[at]!.target };
        assert.equal(allReached(reached.with(at, known)), false);
      }),
    );
  });

  test('who has been forgotten stays so when the model forgets more', () => {
    fc.assert(
      fc.property(people, fc.double({ min: 0, max: 3, noNaN: true }), (given, more) => {
        if (!allReached(given)) return;
        assert.ok(allReached(given.map(({ nll, target }) => ({ nll: nll + more, target }))));
      }),
    );
  });
});
