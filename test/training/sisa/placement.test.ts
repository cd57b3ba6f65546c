import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestsOfRecords } from '../../../src/checkpoints/sisa.ts';
import { placeLikely } from '../../../src/training/sisa/likely.ts';
import {
  cellsOf,
  firstChanged,
  groupsOf,
  type Placeable,
  type Placement,
  placeRecords,
  withoutRecords,
} from '../../../src/training/sisa/placement.ts';

const SIZE = { shards: 4, slices: 3, seed: 7 };
/** Three records each. */
const people = (count: number): Placeable[] =>
  Array.from({ length: 3 * count }, (_, i) => ({ id: `r${i}`, people: [`person${Math.floor(i / 3)}`] }));

describe('placement', () => {
  const of = (most: number, ...sets: string[][]) =>
    groupsOf(
      sets.map((names, i) => ({ id: String(i), people: names })),
      most,
    );

  test('whoever shares a record is in one group, however they hang together', () => {
    assert.deepEqual(of(9, ['a'], ['b'], ['a'], []), [0, 1, 0, 3]);
    assert.deepEqual(of(9, ['a'], ['b'], ['c'], ['c', 'b'], ['d'], ['a', 'c']), [0, 0, 0, 0, 4, 0]);
  });

  test('where too many hang together, each goes with the first person of a record', () => {
    const rows = [['a', 'all'], ['b', 'all'], ['a', 'all'], ['all'], ['c'], ['c'], []];
    assert.deepEqual(of(3, ...rows), [0, 1, 0, 3, 4, 4, 6]);
    const everybody = people(100).map(({ id, people: names }) => ({ id, people: [...names, 'class'] }));
    assert.deepEqual(placeRecords(everybody, SIZE), placeRecords(people(100), SIZE));
  });

  test('a person’s records stand together, in the order of the corpus, and each shard gets about its part', () => {
    const records = people(2000);
    const placement = placeRecords(records, SIZE);
    const cells = cellsOf(placement);
    for (let i = 0; i < records.length; i += 3)
      assert.deepEqual(cells.get(`r${i}`), cells.get(`r${i + 2}`), `person ${i / 3}`);
    for (const ids of placement.flat()) {
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
      );
      // 500 expected, with a deviation of 3 times 12.4
      assert.ok(Math.abs(ids.length - 500) < 5 * 37, `${ids.length}`);
    }
  });

  test('taking a person out moves nobody else, and so does the order of the corpus', () => {
    const records = people(60);
    const cells = cellsOf(placeRecords(records, SIZE));
    for (let person = 0; person < 60; person++) {
      const left = records.filter((_, i) => Math.floor(i / 3) !== person);
      const after = cellsOf(placeRecords(left, SIZE));
      for (const { id } of left) assert.deepEqual(after.get(id), cells.get(id));
    }
    assert.deepEqual(
      new Map([...cellsOf(placeRecords(records.toReversed(), SIZE))].sort()),
      new Map([...cells].sort()),
    );
    assert.notDeepEqual(cellsOf(placeRecords(records, { ...SIZE, seed: 8 })), cells);
  });

  test('a placement that is known is followed, and newcomers join those with whom they share a record', () => {
    const records = people(30);
    const known = placeRecords(records, { ...SIZE, seed: 1 });
    const newcomer = { id: 'new', people: ['person4', 'someone'] };
    const cells = cellsOf(placeRecords([newcomer, ...records], SIZE, known));
    for (const [id, cell] of cellsOf(known)) assert.deepEqual(cells.get(id), cell);
    assert.deepEqual(cells.get('new'), cells.get('r12'));
  });

  test('whoever is likely to ask stands in few shards, from the last slice on, the likeliest last; shards stay even', () => {
    const records = people(400);
    const likely = new Map(Array.from({ length: 30 }, (_, i) => [`person${13 * i}`, i === 7 ? 0.9 : 0.3]));
    const { placement, about } = placeLikely(records, SIZE, likely);
    const cells = cellsOf(placement);
    const of = (person: number) => cells.get(`r${3 * person}`);
    for (let i = 0; i < 30; i++) assert.deepEqual(of(13 * i), { shard: 3, slice: 2 }, 'all of them fit into one slice');
    assert.deepEqual([about.groups, about.records, about.shards], [30, 90, 1]);
    assert.ok(about.expected_share < about.drawn_share / 2, JSON.stringify(about));
    assert.equal(cells.size, records.length);
    for (const slices of placement) {
      const size = slices.flat().length;
      assert.ok(Math.abs(size - 300) < 75, String(size));
    }
    const many = new Map(people(400).map(({ people: [person] }) => [person!, person === 'person5' ? 0.9 : 0.3]));
    const all = placeLikely(records, SIZE, many);
    assert.deepEqual(cellsOf(all.placement).get('r15'), { shard: 3, slice: 2 });
    assert.deepEqual(new Set(all.placement.flat().map((ids) => Math.abs(ids.length - 100) <= 25)), new Set([true]));
    assert.throws(() => placeLikely(records, SIZE, new Map([['nobody', 0.5]])), { code: 'validation-failed' });
  });

  test('records that cannot be told apart are refused', () => {
    assert.throws(() => placeRecords([...people(1), ...people(1)], SIZE), {
      message: /^Record 4 has the id of an earlier/,
    });
    const twice: Placement = [[['r0'], ['r0'], []], [], [], []];
    assert.throws(() => placeRecords(people(1), SIZE, twice), { message: /a record stands twice, again in shard 0/ });
  });

  test('what is left, and from which slice on a shard is told apart from what it was', () => {
    const placement: Placement = [
      [['a', 'b'], ['c']],
      [['d'], ['e', 'f']],
      [['g'], []],
    ];
    const left = withoutRecords(placement, (id) => !['b', 'c', 'f'].includes(id));
    assert.deepEqual(left, [
      [['a'], []],
      [['d'], ['e']],
      [['g'], []],
    ]);
    const [before, now] = [digestsOfRecords(placement), digestsOfRecords(left)];
    assert.deepEqual(firstChanged(before, now), [0, 1, null]);
    assert.deepEqual(firstChanged(now, before), [0, 1, null], 'one that comes back is a change as well');
    assert.notDeepEqual(digestsOfRecords([[['ab']]]), digestsOfRecords([[['a', 'b']]]));
  });
});
