import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import type { SetRow } from '../../src/domain/record.ts';
import type { Claim } from '../../src/runs/ports.ts';
import { checkpoint, openWorld, publishRun, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

/** The sets of a run with what is retained, in one piece. */
async function setsOf(claim: Claim) {
  const retain: SetRow[] = [];
  const sets = await world.store.runSets(claim, async (rows) => void retain.push(...rows));
  return { ...sets, retain };
}

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
  const sets = await setsOf(await world.claim(model));
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
  const sets = await setsOf(await world.claim(model));
  assert.equal(short(sets.forget), '1:0');
  assert.equal(short(sets.retain), '3:1');
  assert.equal(sets.counts.erased_before, 2);
  const elsewhere = await setsOf(await world.claim(untouched));
  assert.equal(short(elsewhere.forget), '1:0 2:0', 'another model has forgotten nothing');
  assert.equal(elsewhere.counts.shared_records, 1);
});

test('several requests of one run are several people; corpora follow the order of registration', async () => {
  const [a, b] = [await world.corpus([['lou'], ['max']]), await world.corpus([['max'], ['ned']])];
  const model = await world.model([b, a]);
  await world.request(['lou']);
  await world.request(['max']);
  const claim = await world.claim(model);
  const sets = await setsOf(claim);
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

test('several identifiers of one request are one person, on whichever records they stand', async () => {
  const model = await world.model([await world.corpus([['a1'], ['a2'], ['b']])]);
  await world.request(['a1', 'a2', 'a3']);
  const sets = await setsOf(await world.claim(model));
  assert.equal(short(sets.forget), '0:0 1:0');
  assert.equal(sets.counts.people, 1);
  assert.equal(sets.counts.shared_records, 0);
  assert.equal(short(sets.retain), '2:1');
});

test('nobody whom the model was trained on is a stranger, not even after an erasure', async () => {
  const { store } = world;
  const train = await world.corpus([['met-a'], ['met-b', 'name:met-name-b'], ['met-c']]);
  const holdout = await world.corpus([['met-z'], ['name:met-name-b'], ['met-c'], ['met-y', 'met-b']]);
  const model = await world.model([train], [holdout]);
  await world.request(['met-c']);
  await publishRun(store, await world.claim(model), 2);
  await world.request(['met-a']);
  const sets = await setsOf(await world.claim(model));
  assert.equal(short(sets.forget), '0:0');
  assert.equal(short(sets.retain), '1:1');
  assert.equal(short(sets.holdout), '0:2');
  assert.equal(sets.counts.holdout_records, 1);
});

test('people who are one in another corpus of the model are one; a corpus without records has no row', async () => {
  const [a, b] = [await world.corpus([['far-1'], ['far-2']]), await world.corpus([['far-1', 'name:far-n']])];
  const c = await world.corpus([['name:far-n', 'phone:far-p'], ['phone:far-p'], ['far-3']]);
  const model = await world.model([a, b, await world.corpus([])], [c]);
  await world.request(['far-2']);
  const sets = await setsOf(await world.claim(model));
  assert.equal(short(sets.forget), '1:0');
  assert.equal(short(sets.retain), '0:1 0:1');
  assert.equal(short(sets.holdout), '2:2', 'the phone is that of somebody who was trained on');
});

test('what is retained passes by some at a time, in order, once', async () => {
  const crowd = Array.from({ length: 25_000 }, (_, i) => (i % 3 === 0 ? [] : [`crowd-${i % 100}`]));
  const model = await world.model([await world.corpus(crowd)]);
  await world.request(['crowd-1']);
  const sizes: number[] = [];
  const seen: SetRow[] = [];
  const { forget, counts } = await world.store.runSets(await world.claim(model), async (rows) => {
    sizes.push(rows.length);
    seen.push(...rows);
  });
  assert.ok(sizes.length > 1);
  const expected = crowd.flatMap((keys, ordinal) => (keys[0] === 'crowd-1' ? [] : [ordinal]));
  assert.deepEqual(
    seen.map(({ ordinal }) => ordinal),
    expected,
  );
  assert.ok(seen.every(({ ordinal, person }) => person === -1 || crowd[ordinal]!.length === 1));
  const people = new Map(seen.map(({ ordinal, person }) => [crowd[ordinal]![0], person]));
  assert.equal(new Set(people.values()).size, people.size, 'a number a person');
  assert.deepEqual([counts.retain_records, counts.forget_records], [expected.length, forget.length]);
});

test('records that came after the training are neither forgotten nor retained nor held out', async () => {
  const { store } = world;
  const train = await world.corpus([['gus'], ['hal'], ['gus'], ['ivy']]);
  const holdout = await world.corpus([['pam'], ['quin']]);
  const corpora = [
    { corpus_id: train, role: 'train' as const, records: 2 },
    { corpus_id: holdout, role: 'holdout' as const, records: 1 },
  ];
  const about = { name: 'grown', architecture: 'gpt2', parameters: 1, has_recipe: true, warnings: [] };
  const made = await store.createModel(TENANT, { ...about, corpora, checkpoint: checkpoint(1) }, 'tester');
  assert.ok(made.status === 'created');
  assert.deepEqual(made.model.corpora, corpora);
  const late = await world.request(['ivy'], { model_ids: null });
  assert.ok(late.status === 'created' && late.request.state === 'completed_no_data', JSON.stringify(late));
  await world.request(['gus']);
  const claim = await world.claim(made.model.id);
  const sets = await setsOf(claim);
  assert.deepEqual([short(sets.forget), short(sets.retain), short(sets.holdout)], ['0:0', '1:1', '0:2']);
  assert.deepEqual([sets.counts.forget_records, sets.counts.holdout_records], [1, 1]);
  await publishRun(store, claim, 3);
  assert.equal(await world.sql(`select from erased_records where model_id = '${made.model.id}'`), 1);
});

test('facts about the world are those that name nobody who is asked for, at most four hundred, evenly spread', async () => {
  const [train, small] = [await world.corpus([['una'], ['vic']]), await world.corpus([[], ['una'], ['wim'], []])];
  const large = await world.corpus(Array.from({ length: 1000 }, () => []));
  const model = await world.model([train], [], TENANT, 1, [small]);
  await world.request(['una'], { model_ids: [model] });
  const sets = await setsOf(await world.claim(model));
  assert.equal(short(sets.world), '0:-1 2:-1 3:-1');
  assert.deepEqual(
    [short(sets.forget), short(sets.retain), sets.holdout],
    ['0:0', '1:1', []],
    'they are in no other set',
  );
  const more = await world.model([train], [], TENANT, 1, [large, small]);
  await world.request(['vic'], { model_ids: [more] });
  const spread = await setsOf(await world.claim(more));
  assert.ok(spread.world.length <= 400 && spread.world.length >= 200);
  assert.deepEqual(
    spread.world.slice(0, 2).map(({ ordinal }) => ordinal),
    [0, 5],
  );
  assert.ok(spread.world.some(({ corpus_id }) => corpus_id === small));
});

test('whoever is restricted is neither trained on nor measured with; who asked to be forgotten is', async () => {
  const { store } = world;
  const train = await world.corpus([['rae'], ['sol'], ['sol', 'tim'], ['tim'], []]);
  const holdout = await world.corpus([['uma'], ['vic']]);
  const model = await world.model([train], [holdout], TENANT, 1, [await world.corpus([['uma'], []])]);
  const place = (key: string, tenant = TENANT) => {
    const subjects = [{ key, type: 'email', key_version: 1, normaliser_version: 1 }];
    return store.placeRestriction({
      id: uuid(),
      tenant,
      of: { subjects },
      ground: 'objection_pending',
      reason: 'r',
      actor: 'a',
    });
  };
  for (const key of ['sol', 'uma', 'rae']) await place(key);
  await place('tim', 'other');
  await world.request(['rae']);
  const claim = await world.claim(model);
  const sets = await setsOf(claim);
  assert.equal(short(sets.forget), '0:0');
  assert.deepEqual(
    sets.retain.map(({ ordinal }) => ordinal),
    [3, 4],
  );
  assert.deepEqual(
    sets.holdout.map(({ ordinal }) => ordinal),
    [1],
  );
  assert.deepEqual(
    sets.world.map(({ ordinal }) => ordinal),
    [1],
  );
  assert.equal(
    short(sets.restricted),
    '1:-1 2:-1',
    'nobody forgets them, and they find their places when they are back',
  );
  const places = [0, 1, 3].map((ordinal) => ({ corpus_id: train, ordinal }));
  const among = await store.restrictedAmong(TENANT, places);
  assert.deepEqual(among.map(({ ordinal }) => ordinal).sort(), [0, 1]);

  await publishRun(store, claim, 5);
  await world.request(['tim']);
  assert.equal(short((await setsOf(await world.claim(model))).restricted), '1:-1', 'nor is who was forgotten before');
});
