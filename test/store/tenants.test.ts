import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { finishRestore } from '../../src/store/finish-restore.ts';
import { openWorld, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const LEDGER_LOCK = 0x6c_65_64_67;
const refused = { code: 'tenant-offboarded' };
const KEY = { id: '0198a000-0000-7000-8000-00000000000a', secret_hash: 'a'.repeat(64), lifetime_ms: 60_000 };

test('what a call brought in while a tenant was off-boarded goes too, and later nothing begins', async () => {
  const { store } = world;
  const tenant = 'acme';
  const first = await store.createCorpus(tenant, 'first', 'tester');
  assert.ok(first.status === 'created');
  const late = new pg.Client({ connectionString: world.url });
  await late.connect();
  await late.query('begin');
  await late.query('select pg_advisory_xact_lock($1)', [LEDGER_LOCK]);
  const ending = store.offboardTenant(tenant, 'tester', 'sha256:0');
  const waits = async () =>
    (await late.query(`select from pg_locks where locktype = 'advisory' and not granted`)).rows.length > 0;
  for (let tries = 0; !(await waits()); tries++) {
    assert.ok(tries < 500, 'the off-boarding comes to the ledger');
    await sleep(10);
  }
  await late.query(
    `insert into corpora (id, tenant_id, name, records, people, created_at)
     values ('0198a000-0000-7000-8000-00000000000b', $1, 'late', 0, 0, now())`,
    [tenant],
  );
  await late.query('commit');
  await late.end();
  const outcome = await ending;
  assert.ok(outcome.status === 'done', JSON.stringify(outcome));
  assert.equal(outcome.counts.corpora, 2);
  assert.deepEqual((await store.listCorpora(tenant, { limit: 10 })).items, []);
  await assert.rejects(store.refuseOffboarded(tenant), refused);
  await store.refuseOffboarded('globex');

  await assert.rejects(store.createCorpus(tenant, 'second', 'tester'), refused);
  await assert.rejects(store.createApiKey(tenant, { ...KEY, name: 'k', scopes: [] }, 'tester'), refused);
  await assert.rejects(world.request(['anna'], { tenant }), refused);
  await assert.rejects(store.addKeyVersion(tenant, 2, 'tester'), refused);
  assert.deepEqual((await store.listCorpora(tenant, { limit: 10 })).items, []);
  assert.equal(await store.destroyKeyVersion(tenant, 1, 'tester'), true, 'what clears away goes on');
  assert.equal((await store.createCorpus('globex', 'second', 'tester')).status, 'created');
});

test('a restore of what was before the off-boarding leaves the tenant out as well', async () => {
  const { store } = world;
  assert.equal((await store.createCorpus('initech', 'first', 'tester')).status, 'created');
  const [last] = (await store.readLedger({ limit: 1000 })).slice(-1);
  const backup = {
    id: '0198a000-0000-7000-8000-00000000000c',
    ledger: { first: '', size: last!.seq, head: last!.hash },
  };
  const deletions = [{ what: 'tenant', tenant: 'initech' } as const];
  await finishRestore(world.url, { backup, deletions, upTo: null, actor: 'tester' });
  await assert.rejects(store.refuseOffboarded('initech'), refused);
  await assert.rejects(store.createCorpus('initech', 'second', 'tester'), refused);
});
