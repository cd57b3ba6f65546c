import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Measured, steepPeople, unusualPeople } from '../../src/domain/unusual-records.ts';

const retained = Array.from({ length: 100 }, (_, i) => i / 1000);
const of = (costs: [person: number, cost: number][], more: Partial<Measured> = {}): Measured => ({
  forget: costs.map(([person, value]) => ({ person, value })),
  ...{ retained, strangers: [2, 3, 4], ...more },
});
const people = (known: Measured, factor = 2) => unusualPeople(known, factor).map(({ person }) => person);

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

test('whose gradient is out of what retained records and strangers show is unusual; as steep as a stranger is usual, however much that costs', () => {
  const steep = (values: [person: number, norm: number][], more: Partial<Measured> = {}, factor = 2) =>
    steepPeople(of(values, more), factor).map(({ person }) => person);
  const some: [number, number][] = [
    [0, 0.05],
    [1, 7.9],
    [2, 8.1],
    [3, 40],
    [4, 40],
    [4, 0.01],
    [4, 0.01],
    [4, 0.01],
  ];
  assert.deepEqual(steep(some), [3, 4, 2]);
  assert.deepEqual(steep(some, { strangers: [2, 3, 40] }), [], 'a stranger is as steep');
  assert.deepEqual(steep(some, { retained: retained.map((one) => 100 * one) }), [3]);
  assert.deepEqual(steep(some, {}, 0), []);
  assert.deepEqual(steep(some, { retained: [0.1] }), []);
  assert.match(steepPeople(of(some), 2)[0]!.text, /norm of 40.*up to 8\.00 /);
  assert.match(steepPeople(of(some, { strangers: [] }), 2)[0]!.text, /as no retained records have;/);
});

test('of a hundred retained records one may be as dear or as steep as it likes: it hides nobody who is asked for', () => {
  const oneOut = [...retained.slice(1), 1000];
  assert.deepEqual(people(of([[0, 9]], { retained: oneOut })), [0]);
  const steep = (kept: number[]) => steepPeople(of([[0, 9]], { retained: kept }), 2).map(({ person }) => person);
  assert.deepEqual(steep(oneOut), [0]);
  assert.deepEqual(steep(oneOut.slice(1)), [], 'of fewer the limit goes by the steepest');
});
