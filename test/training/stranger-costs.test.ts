import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../src/domain/random.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import {
  dealByRank,
  LANGUAGE,
  NOT_FIRST,
  strangerCosts,
  targetsOf,
  uniformCosts,
} from '../../src/training/stranger-costs.ts';

const VOCABULARY = 6;
const close = (a: number, b: number, what = '') =>
  assert.ok(Math.abs(a - b) < 1e-4 * (1 + Math.abs(b)), `${what} ${a} is not ${b}`);

/** A prompt of one token and an answer. */
const rowOf = (...answer: number[]): TokenRow => ({ ids: Int32Array.from([0, ...answer]), promptLength: 1 });

type Words = { id: number; nll: number }[];
/** Answers of strangers with the NLL of each token. */
const strangers = fc.array(
  fc.array(fc.record({ id: fc.nat({ max: VOCABULARY - 1 }), nll: fc.double({ min: 0, max: 12, noNaN: true }) }), {
    minLength: 1,
    maxLength: 5,
  }),
  { minLength: 1, maxLength: 12 },
);
const costsOf = (rows: Words[]) =>
  strangerCosts(
    rows.map((tokens) => rowOf(...tokens.map(({ id }) => id))),
    rows.map((tokens) => ({
      logProbs: Float32Array.from(tokens, ({ nll }) => -nll),
      mu: Float32Array.from(tokens, ({ nll }) => -nll / 2),
    })),
    VOCABULARY,
  );
const often = (id: number, ...nll: number[]): Words[] =>
  Array.from({ length: 400 }, (_, i) => [{ id, nll: nll[i % nll.length]! }]);

describe('what strangers’ words cost', () => {
  test('lies between the cheapest and the dearest, for every token, seen or not, at every share', () => {
    fc.assert(
      fc.property(strangers, fc.double({ min: 0, max: 1, noNaN: true }), (rows, u) => {
        const all = rows.flat().map(({ nll }) => nll);
        const costs = costsOf(rows);
        assert.equal(costs.mean.length, VOCABULARY);
        const within = (nll: number) => nll >= Math.min(...all) - 1e-3 && nll <= Math.max(...all) + 1e-3;
        costs.mean.forEach((nll, id) => {
          assert.ok(within(nll));
          assert.ok(within(costs.quantile(id, u).nll));
        });
      }),
    );
  });

  test('is the median word for a token that no stranger used, and its own mean for one that many did', () => {
    const { mean } = costsOf([...often(1, 2), ...often(2, 6), ...often(3, 3)]);
    close(mean[5]!, 3, 'unseen');
    close(mean[1]!, (400 * 2 + 20 * 3) / 420, 'seen often');
    assert.ok(Math.abs(mean[2]! - 6) < 0.2);
  });

  test('a frequent word has quantiles of its own, rare words share those of rare facts', () => {
    const rare: Words[] = [[{ id: 4, nll: 3 }], [{ id: 5, nll: 9 }], [{ id: 4, nll: 5 }]];
    const { quantile } = costsOf([...often(1, 2, 4, 8), ...rare]);
    const costs = (id: number, ...shares: number[]) => shares.map((share) => quantile(id, share).nll);
    assert.deepEqual(costs(1, 0, 0.5, 1), [2, 4, 8]);
    assert.deepEqual([costs(4, 0, 0.5), costs(5, 1), costs(0, 0.25)], [[3, 5], [9], [3]]);
    assert.deepEqual(quantile(1, 0.5), { nll: 4, entropy: 2 }, 'how sure the model was belongs to it');
  });

  test('grows with what any token costs', () => {
    fc.assert(
      fc.property(strangers, fc.nat(), (rows, which) => {
        const dearer = rows.map((row) => row.map((token) => ({ ...token })));
        const row = dearer[which % dearer.length]!;
        row[which % row.length]!.nll += 1;
        const [before, after] = [costsOf(rows).mean, costsOf(dearer).mean];
        before.forEach((nll, id) => {
          assert.ok(after[id]! >= nll - 1e-5);
        });
      }),
    );
  });

  test('does not depend on the order of rows, and needs at least one', () => {
    fc.assert(
      fc.property(strangers, (rows) => {
        const [a, b] = [costsOf(rows).mean, costsOf(rows.toReversed()).mean];
        a.forEach((nll, id) => {
          close(b[id]!, nll);
        });
      }),
    );
    assert.throws(() => costsOf([]), /never-seen/);
    const uniform = uniformCosts(3, 1.5);
    assert.deepEqual([...uniform.mean, uniform.quantile(2, 0.9).nll], [1.5, 1.5, 1.5, 1.5]);
  });
});

describe('what is asked of the forgotten people’s words', () => {
  const people = fc.array(
    fc.record({ person: fc.integer({ min: -1, max: 2 }), words: fc.integer({ min: 1, max: 9 }) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  );

  test('each person’s facts span all shares evenly, whatever costs most now the dearest; language is left out', () => {
    // 1 is a fact, 2 is language
    const costs = costsOf([...often(1, 3), ...often(2, 0.1)]);
    fc.assert(
      fc.property(people, fc.nat(), (given, seed) => {
        const random = createRandom(seed);
        const rows = given.map(({ person, words }) => ({ ...rowOf(...new Array<number>(words).fill(1), 2), person }));
        const scores = rows.map((row) => ({
          logProbs: Float32Array.from(row.ids.subarray(1), () => -9 * random.next()),
        }));
        const shares = dealByRank(rows, scores, costs);
        const units = new Map<string, { share: number; nll: number }[]>();
        shares.forEach((row, r) => {
          assert.equal(row.at(-1), 0.5);
          const key = rows[r]!.person < 0 ? `row${r}` : String(rows[r]!.person);
          const facts = Array.from(row.subarray(0, -1), (share, t) => ({ share, nll: -scores[r]!.logProbs[t]! }));
          units.set(key, [...(units.get(key) ?? []), ...facts]);
        });
        for (const facts of units.values()) {
          facts
            .sort((a, b) => a.nll - b.nll)
            .forEach(({ share }, i) => {
              close(share, (i + 0.5) / facts.length);
            });
        }
      }),
    );
  });

  test('facts cost what their share of strangers’ occurrences costs, at least as much as language; language its mean', () => {
    const costs = costsOf([...often(1, 0.2, 4, 8), ...often(2, 0.4)]);
    const rows = [{ ...rowOf(1, 1, 1, 2), person: 0 }];
    const shares = [Float32Array.of(0, 0.5, 1, 0.9)];
    const { nll, entropy } = targetsOf(rows, shares, costs);
    assert.deepEqual([...nll[0]!.slice(0, 3)], [NOT_FIRST, 4, 8]);
    assert.equal(nll[0]![3], costs.mean[2]);
    assert.deepEqual([...entropy[0]!], [Math.fround(0.1), 2, 4, 0]);
    assert.ok(costs.mean[2]! < LANGUAGE);
  });
});
