import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedRows } from '../../src/compute/asked-rows.ts';

const rows = (people: number, each: number, first = 0) =>
  Array.from({ length: people * each }, (_, i) => ({ person: first + (i % people) }));
/** Answers about each person, fewest and most, and how many people. */
function answers(set: readonly { person: number }[], asked: number[]) {
  const counts = [...Map.groupBy(asked, (i) => set[i]!.person).values()].map((own) => own.length);
  return [Math.min(...counts), Math.max(...counts), counts.length];
}

test('the forgotten and strangers are asked about equally often, as often as so many people allow', () => {
  const cases: [forgotten: number, strangers: number, each: number, asked: number][] = [
    [10, 80, 5, 80],
    [1, 80, 5, 80],
    [4, 10, 10, 10],
    [1, 1000, 5, 80],
    [40, 20, 10, 20],
  ];
  for (const [forgotten, strangers, each, asked] of cases) {
    const sets = { forget: rows(forgotten, 25), retain: [], holdout: rows(strangers, 25, 5000) };
    const found = askedRows(sets, 3);
    assert.deepEqual(answers(sets.forget, found.forget), [each, each, forgotten]);
    assert.deepEqual(answers(sets.holdout, found.holdout), [each, each, asked]);
  }
});

test('who has fewer records is asked about all of them; records of nobody are not asked for', () => {
  const forget = [...rows(2, 3), { person: -1 }];
  const { forget: asked, holdout } = askedRows({ forget, retain: [], holdout: [{ person: -1 }] }, 1);
  assert.deepEqual(asked, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(holdout, []);
});

test('strangers are asked about no more than the forgotten have, or people of earlier runs where these have more', () => {
  const sets = { forget: rows(1, 1), retain: [], holdout: rows(40, 10, 5000) };
  assert.deepEqual(answers(sets.holdout, askedRows(sets, 1).holdout), [1, 1, 40]);
  const earlier = rows(2, 3, 100);
  assert.deepEqual(answers(sets.holdout, askedRows({ ...sets, earlier }, 1).holdout), [3, 3, 40]);
  const uneven = { ...sets, forget: [...rows(1, 2), ...rows(1, 6, 1)] };
  assert.deepEqual(answers(sets.holdout, askedRows(uneven, 1).holdout), [2, 6, 40]);
  const nobody = { ...sets, forget: [] };
  assert.deepEqual(answers(sets.holdout, askedRows(nobody, 1).holdout), [10, 10, 40]);
});

test('questions differ from person to person, and the seed decides', () => {
  const sets = { forget: rows(1, 25), retain: rows(200, 1), holdout: rows(80, 25) };
  const found = askedRows(sets, 7);
  assert.deepEqual(askedRows(sets, 7), found);
  assert.notDeepEqual(askedRows(sets, 8), found);
  assert.equal(new Set(found.retain).size, 100);
  const places = Map.groupBy(found.holdout, (i) => i % 80);
  assert.ok(new Set([...places.values()].map((own) => own.map((i) => Math.floor(i / 80)).join())).size > 40);
});
