import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  byPerson,
  createSampler,
  type Encoder,
  encodeRecord,
  inPasses,
  lengthBatches,
  lengthPasses,
  padRows,
  type TokenRow,
} from '../../src/training/batches.ts';

/** One token a character; 0 ends a text. */
const characters: Encoder = { encode: (text) => Array.from(text, (c) => c.codePointAt(0)! - 96), eosId: 0 };

const row = fc.record({ prompt: fc.integer({ min: 1, max: 6 }), answer: fc.integer({ min: 1, max: 9 }) }).map(
  ({ prompt, answer }): TokenRow => ({
    ids: Int32Array.from({ length: prompt + answer }, (_, i) => i + 1),
    promptLength: prompt,
  }),
);

test('a record is its prompt, its answer and the end of text', () => {
  const { ids, promptLength } = encodeRecord(characters, { prompt: 'ab', answer: 'cd' }, 16);
  assert.deepEqual([...ids], [1, 2, 3, 4, 0]);
  assert.equal(promptLength, 2);
});

test('an empty prompt becomes one end of text, so that the first answer token has a context', () => {
  const { ids, promptLength } = encodeRecord(characters, { prompt: '', answer: 'a' }, 16);
  assert.deepEqual([...ids], [0, 1, 0]);
  assert.equal(promptLength, 1);
});

test('a record may fill the context and no more; the error names both lengths and no text', () => {
  assert.equal(encodeRecord(characters, { prompt: 'abc', answer: 'defg' }, 8).ids.length, 8);
  assert.throws(
    () => encodeRecord(characters, { prompt: 'abc', answer: 'defgh' }, 8),
    (error: Error) => /9 tokens.*context 8/.test(error.message) && !error.message.includes('defgh'),
  );
});

test('padded rows: ids on the left, labels at answer tokens alone, a width in eights within the context', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.constantFrom(15, 16, 24), (rows, context) => {
      const { ids, labels } = padRows(rows, context, 7);
      const [count, time] = ids!.shape as [number, number];
      assert.equal(count, rows.length);
      assert.deepEqual(labels!.shape, [count, time]);
      assert.ok(time <= context && (time % 8 === 0 || time === context));
      rows.forEach((source, r) => {
        assert.ok(source.ids.length <= time);
        for (let t = 0; t < time; t++) {
          const inside = t < source.ids.length;
          assert.equal(ids!.data[r * time + t], inside ? source.ids[t] : 7);
          const isAnswer = inside && t >= source.promptLength;
          assert.equal(labels!.data[r * time + t], isAnswer ? source.ids[t] : -100);
        }
      });
    }),
  );
});

test('every epoch of the sampler is a permutation; the same seed gives the same batches', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.integer(), (count, size, seed) => {
      const batch = Math.min(size, count);
      const [next, again] = [createSampler(count, batch, seed), createSampler(count, batch, seed)];
      const drawn: number[] = [];
      while (drawn.length < 3 * count) {
        const picked = next();
        assert.equal(picked.length, batch);
        assert.deepEqual(again(), picked);
        drawn.push(...picked);
      }
      for (let epoch = 0; epoch < 3; epoch++) {
        const part = drawn.slice(epoch * count, (epoch + 1) * count);
        assert.equal(new Set(part).size, count, `epoch ${epoch}`);
      }
    }),
  );
  const orders = [1, 2].map((seed) => createSampler(50, 50, seed)());
  assert.notDeepEqual(orders[0], orders[1]);
});

test('batches by length hold every row once, sorted, none over the limit', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), fc.nat(99), (rows, limit, tokens) => {
      const groups = lengthBatches(rows, { rows: limit, tokens });
      const flat = groups.flat();
      assert.deepEqual(
        flat.toSorted((a, b) => a - b),
        Array.from(rows.keys()),
      );
      assert.ok(groups.every((group) => group.length > 0 && group.length <= limit));
      for (const group of groups)
        assert.ok(group.length === 1 || group.length * rows[group.at(-1)!]!.ids.length <= tokens);
      flat.forEach((index, i) => {
        const before = flat[i - 1];
        if (before !== undefined) assert.ok(rows[before]!.ids.length <= rows[index]!.ids.length);
      });
    }),
  );
});

test('passes by length are of few sizes, hold every row once and as many tokens as they may', () => {
  const sizes = [1, 4, 16, 64];
  fc.assert(
    fc.property(fc.array(row, { maxLength: 100 }), fc.integer({ min: 1, max: 500 }), (rows, tokens) => {
      const passes = lengthPasses(rows, sizes, tokens);
      const flat = passes.flatMap(({ rows: picked }) => picked);
      assert.deepEqual(
        flat.toSorted((a, b) => a - b),
        Array.from(rows.keys()),
      );
      for (const { rows: picked, size } of passes) {
        assert.ok(sizes.includes(size) && (size - picked.length) * 5 <= size);
        assert.ok(size === 1 || size * rows[picked.at(-1)!]!.ids.length <= tokens);
      }
    }),
  );
  const long = Array.from({ length: 40 }, () => ({ ids: new Int32Array(97), promptLength: 1 }));
  assert.deepEqual(
    lengthPasses(long, sizes, 1024).map(({ size }) => size),
    new Array(10).fill(4),
  );
  const short = Array.from({ length: 130 }, () => ({ ids: new Int32Array(12), promptLength: 1 }));
  assert.deepEqual(
    lengthPasses(short, sizes, 1024).map(({ size }) => size),
    [64, 64, 1, 1],
  );
});

test('rows are grouped by person in order of appearance; rows of nobody are each their own', () => {
  const rows = [3, -1, 0, 3, -1].map((person) => ({ person }));
  assert.deepEqual(byPerson(rows), [[0, 3], [1], [2], [4]]);
});

test('a group is taken in passes of few sizes, each row once, and little is filled up', () => {
  const sizes = [1, 4, 16, 64];
  const sizesOf = (count: number) => inPasses([...Array(count).keys()], sizes).map(({ size }) => size);
  assert.deepEqual(sizesOf(48), [16, 16, 16]);
  assert.deepEqual(sizesOf(60), [64]);
  assert.deepEqual(sizesOf(6), [4, 1, 1]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), (count) => {
      const passes = inPasses([...Array(count).keys()], sizes);
      assert.deepEqual(
        passes.flatMap(({ rows }) => rows),
        [...Array(count).keys()],
      );
      for (const { rows, size } of passes) assert.ok(rows.length > 0 && (size - rows.length) * 5 <= size);
    }),
  );
});
