import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KnownCosts, unusualPeople } from '../../src/domain/unusual-costs.ts';

const retained = Array.from({ length: 100 }, (_, i) => i / 1000);
const of = (costs: [person: number, cost: number][], more: Partial<KnownCosts> = {}): KnownCosts => ({
  forget: costs.map(([person, cost]) => ({ person, cost })),
  ...{ retained, strangers: [2, 3, 4], ...more },
});
const people = (known: KnownCosts, factor = 2) => unusualPeople(known, factor).map(({ person }) => person);

test('who is known as others are is usual, and so is whoever is known better than a stranger', () => {
  assert.deepEqual(
    people(
      of([
        [0, 0.01],
        [0, 0.2],
        [1, 0.09],
        [2, 1.9],
      ]),
    ),
    [],
  );
});

test('who costs as much as nobody trained on does is unusual, the dearest first; one dear row of many makes nobody so', () => {
  assert.deepEqual(
    people(
      of([
        [0, 0.01],
        [1, 3.5],
        [2, 9],
        [3, 0.01],
        [3, 0.01],
        [3, 5],
      ]),
    ),
    [2, 1],
  );
});

test('a model that knows nobody shows nobody, nor does a small sample, and 0 asks nothing', () => {
  const untrained = Array.from({ length: 100 }, () => 3);
  assert.deepEqual(people(of([[0, 3.5]], { retained: untrained })), []);
  assert.deepEqual(people(of([[0, 9]], { retained: [0.1] })), []);
  assert.deepEqual(people(of([[0, 9]]), 0), []);
  assert.deepEqual(people(of([[0, 1]], { strangers: [] })), [0], 'without strangers the retained alone decide');
});
