// A call with an Idempotency-Key is done once, also where it was taken in and the answer was lost: by the connection to Postgres, or
// with the process.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buildApp } from '../../src/app.ts';
import type { App } from '../../src/http/types.ts';
import { createStore } from '../../src/store/store.ts';
import { type CutPostgres, cutPostgres } from '../helpers/cut-postgres.ts';
import { execute } from '../helpers/postgres.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
/** The same service, with a Postgres that goes away. */
let app: App;
let postgres: CutPostgres;
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const people = Array.from({ length: 4 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(service.app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  await call(service.app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] });
  postgres = await cutPostgres(service.deps.config.databaseUrl!);
  const store = createStore({ url: postgres.url });
  app = await buildApp({ ...service.deps, store });
  closers.unshift(
    () => app.close(),
    () => store.close(),
    () => postgres.close(),
  );
});
after(async () => {
  for (const close of closers) await close();
});

const ask = (key: string, name: string, more: object = {}) =>
  app.inject({
    ...{ method: 'POST', url: '/v1/deletion-requests', headers: { 'idempotency-key': key } },
    payload: { subject: { identifiers: [{ type: 'email', value: `${name}@example.org` }] }, ...more },
  });
const requests = async () => (await call(service.app, 'GET', '/v1/deletion-requests?limit=100')).json().items;

/** What could not give its key back, or keep its answer, is over for others after a minute. */
const aMinuteLater = () =>
  execute(
    service.deps.config.databaseUrl!,
    `update idempotency_keys set busy_until = clock_timestamp() - interval '1 s' where answer is null`,
  );

/** The answer to the call again, which is a first one, and is kept. */
async function repeated(key: string, name: string, more: object = {}) {
  const again = await ask(key, name, more);
  assert.deepEqual([again.statusCode, again.headers['idempotency-replayed']], [202, undefined], again.body);
  assert.match(String(again.headers.location), new RegExp(`/v1/deletion-requests/${again.json().id}$`));
  assert.ok(Number(again.headers['retry-after']) > 0);
  const third = await ask(key, name, more);
  assert.deepEqual([third.body, third.headers['idempotency-replayed']], [again.body, 'true']);
  return again.json();
}

for (const [who, name, state, more] of [
  ['nobody knows', 'unknown', 'completed_no_data', {}],
  ['a model knows', 'person0', 'queued', {}],
  ['a model knows, by a method that is planned before', 'person1', 'queued', { method: { name: 'npo' } }],
] as const)
  test(`the commit landed and Postgres went away, of a person whom ${who}: the call again gets its request`, async () => {
    const before = await requests();
    // how the transaction begins that takes a request in
    const away = postgres.cut('plan_cache_mode', 'COMMIT');
    const lost = await ask(name, name, more);
    assert.deepEqual([lost.statusCode, lost.json().code], [503, 'service-unavailable'], lost.body);
    await away;
    postgres.mend();
    const [made, ...others] = await requests();
    assert.equal(others.length, before.length, 'it landed');
    await aMinuteLater();
    assert.deepEqual(await repeated(name, name, more), made);
    assert.equal(made.state, state);
    assert.equal((await requests()).length, before.length + 1);
  });

test('a process that died before it kept its answer: who repeats the call gets the request that was made', async () => {
  // the answer is sent, and lost on the way; what would have kept it does not get there
  await execute(
    service.deps.config.databaseUrl!,
    'alter table idempotency_keys add constraint dies check (answer is null) not valid',
  );
  const first = (await ask('dying', 'person2')).json();
  await execute(service.deps.config.databaseUrl!, 'alter table idempotency_keys drop constraint dies');
  assert.equal((await ask('dying', 'person2')).json().code, 'idempotency-key-busy');
  await aMinuteLater();
  assert.deepEqual(await repeated('dying', 'person2'), first);
});

test('what another call stands in the way of is refused as ever, and that is its answer', async () => {
  const refused = await ask('other', 'person2');
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'already-open'], refused.body);
  const again = await ask('other', 'person2');
  assert.deepEqual([again.body, again.headers['idempotency-replayed']], [refused.body, 'true']);
});

test('a key that is over begins a new call, also where nobody has swept yet', async () => {
  const first = (await ask('over', 'elsewhere')).json();
  for (const table of ['idempotency_keys', 'batch_lines'])
    await execute(
      service.deps.config.databaseUrl!,
      `update ${table} set expires_at = clock_timestamp() - interval '1 s'`,
    );
  const second = await ask('over', 'elsewhere');
  assert.deepEqual([second.statusCode, second.headers['idempotency-replayed']], [202, undefined], second.body);
  assert.notEqual(second.json().id, first.id);
  assert.equal((await ask('over', 'elsewhere')).body, second.body);
});
