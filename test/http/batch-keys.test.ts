// A batch with an Idempotency-Key is done once, also where its first try broke off half way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { buildApp } from '../../src/app.ts';
import type { App } from '../../src/http/types.ts';
import type { Store } from '../../src/runs/ports.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

/** Identifiers of a person, so many that one transaction takes in FIRST of LINES. */
const [IDENTIFIERS, LINES, FIRST] = [20, 30, 25];
const closers: (() => unknown)[] = [];
let service: TestService;
let database: pg.Client;
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  await corpusWith(service.app, 'train', [line('r0', 'person0@example.org')]);
  database = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await database.connect();
});
after(async () => {
  await database.end();
  for (const close of closers) await close();
});

const about = (name: string, count = 1) => {
  const identifiers = Array.from({ length: count }, (_, i) => ({ type: 'email', value: `${name}-${i}@example.org` }));
  return JSON.stringify({ subject: { identifiers } });
};
const batchOf = (name: string) => Array.from({ length: LINES }, (_, i) => about(`${name}${i}`, IDENTIFIERS)).join('\n');
const send = (app: App, key: string, payload: string, query = '') =>
  app.inject({
    ...{ method: 'POST', url: `/v1/deletion-requests:batch${query}`, payload },
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
  });
const count = async () => Number((await database.query('select count(*) from deletion_requests')).rows[0].count);

/** The same service with a store that behaves otherwise from its second transaction on. */
async function faulty(second: () => Promise<never>): Promise<App> {
  let calls = 0;
  const createRequests: Store['createRequests'] = (inputs) =>
    ++calls === 1 ? service.deps.store.createRequests(inputs) : second();
  const app = await buildApp({ ...service.deps, store: { ...service.deps.store, createRequests } });
  closers.unshift(() => app.close());
  return app;
}

test('the same batch again gets the first answer again; another one with its key is refused', async () => {
  const { app } = service;
  const lines = [about('a'), about('a'), 'no json', '', about('b')].join('\n');
  const first = await send(app, 'batch-1', lines);
  // nobody is known, so the first request of a line has ended before the second comes
  assert.deepEqual(first.json().counts, { created: 3, already_open: 0, invalid: 1, failed: 0 });
  const rows = await count();
  const again = await send(app, '"batch-1"', lines);
  assert.deepEqual([again.body, again.headers['idempotency-replayed']], [first.body, 'true']);
  assert.equal(again.headers.location, first.headers.location);
  for (const other of [
    await send(app, 'batch-1', `${lines}\n${about('c')}`),
    await send(app, 'batch-1', lines, '?group_id=0198a000-0000-7000-8000-000000000001'),
  ])
    assert.deepEqual([other.statusCode, other.json().code], [422, 'idempotency-key-reused'], other.body);
  assert.equal(await count(), rows);
  const wrong = await send(app, '', lines);
  assert.deepEqual([wrong.statusCode, wrong.json().errors[0].pointer], [400, '#/headers/idempotency-key']);
});

test('lines that failed are tried again, and those that were taken in are answered as before', async () => {
  const broken = await faulty(() => Promise.reject(new Error('the database went away')));
  const first = (await send(broken, 'batch-2', batchOf('p'))).json();
  assert.deepEqual([first.counts.created, first.counts.failed], [FIRST, LINES - FIRST]);
  // whether a transaction that broke off was committed nobody knows
  const [last] = first.items.slice(FIRST);
  assert.deepEqual(last.errors, [{ pointer: '#', detail: 'may not have been stored' }]);
  assert.match(last.remedy, /same Idempotency-Key/);
  const again = (await send(service.app, 'batch-2', batchOf('p'))).json();
  assert.deepEqual([again.counts.created, again.counts.failed], [LINES, 0]);
  assert.deepEqual(again.items.slice(0, FIRST), first.items.slice(0, FIRST));
  assert.equal(again.group_id, first.group_id);
});

test('a process that dies half way leaves nothing double behind', async () => {
  const before = await count();
  const halfWay = Promise.withResolvers<void>();
  const end = Promise.withResolvers<never>();
  const dying = await faulty(() => {
    halfWay.resolve();
    return end.promise;
  });
  // not answered before all is over, as of a process that was killed
  const lost = send(dying, 'batch-3', batchOf('q'));
  await halfWay.promise;
  const busy = await send(service.app, 'batch-3', batchOf('q'));
  assert.deepEqual([busy.statusCode, busy.json().code], [409, 'idempotency-key-busy']);
  assert.ok(Number(busy.headers['retry-after']) > 0);
  const held = `update idempotency_keys set busy_until = clock_timestamp() - interval '1 s' where busy_until is not null`;
  await database.query(held);
  await sleep(5);
  const again = (await send(service.app, 'batch-3', batchOf('q'))).json();
  assert.deepEqual(again.counts, { created: LINES, already_open: 0, invalid: 0, failed: 0 });
  assert.equal(await count(), before + LINES);
  end.reject(new Error('killed'));
  await lost;
  assert.equal((await send(service.app, 'batch-3', batchOf('q'))).json().counts.created, LINES);
  const listed = await call(service.app, 'GET', `/v1/deletion-requests?group_id=${again.group_id}&limit=1`);
  assert.equal(listed.json().items.length, 1);
  // what is kept for this names nobody, and goes with the key
  await database.query(`update batch_lines set expires_at = clock_timestamp() - interval '1 s'`);
  await service.deps.store.deleteExpiredKeys();
  assert.equal(Number((await database.query('select count(*) from batch_lines')).rows[0].count), 0);
});
