import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TokenRow } from '../../src/training/batches.ts';
import { createLengthSampler, samplerOf, worthGrouping } from '../../src/training/length-sampler.ts';

const rowsOf = (lengths: readonly number[]): TokenRow[] =>
  lengths.map((length) => ({ ids: new Int32Array(length), promptLength: 1 }));
const someRows = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 40 }).map(rowsOf);
/** As many lengths as there are, each as often as the others. */
const spread = (count: number) => rowsOf(Array.from({ length: count }, (_, i) => 20 + ((i * 37) % 160)));

test('every epoch of the sampler is a permutation; the same seed gives the same batches', () => {
  fc.assert(
    fc.property(someRows, fc.integer({ min: 1, max: 30 }), fc.integer(), (rows, size, seed) => {
      const batch = Math.min(size, rows.length);
      const [next, again] = [createLengthSampler(rows, batch, seed), createLengthSampler(rows, batch, seed)];
      const counts = new Array<number>(rows.length).fill(0);
      // pools of at most sixteen batches: after so many draws all pools are empty
      const pool = Math.max(1, Math.min(16, Math.floor(rows.length / batch)));
      for (let drawn = 0; drawn < pool * rows.length; drawn++) {
        const near = drawn % 3 === 0 ? drawn : undefined;
        const picked = next(near);
        assert.equal(picked.length, batch);
        assert.deepEqual(again(near), picked);
        for (const i of picked) counts[i]!++;
      }
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, 'every row as often as any other');
    }),
  );
});

test('rows of a batch are of like length, and batches come in an order of chance', () => {
  const rows = spread(320);
  const next = createLengthSampler(rows, 8, 1);
  const batches = Array.from({ length: 40 }, () => next().map((i) => rows[i]!.ids.length));
  const within = batches.map((lengths) => Math.max(...lengths) - Math.min(...lengths));
  assert.ok(Math.max(...within) <= 40, `of 160 tokens between the shortest and the longest: ${Math.max(...within)}`);
  const longest = batches.map((lengths) => Math.max(...lengths));
  assert.notDeepEqual(
    longest.slice(0, 16),
    longest.slice(0, 16).toSorted((a, b) => a - b),
  );
});

test('where one epoch ends and the next begins, no row counts double in a batch of like length', () => {
  // fifteen batches a pool, and three: neither is an epoch, and the last batch is alone. Without pairs a seventh of the rows would
  for (const [count, batch, most] of [
    [1000, 64, 0.02],
    [200, 64, 0.06],
  ] as const) {
    const next = createLengthSampler(spread(count), batch, 1);
    const twice = Array.from({ length: 300 }, () => batch - new Set(next()).size).reduce((sum, one) => sum + one, 0);
    assert.ok(twice / (300 * batch) <= most, `${twice} of ${300 * batch} rows of ${count}`);
  }
});

test('a batch as long as another is found where there is one', () => {
  const rows = spread(320);
  const next = createLengthSampler(rows, 8, 1);
  const longest = (picked: number[]) => Math.max(...picked.map((i) => rows[i]!.ids.length));
  assert.ok(longest(next(175)) > 150);
  assert.ok(longest(next(25)) < 50);
});

test('rows are grouped where their lengths differ, and only there', () => {
  assert.equal(worthGrouping(spread(320), 16, 512), true);
  assert.equal(worthGrouping(rowsOf(new Array(320).fill(90)), 16, 512), false);
  // invented people: nine to fourteen tokens, and no graph is narrower than eight
  assert.equal(worthGrouping(rowsOf(Array.from({ length: 320 }, (_, i) => 9 + (i % 6))), 64, 32), false);
  // a batch of everybody is as wide as the longest
  assert.equal(worthGrouping(spread(16), 16, 512), false);
  assert.deepEqual(samplerOf([], 4, 1, true)(), []);
});
