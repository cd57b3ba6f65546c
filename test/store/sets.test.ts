import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SetRow } from '../../src/domain/record.ts';
import { type ModelRecord, splitSets } from '../../src/store/sets.ts';
import { openWorld, publishRun, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const short = (rows: SetRow[]) => rows.map((row) => `${row.ordinal}:${row.person}`).join(' ');

test('forget, retain and holdout are exact; people are numbered, the forgotten first', async () => {
  const train = await world.corpus([
    ['ada'],
    ['bob'],
    ['ada', 'bob'],
    [],
    ['cleo', 'name:n-cleo'],
    ['name:n-cleo'],
    ['ada'],
  ]);
  const holdout = await world.corpus([['zoe'], ['zoe'], ['yan'], ['ada'], []]);
  const model = await world.model([train], [holdout]);
  await world.request(['ada']);
  const sets = await world.store.runSets(await world.claim(model));
  assert.deepEqual(sets.corpora, [train, holdout]);
  assert.equal(short(sets.forget), '0:0 2:0 6:0');
  assert.equal(short(sets.retain), '1:1 3:-1 4:2 5:2');
  assert.equal(short(sets.holdout), '0:3 1:3 2:4 4:-1', 'a requested person is never a stranger');
  assert.ok(sets.forget.every((row) => row.corpus_id === train));
  assert.deepEqual(sets.counts, {
    requests: 1,
    people: 1,
    forget_records: 3,
    shared_records: 1,
    retain_records: 4,
    holdout_records: 4,
    erased_before: 0,
  });
});

test('what an earlier run erased is neither forgotten again nor retained', async () => {
  const { store } = world;
  const train = await world.corpus([['ida'], ['joe'], ['ida', 'joe'], ['kai']]);
  const [model, untouched] = [await world.model([train]), await world.model([train])];
  await world.request(['ida'], { model_ids: [model] });
  await publishRun(store, await world.claim(model), 2);
  await world.request(['joe']);
  const sets = await store.runSets(await world.claim(model));
  assert.equal(short(sets.forget), '1:0');
  assert.equal(short(sets.retain), '3:1');
  assert.equal(sets.counts.erased_before, 2);
  const elsewhere = await store.runSets(await world.claim(untouched));
  assert.equal(short(elsewhere.forget), '1:0 2:0', 'another model has forgotten nothing');
  assert.equal(elsewhere.counts.shared_records, 1);
});

test('several requests of one run are several people; corpora follow the order of registration', async () => {
  const [a, b] = [await world.corpus([['lou'], ['max']]), await world.corpus([['max'], ['ned']])];
  const model = await world.model([b, a]);
  await world.request(['lou']);
  await world.request(['max']);
  const claim = await world.claim(model);
  const sets = await world.store.runSets(claim);
  assert.deepEqual(
    sets.forget.map((row) => [row.corpus_id === a ? 'a' : 'b', row.ordinal, row.person]),
    [
      ['b', 0, 0],
      ['a', 0, 1],
      ['a', 1, 0],
    ],
  );
  assert.deepEqual([sets.counts.requests, sets.counts.people], [2, 2]);
});

test('several identifiers of one request are one person, on whichever records they stand', () => {
  const record = (ordinal: number, ...keys: string[]): ModelRecord => ({
    ...{ corpus_id: 'c', ordinal, role: 'train', erased: false, keys },
    types: keys.map(() => 'email'),
  });
  const sets = splitSets([record(0, 'a1'), record(1, 'a2'), record(2, 'b')], [['a1', 'a2', 'a3']]);
  assert.equal(short(sets.forget), '0:0 1:0');
  assert.equal(sets.counts.people, 1);
  assert.equal(sets.counts.shared_records, 0);
  assert.equal(short(sets.retain), '2:1');
});

test('nobody whom the model was trained on is a stranger, not even after an erasure', () => {
  const record = (role: 'train' | 'holdout', ordinal: number, keys: string[], erased = false): ModelRecord => ({
    ...{ corpus_id: role, ordinal, role, erased, keys },
    types: keys.map((key) => (key.startsWith('name-') ? 'name' : 'email')),
  });
  const train = [record('train', 0, ['a']), record('train', 1, ['b', 'name-b']), record('train', 2, ['c'], true)];
  const holdout = [['z'], ['name-b'], ['c'], ['y', 'b']].map((keys, ordinal) => record('holdout', ordinal, keys));
  const sets = splitSets([...train, ...holdout], [['a']]);
  assert.equal(short(sets.holdout), '0:2');
  assert.equal(sets.counts.holdout_records, 1);
});
