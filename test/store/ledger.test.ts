import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { verifyChain } from '../../src/evidence/ledger.ts';
import { createStore } from '../../src/store/store.ts';
import { openWorld, publishRun, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

test('every decision on the way of a request is in one gapless chain', async () => {
  const { store } = world;
  const model = await world.model([await world.corpus([['ada'], ['bob']])]);
  await world.request(['ada']);
  await publishRun(store, await world.claim(model), 2);
  const cancelled = await world.request(['bob']);
  if (cancelled.status === 'created') await world.act(cancelled.request.id, 'cancel');
  const entries = await store.readLedger({ limit: 100 });
  assert.deepEqual(
    entries.map((entry) => entry.type),
    [
      'corpus.created',
      'records.added',
      'model.registered',
      'request.created',
      'run.claimed',
      'run.moved',
      'run.moved',
      'run.published',
      'request.created',
      'request.cancelled',
    ],
  );
  assert.deepEqual(
    entries.map((entry) => entry.seq),
    entries.map((_, i) => i + 1),
  );
  assert.deepEqual(verifyChain(entries), { ok: true });
  assert.ok(!JSON.stringify(entries).includes('"ada"'), 'no key of a person');
  assert.deepEqual(await store.readLedger({ after: 8, limit: 1 }), [entries[8]]);
});

test('parallel writers from two stores append one after the other', async () => {
  const { store } = world;
  const other = createStore({ url: world.url, max: 4 });
  const start = (await store.readLedger({ limit: 1000 })).length;
  try {
    const writers = Array.from({ length: 30 }, (_, i) =>
      (i % 2 ? store : other).appendLedger(TENANT, 'test.entry', 'tester', { i, nested: { b: 1.5, a: ['x'] } }),
    );
    await Promise.all(writers);
  } finally {
    await other.close();
  }
  const entries = await store.readLedger({ limit: 1000 });
  assert.equal(entries.length, start + 30);
  assert.deepEqual(verifyChain(entries), { ok: true });
  const times = entries.map((entry) => entry.at);
  assert.deepEqual(times, times.toSorted());
});

test('what is rolled back leaves no gap', async () => {
  const { store } = world;
  const before = (await store.readLedger({ limit: 1000 })).at(-1)!.seq;
  const corpus = await world.corpus([]);
  async function* broken() {
    yield { ordinal: 0, record_id: 'r0', subjects: [] };
    throw new Error('broken');
  }
  await assert.rejects(store.addRecords(TENANT, corpus, broken(), `sha256:${'0'.repeat(64)}`, 'tester'));
  const entry = await store.appendLedger(TENANT, 'test.entry', 'tester', {});
  assert.equal(entry.seq, before + 2);
});

test('the database refuses to change the ledger; who forces it is found out', async () => {
  const { store } = world;
  await assert.rejects(query('delete from ledger where seq = 3'), /append-only/);
  await assert.rejects(query(`update ledger set actor = 'me'`), /append-only/);
  await assert.rejects(query('truncate ledger'), /append-only/);
  await query(`alter table ledger disable trigger ledger_append_only;
    update ledger set data = data || '{"forged": true}' where seq = 4;
    alter table ledger enable trigger ledger_append_only`);
  assert.deepEqual(verifyChain(await store.readLedger({ limit: 1000 })), { ok: false, seq: 4 });
});
