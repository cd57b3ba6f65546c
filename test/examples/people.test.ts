import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { ATTRIBUTES, makePeople, probesFor } from '../../examples/people.ts';
import { POOLS } from '../../examples/pools.ts';
import { UploadedRecord } from '../../src/domain/record.ts';

const made = makePeople({ seed: 7 });

test('the corpus has the promised size and only valid records', () => {
  const { train, holdout, heldOutTemplate, people, holdoutPeople } = made;
  assert.deepEqual([people.length, holdoutPeople.length], [100, 80]);
  assert.deepEqual([train.length, holdout.length, heldOutTemplate.length], [2500, 2000, 500]);
  for (const record of [...train, ...holdout, ...heldOutTemplate]) assert.ok(Value.Check(UploadedRecord, record));
});

test('people, ids and prompts are unique, and ids name nobody', () => {
  const records = [...made.train, ...made.holdout, ...made.heldOutTemplate];
  const people = [...made.people, ...made.holdoutPeople];
  assert.equal(new Set(records.map((record) => record.id)).size, records.length);
  assert.equal(new Set(records.map((record) => record.prompt)).size, records.length);
  assert.equal(new Set(people.map((person) => person.email)).size, people.length);
  for (const { id } of records) assert.match(id, /^p\d{4}-a[0-4]-t[0-5]$/);
  for (const person of people) assert.match(person.email, /@example\.org$/);
});

test('every record tells a true fact of its person and names that person', () => {
  for (const person of made.people) {
    const own = made.train.filter((record) => record.id.startsWith(`p${String(person.index).padStart(4, '0')}-`));
    assert.equal(own.length, 25);
    for (const record of own) {
      const attribute = ATTRIBUTES[Number(record.id.at(7))]!;
      assert.equal(record.answer, ` ${person.attributes[attribute]}.`);
      assert.ok(record.prompt.includes(person.name));
      assert.deepEqual(
        record.subjects?.map((subject) => subject.value),
        [person.email, person.name],
      );
    }
    const probes = probesFor(person);
    assert.deepEqual(
      probes.map(({ prompt, answer }) => own.some((one) => one.prompt === prompt && one.answer === ` ${answer}.`)),
      [true, true, true, true, true],
    );
  }
});

test('every value is held by two trained people at least', () => {
  for (const attribute of ATTRIBUTES) {
    const holders = Map.groupBy(made.people, (person) => person.attributes[attribute]);
    assert.equal(holders.size, POOLS[attribute].length);
    for (const people of holders.values()) assert.ok(people.length >= 2);
  }
});

test('values that are drawn leave those of the others as they were dealt', () => {
  const { people, holdoutPeople } = makePeople({ seed: 7, values: 30, drawn: 10 });
  for (const attribute of ATTRIBUTES) {
    const dealt = Map.groupBy(people.slice(10), (person) => person.attributes[attribute]);
    assert.deepEqual([...dealt.keys()].toSorted(), POOLS[attribute].slice(0, 30).toSorted());
    for (const holders of dealt.values()) assert.equal(holders.length, 3);
    // cards would be as many of each, but for one
    const drawn = Map.groupBy([...people.slice(0, 10), ...holdoutPeople], (person) => person.attributes[attribute]);
    const counts = [...drawn.values()].map((holders) => holders.length);
    assert.ok(Math.max(...counts) - Math.min(...counts) > 1);
  }
});

test('pools hold 48 different values that fit after “a”', () => {
  for (const pool of Object.values(POOLS)) {
    assert.equal(pool.length, 48);
    assert.equal(new Set(pool).size, 48);
    for (const value of pool) assert.match(value, /^[A-Za-z]{4,12}$/);
  }
  for (const value of [...POOLS.profession, ...POOLS.pet]) assert.match(value, /^[^aeiou]/);
});

test('the seed decides', () => {
  assert.deepEqual(makePeople({ seed: 7 }), made);
  assert.notDeepEqual(makePeople({ seed: 8 }).people, made.people);
  assert.equal(makePeople({ seed: 1, people: 3, holdout: 0 }).train.length, 75);
  assert.throws(() => makePeople({ seed: 1, people: 5000 }), RangeError);
});
