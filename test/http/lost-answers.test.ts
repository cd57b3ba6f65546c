// A call with an Idempotency-Key is done once, also where it was taken in and the answer was lost: by the connection to Postgres, or
// with the process.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { buildApp } from '../../src/app.ts';
import type { Model } from '../../src/domain/resources.ts';
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
let model: Model;
let candidate: string;
const SUBJECT = { identifiers: [{ type: 'email', value: 'person3@example.org' }] };
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const people = Array.from({ length: 4 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(service.app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const about = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  model = (await call(service.app, 'POST', '/v1/models', about)).json();
  const other = {
    path: await writeTinyCheckpoint(service.importDir, 'other', null, 2),
    parent_checkpoint_id: model.active,
  };
  candidate = (await call(service.app, 'POST', `/v1/models/${model.id}/checkpoints`, other)).json().digest;
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

/** Calls that make something, each thing in a table of its own. */
const MAKES: [what: string, url: () => string, body: () => object][] = [
  [
    'restriction',
    () => '/v1/restrictions',
    () => ({ subject: SUBJECT, ground: 'accuracy_contested', reason: 'It is looked into.' }),
  ],
  ['corpus', () => '/v1/corpora', () => ({ name: 'another' })],
  ['model', () => '/v1/models', () => ({ name: 'another', path: 'tiny', corpora: [] })],
  ['analysis', () => `/v1/models/${model.id}/influence`, () => ({ record_ids: ['r0'] })],
  ['verification', () => `/v1/checkpoints/${candidate}/verifications`, () => ({ record_ids: ['r0'] })],
];
const TABLES: Record<string, string> = {
  restriction: 'restrictions',
  corpus: 'corpora',
  model: 'models',
  analysis: 'influence_analyses',
  verification: 'verifications',
};

async function counted(table: string): Promise<number> {
  const client = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await client.connect();
  const { rows } = await client.query<{ n: number }>(`select count(*)::integer as n from ${table}`);
  await client.end();
  return rows[0]!.n;
}

for (const [what, url, body] of MAKES)
  test(`whoever repeats a call that made a ${what}, and whose answer was lost, gets what was made`, async () => {
    const table = TABLES[what]!;
    const call = () =>
      app.inject({ method: 'POST', url: url(), headers: { 'idempotency-key': `lost-${what}` }, payload: body() });
    await execute(
      service.deps.config.databaseUrl!,
      'alter table idempotency_keys add constraint dies check (answer is null) not valid',
    );
    const first = await call();
    await execute(service.deps.config.databaseUrl!, 'alter table idempotency_keys drop constraint dies');
    assert.ok(first.statusCode < 300, first.body);
    const there = await counted(table);
    assert.equal((await call()).json().code, 'idempotency-key-busy');
    await aMinuteLater();
    const again = await call();
    assert.deepEqual(
      [again.statusCode, again.body, again.headers.location],
      [first.statusCode, first.body, first.headers.location],
    );
    assert.equal(await counted(table), there);
    assert.equal((await call()).headers['idempotency-replayed'], 'true');
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
