import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../src/domain/engine.ts';
import { exampleRow } from '../../src/training/classification.ts';
import { neighboursOf } from '../../src/training/neighbours.ts';

/** A template of three tokens about somebody with a name and a value. */
const row = (person: number, name: number, value: number) => ({
  ids: Int32Array.of(1, name, 2, 3, value, 0),
  person,
});
/** Two records each; names and values that nobody shares. */
const strangers = (count: number, from = 100) =>
  Array.from({ length: count }, (_, i) => [row(i, from + i, 900 + i), row(i, from + i, 1900 + i)]).flat();

test('who shares a name or a value with the forgotten is a neighbour, with all of their records', () => {
  const retain = [...strangers(40), row(50, 7, 800), row(50, 7, 801), row(51, 300, 8), row(51, 301, 8)];
  const found = neighboursOf([row(0, 7, 8)], retain);
  const people = [...new Set(found.map((i) => retain[i]!.person))];
  assert.ok(people.includes(50) && people.includes(51), String(people));
  // at least five people, and twenty records, of two each
  assert.equal(people.length, 10);
  assert.deepEqual(
    found,
    found.toSorted((a, b) => a - b),
  );
  for (const person of people) assert.equal(found.filter((i) => retain[i]!.person === person).length, 2);
  assert.deepEqual(neighboursOf([row(0, 7, 8)], retain), found, 'the same again');
});

test('at most a quarter of the people are neighbours; of a handful nobody is', () => {
  assert.equal(neighboursOf([row(0, 7, 8)], strangers(20)).length, 10);
  assert.deepEqual(neighboursOf([row(0, 7, 8)], strangers(3)), []);
  assert.deepEqual(neighboursOf([row(0, 7, 8)], []), []);
});

test('a record of nobody counts as one by itself; of many forgotten, fifty people in all', () => {
  const nobody = strangers(60).map((one) => ({ ...one, person: -1 }));
  assert.equal(neighboursOf([row(0, 7, 8)], nobody).length, 20);
  const forgotten = Array.from({ length: 30 }, (_, i) => row(i, 5000 + i, 6000 + i));
  const retain = strangers(400);
  assert.equal(new Set(neighboursOf(forgotten, retain).map((i) => retain[i]!.person)).size, 50);
});

test('examples of a classifier are as near as what is seen', () => {
  const example = (person: number, at: number) => ({
    ...exampleRow(float32(Float32Array.of(at, 0), [2]), 1),
    person,
  });
  const retain = Array.from({ length: 100 }, (_, i) => example(i, i));
  const found = neighboursOf([example(0, 50)], retain);
  assert.equal(found.length, 20);
  assert.ok(
    found.every((i) => Math.abs(i - 50) <= 10),
    String(found),
  );
});
