import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { type ShardedSize, type Standing, unusualSpread } from '../../src/domain/shard-spread.ts';
import { batchedShare } from '../../src/training/sisa/cost.ts';

const ODDS = { odds: 1000, seed: 7 };
const TEN: ShardedSize = { shards: 10, slices: 4 };

/** So many people of two records each, who stand anywhere. */
function everybody(people: number, { shards, slices }: ShardedSize): Standing[] {
  const random = createRandom(1);
  return Array.from({ length: people }, (_, person) => {
    const cell = { shard: random.int(shards), slice: random.int(slices) };
    return { person, records: 2, cells: [cell] };
  });
}
const without = (all: readonly Standing[], some: readonly Standing[]) => all.filter((one) => !some.includes(one));
const held = (all: Standing[], asked: Standing[], size = TEN) =>
  unusualSpread(asked, without(all, asked), size, ODDS).map(({ person }) => person);

test('people who ask by chance are usual, few or many, and so are those who stand together', () => {
  const all = everybody(400, TEN);
  for (let seed = 0; seed < 20; seed++)
    for (const many of [1, 3, 10, 40, 200]) {
      const asked = createRandom(seed)
        .shuffle([...all])
        .slice(0, many);
      assert.deepEqual(held(all, asked), [], `${many} people of seed ${seed}`);
    }
  const first = all.filter(({ cells: [cell] }) => cell!.shard === 3 && cell!.slice === 0);
  assert.ok(first.length > 3);
  assert.deepEqual(held(all, first), [], 'one shard from its start is what one person may cost');
});

test('one person of the first slice of every shard: all of them are held, and it says what they cost beside what is usual', () => {
  const all = everybody(400, TEN);
  const asked = Array.from(
    { length: 10 },
    (_, shard) => all.find(({ cells: [cell] }) => cell!.shard === shard && cell!.slice === 0)!,
  );
  const found = unusualSpread(asked, without(all, asked), TEN, ODDS);
  assert.deepEqual(found.map(({ person }) => person).toSorted(), asked.map(({ person }) => person).toSorted());
  const [{ signal, value, limit, text }] = found as [(typeof found)[0]];
  assert.deepEqual([signal, limit, value > 1000], ['shard-spread', 1000, true]);
  const usual = /stand in 10 of 10 shards, so that 100 % is trained again; .* takes (\d+) % on average/.exec(text);
  // the closed form of who asks by chance, without what the forgotten no longer take
  const expected = 100 * (batchedShare({ records: 400, ...TEN }, 10) + 10 / 400);
  assert.ok(Math.abs(Number(usual?.[1]) - expected) < 3, `${text}: ${expected}`);
  assert.deepEqual(unusualSpread(asked, without(all, asked), TEN, { ...ODDS, odds: 0 }), [], 'off');
});

test('one person whose records stand everywhere is held, and nobody of the same run is', () => {
  const all = everybody(20_000, TEN);
  const cells = Array.from({ length: 10 }, (_, shard) => ({ shard, slice: 0 }));
  const wide = { person: 20_000, records: 4, cells };
  assert.deepEqual(held([...all, wide], [wide, ...all.slice(0, 3)]), [20_000]);
  // of 400 people somebody asks who is one of them: chance alone does that more often
  const few = all.slice(0, 400);
  assert.deepEqual(held([...few, wide], [wide, ...few.slice(0, 3)]), []);
  // with as many records as people have who cost as much, it is no dearer than these
  const long = { ...wide, records: 200 };
  assert.deepEqual(held([...all, long], [long]), []);
});

test('where everybody stands in many shards, nobody who does is unusual; nor is whoever asks for all', () => {
  const cells = Array.from({ length: 10 }, (_, shard) => ({ shard, slice: shard % 4 }));
  const all = Array.from({ length: 50 }, (_, person) => ({ person, records: 10, cells }));
  assert.deepEqual(held(all, all.slice(0, 5)), []);
  assert.deepEqual(held(all, all), []);
});
