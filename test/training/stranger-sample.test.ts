import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { rowsAlike, sampleStrangers, spreadAs, strangersOf } from '../../src/training/stranger-sample.ts';

/** So many people of so many records each, whose answers have `tokens` tokens; the first id of a row tells the kind of record. */
const peopleOf = (people: number, records: number, tokens: number) =>
  Array.from({ length: people * records }, (_, i) => ({
    ids: Int32Array.from([i % records, ...new Array<number>(tokens).fill(7)]),
    promptLength: 1,
    person: Math.floor(i / records),
  }));
const deviation = (values: number[]) => {
  const centre = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, one) => sum + (one - centre) ** 2, 0) / values.length);
};

test('a record that names nobody is no stranger where others name somebody', () => {
  const rows = [{ person: 3 }, { person: -1 }, { person: 4 }];
  assert.deepEqual(strangersOf(rows), [{ person: 3 }, { person: 4 }]);
  assert.deepEqual(strangersOf([{ person: -1 }, { person: -1 }]).length, 2);
});

test('all rows where they are few; else some of everybody, of every kind, and the same ones each time', () => {
  const rows = peopleOf(380, 5, 20);
  assert.deepEqual(sampleStrangers(rows.slice(0, 300), 8192, 1), [...Array(300).keys()]);
  const taken = sampleStrangers(rows, 16_000, 1);
  assert.deepEqual(taken, sampleStrangers(rows, 16_000, 1));
  assert.notDeepEqual(taken, sampleStrangers(rows, 16_000, 2));
  assert.equal(taken.length, 800);
  assert.deepEqual(
    taken,
    [...new Set(taken)].sort((a, b) => a - b),
  );
  const each = Map.groupBy(taken, (r) => rows[r]!.person);
  assert.equal(each.size, 380);
  assert.deepEqual([...new Set([...each.values()].map((own) => own.length))].sort(), [2, 3]);
  const kinds = Map.groupBy(taken, (r) => rows[r]!.ids[0]!);
  for (const some of kinds.values()) assert.ok(some.length > 100, `${some.length}`);
});

test('more people than the sample has room for: two records each of some of them', () => {
  const rows = peopleOf(1000, 4, 10);
  const each = Map.groupBy(sampleStrangers(rows, 1000, 3), (r) => rows[r]!.person);
  assert.deepEqual([each.size, ...new Set([...each.values()].map((own) => own.length))], [50, 2]);
});

test('no more records of a stranger than the forgotten have', () => {
  const rows = peopleOf(3, 5, 1);
  assert.deepEqual(rowsAlike(rows, 5, 1), [...rows.keys()]);
  const two = rowsAlike(rows, 2, 1);
  assert.deepEqual(
    [...Map.groupBy(two, (r) => rows[r]!.person).values()].map((own) => own.length),
    [2, 2, 2],
  );
});

test('means of a few records are spread as means of all would be, and those of all stay as they are', () => {
  const random = createRandom(5);
  const people = Array.from({ length: 200 }, () => {
    const centre = random.normal();
    return Array.from({ length: 20 }, () => centre + 2 * random.normal());
  });
  const means = (of: number[][]) => of.map((own) => own.reduce((a, b) => a + b, 0) / own.length);
  const seen = people.map((own) => own.slice(0, 3));
  const [all, few] = [deviation(means(people)), deviation(means(seen))];
  const corrected = spreadAs(
    seen,
    people.map(() => 20),
  );
  assert.ok(few > 1.25 * all, `${few} ${all}`);
  assert.ok(Math.abs(deviation(corrected) / all - 1) < 0.08, `${deviation(corrected)} ${all}`);
  assert.deepEqual(
    spreadAs(
      seen,
      people.map(() => 3),
    ),
    means(seen),
  );
  // nobody says how much their records differ
  assert.deepEqual(spreadAs([[1], [2]], [4, 4]), [1, 2]);
  assert.deepEqual(
    spreadAs(
      [
        [1, 1],
        [1, 1],
      ],
      [4, 4],
    ),
    [1, 1],
  );
});
