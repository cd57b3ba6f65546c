import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digest, lines, openWorld, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

test('a corpus is created once a name and tenant, and is invisible to others', async () => {
  const { store } = world;
  const first = await store.createCorpus(TENANT, 'people', 'tester');
  assert.equal(first.status, 'created');
  const id = first.status === 'created' ? first.corpus.id : '';
  assert.deepEqual(await store.createCorpus(TENANT, 'people', 'tester'), { status: 'name_taken', id });
  assert.equal((await store.createCorpus('other', 'people', 'tester')).status, 'created');
  assert.equal((await store.getCorpus(TENANT, id))?.records, 0);
  assert.equal(await store.getCorpus('other', id), null);
});

test('records are counted, and identifiers of different types on one record are one person', async () => {
  const { store } = world;
  const id = await world.corpus([['ada', 'name:n-ada'], ['ada'], ['bob'], ['bob', 'cleo'], []]);
  const corpus = await store.getCorpus(TENANT, id);
  assert.equal(corpus?.records, 5);
  assert.equal(corpus?.people, 3);
  const added = await store.addRecords(TENANT, id, lines([['dora']], 5), digest('d'), 'tester');
  assert.equal(added.status === 'added' && added.corpus.records, 6);
  assert.equal(added.status === 'added' && added.corpus.people, 4);
  assert.equal(added.status === 'added' && added.corpus.digest, digest('d'));
});

test('a record id that is there already, or twice in the upload, keeps nothing of the upload', async () => {
  const { store } = world;
  const id = await world.corpus([['ada'], ['bob']]);
  async function* clash() {
    yield* lines(
      Array.from({ length: 1500 }, (_, i) => [`k${i}`]),
      2,
    );
    yield { ordinal: 1502, record_id: 'r1', subjects: [] };
  }
  const outcome = await store.addRecords(TENANT, id, clash(), digest('e'), 'tester');
  assert.deepEqual(outcome, { status: 'duplicate_record_id', ordinal: 1502, first: 1 });
  async function* twice() {
    yield { ordinal: 2, record_id: 'new', subjects: [] };
    yield { ordinal: 3, record_id: 'new', subjects: [] };
  }
  const again = await store.addRecords(TENANT, id, twice(), digest('e'), 'tester');
  assert.deepEqual(again, { status: 'duplicate_record_id', ordinal: 3, first: 2 });
  assert.deepEqual((await store.getCorpus(TENANT, id))?.records, 2);
});

test('of many records, in many uploads, the first whose id was there before is named', async () => {
  const { store } = world;
  const id = await world.corpus([['ada']]);
  async function* some(count: number, first: number, odd: Record<number, string> = {}) {
    for (let at = first; at < first + count; at += 1000)
      yield Array.from({ length: Math.min(1000, first + count - at) }, (_, i) => {
        return { ordinal: at + i, record_id: odd[at + i] ?? `r${at + i}`, subjects: [] };
      });
  }
  const add = (...given: Parameters<typeof some>) =>
    store.addRecords(TENANT, id, some(...given), digest('f'), 'tester');
  assert.equal((await add(40_000, 1)).status, 'added');
  assert.equal((await add(10, 40_001)).status, 'added');
  const both = { 41000: 'new', 49000: 'new', 45000: 'r39999' };
  assert.deepEqual(await add(10_000, 40_011, both), { status: 'duplicate_record_id', ordinal: 45_000, first: 39_999 });
  const within = { 41000: 'new', 49000: 'new' };
  assert.deepEqual(await add(10_000, 40_011, within), {
    status: 'duplicate_record_id',
    ordinal: 49_000,
    first: 41_000,
  });
  assert.deepEqual(await add(1, 40_011, { 40011: 'r0' }), { status: 'duplicate_record_id', ordinal: 40_011, first: 0 });
  assert.equal((await store.getCorpus(TENANT, id))?.records, 40_011);
});

test('people are counted over all uploads, through chains of identifiers, whatever these hold', async () => {
  const { store } = world;
  const id = await world.corpus([['u-1', 'name:u-n1'], ['u-2'], ['u-3', 'name:u-n3']]);
  assert.equal((await store.getCorpus(TENANT, id))?.people, 3);
  const add = async (people: string[][], first: number) => {
    const added = await store.addRecords(TENANT, id, lines(people, first), digest('f'), 'tester');
    return added.status === 'added' ? added.corpus.people : added.status;
  };
  assert.equal(await add([['name:u-n1', 'phone:u-p']], 3), 3, 'one more identifier of somebody known');
  assert.equal(await add([['phone:u-p', 'u-2']], 4), 2, 'two turn out to be one');
  assert.equal(await add([['u-2', 'u-3']], 5), 2, 'two of one type are two people');
  assert.equal(await add([['tab\there', 'name:back\\slash\n']], 6), 3);
  const found = await world.request(['tab\there'], { model_ids: [await world.model([id])] });
  assert.equal(found.status === 'created' && found.request.targets[0]?.records, 1);
});

test('an error of the stream rolls the upload back and reaches the caller', async () => {
  const { store } = world;
  const id = await world.corpus([['ada']]);
  async function* broken() {
    yield* lines([['bob']], 1);
    throw new Error('line 2 is not JSON');
  }
  await assert.rejects(store.addRecords(TENANT, id, broken(), digest('e'), 'tester'), /line 2/);
  assert.equal((await store.getCorpus(TENANT, id))?.records, 1);
});

test('a corpus that a model uses does not change; one that does not exist is refused', async () => {
  const { store } = world;
  const id = await world.corpus([['ada']]);
  await world.model([id]);
  assert.deepEqual(await store.addRecords(TENANT, id, lines([['x']], 1), digest('e'), 'tester'), { status: 'in_use' });
  const missing = '00000000-0000-7000-8000-000000000000';
  await assert.rejects(store.addRecords(TENANT, missing, lines([]), digest('e'), 'tester'), { code: 'not-found' });
});

test('lists go newest first, page by page, without gaps or repeats', async () => {
  const { store } = world;
  const made: string[] = [];
  for (let i = 0; i < 7; i++) made.push(await makeIn('paging'));
  const seen: string[] = [];
  let after: { created_at: string; id: string } | undefined;
  do {
    const page = await store.listCorpora('paging', { limit: 3, after });
    seen.push(...page.items.map((corpus) => corpus.id));
    after = page.next ?? undefined;
  } while (after);
  assert.deepEqual(seen, made.reverse());
  const exact = await store.listCorpora('paging', { limit: 7 });
  assert.equal(exact.next, null);
});
const makeIn = (tenant: string) => world.corpus([], tenant);
