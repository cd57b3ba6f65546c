import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TokenRow } from '../../src/training/batches.ts';
import {
  allReached,
  atShare,
  LANGUAGE,
  neverSeenLevel,
  standings,
  standOut,
  uncalibratedLevel,
} from '../../src/training/stop-rule.ts';

const VOCABULARY = 6;
const close = (a: number, b: number, what = '') =>
  assert.ok(Math.abs(a - b) < 1e-4 * (1 + Math.abs(b)), `${what} ${a} is not ${b}`);

/** A prompt of one token and an answer. */
const rowOf = (...answer: number[]): TokenRow => ({ ids: Int32Array.from([0, ...answer]), promptLength: 1 });

/** Answers of strangers with the NLL of each token. */
const strangers = fc.array(
  fc.array(fc.record({ id: fc.nat({ max: VOCABULARY - 1 }), nll: fc.double({ min: 0, max: 12, noNaN: true }) }), {
    minLength: 1,
    maxLength: 5,
  }),
  { minLength: 1, maxLength: 12 },
);
const levelOf = (rows: { id: number; nll: number }[][]) =>
  neverSeenLevel(
    rows.map((tokens) => rowOf(...tokens.map(({ id }) => id))),
    rows.map((tokens) => tokens.map(({ nll }) => -nll)),
    VOCABULARY,
  );

describe('what strangers’ words cost', () => {
  test('lies between the cheapest and the dearest, for every token, seen or not', () => {
    fc.assert(
      fc.property(strangers, (rows) => {
        const all = rows.flat().map(({ nll }) => nll);
        const level = levelOf(rows);
        assert.equal(level.length, VOCABULARY);
        for (const nll of level) assert.ok(nll >= Math.min(...all) - 1e-3 && nll <= Math.max(...all) + 1e-3);
      }),
    );
  });

  test('is the median word for a token that no stranger used, and its own mean for one that many did', () => {
    const often = (id: number, nll: number) => Array.from({ length: 400 }, () => [{ id, nll }]);
    const level = levelOf([...often(1, 2), ...often(2, 6), ...often(3, 3)]);
    close(level[5]!, 3, 'unseen');
    close(level[1]!, (400 * 2 + 20 * 3) / 420, 'seen often');
    assert.ok(Math.abs(level[2]! - 6) < 0.2);
  });

  test('grows with what any token costs', () => {
    fc.assert(
      fc.property(strangers, fc.nat(), (rows, which) => {
        const dearer = rows.map((row) => row.map((token) => ({ ...token })));
        const row = dearer[which % dearer.length]!;
        row[which % row.length]!.nll += 1;
        const [before, after] = [levelOf(rows), levelOf(dearer)];
        before.forEach((nll, id) => {
          assert.ok(after[id]! >= nll - 1e-5);
        });
      }),
    );
  });

  test('does not depend on the order of rows, and needs at least one', () => {
    fc.assert(
      fc.property(strangers, (rows) => {
        const [a, b] = [levelOf(rows), levelOf(rows.toReversed())];
        a.forEach((nll, id) => {
          close(b[id]!, nll);
        });
      }),
    );
    assert.throws(() => levelOf([]), /never-seen/);
    assert.deepEqual([...uncalibratedLevel(3, 1.5)], [1.5, 1.5, 1.5]);
  });
});

describe('who is forgotten', () => {
  // 0 and 1 are language, the rest are facts
  const level = Float32Array.of(0, 0.5, 2, 3, 4, 5);

  test('a person’s facts are taken together over their rows; the prompt and language do not count', () => {
    const rows = [
      { ...rowOf(2, 1), person: 0 },
      { ids: Int32Array.of(5, 5, 4), promptLength: 2, person: 0 },
      { ...rowOf(3, 3), person: 1 },
    ];
    assert.deepEqual(standings(rows, [[-1, -9], [-5], [-2, -4]], level), [
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
    assert.deepEqual(standings(rows, [[-3], [-7], [-8]], level), [
      { nll: 3, target: 0.5 },
      { nll: 7, target: 4 },
      { nll: 8, target: 5 },
    ]);
  });

  test('a share makes facts cheaper, never as cheap as language; language stays', () => {
    assert.deepEqual([...atShare(level, 1)], [...level]);
    assert.deepEqual([...atShare(level, 0.5)], [0, 0.5, 1, 1.5, 2, 2.5]);
    assert.deepEqual([...atShare(level, 0.1)], [0, 0.5, 1, 1, 1, 1]);
    assert.ok(level[1]! < LANGUAGE && level[2]! >= LANGUAGE);
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
