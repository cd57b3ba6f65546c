// A call with an Idempotency-Key is done once, also where it was taken in and the answer was lost: by the connection to Postgres, or
// with the process.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import pg from 'pg';
import { buildApp } from '../../src/app.ts';
import type { Model } from '../../src/domain/resources.ts';
import type { App } from '../../src/http/types.ts';
import { createStore } from '../../src/store/store.ts';
import { type CutPostgres, cutPostgres } from '../helpers/cut-postgres.ts';
import { execute } from '../helpers/postgres.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { runOf } from './matrix/world.ts';
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
  const first = (await lost(() => ask('dying', 'person2'))).json();
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

async function value<T>(query: string): Promise<T> {
  const client = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await client.connect();
  const { rows } = await client.query<{ value: T }>(`select ${query} as value`);
  await client.end();
  return rows[0]!.value;
}
const counted = (table: string) => value<number>(`(select count(*)::integer from ${table})`);
/** Makes a call whose answer cannot be kept, as that of a process that died. */
async function lost(make: () => Promise<LightMyRequestResponse>) {
  const { databaseUrl } = service.deps.config;
  await execute(databaseUrl!, 'alter table idempotency_keys add constraint dies check (answer is null) not valid');
  const answer = await make();
  await execute(databaseUrl!, 'alter table idempotency_keys drop constraint dies');
  return answer;
}

for (const [what, url, body] of MAKES)
  test(`whoever repeats a call that made a ${what}, and whose answer was lost, gets what was made`, async () => {
    const table = TABLES[what]!;
    const call = () =>
      app.inject({ method: 'POST', url: url(), headers: { 'idempotency-key': `lost-${what}` }, payload: body() });
    const first = await lost(call);
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

/** The person is told now. */
const extension = (reason: string) => ({ months: 1, reason, notified_at: new Date().toISOString() });

test('what was asked of a request or a run is done once, also where the answer was lost', async () => {
  const people = ['held', 'withdrawn', 'extended'];
  const corpus_id = await corpusWith(
    service.app,
    'asked',
    people.map((name) => line(name, `${name}@example.org`)),
  );
  const about = { name: 'asked', path: 'tiny', corpora: [{ corpus_id, role: 'train' }] };
  const asked = (await call(service.app, 'POST', '/v1/models', about)).json().id;
  const once = async (url: string, verb: string, payload: object) => {
    const tag = (await call(service.app, 'GET', url)).headers.etag as string;
    const headers = { 'idempotency-key': `lost-${verb}`, 'if-match': tag };
    const make = () => app.inject({ method: 'POST', url: `${url}/${verb}`, headers, payload });
    const first = await lost(make);
    assert.equal(first.statusCode, 200, first.body);
    await aMinuteLater();
    const again = await make();
    assert.deepEqual([again.statusCode, again.json()], [200, first.json()], again.body);
    assert.equal((await make()).headers['idempotency-replayed'], 'true');
    const id = first.json().id;
    const events = `(select count(*)::integer from request_events where '${id}' in (request_id, run_id))`;
    assert.equal(await value(events), 1, verb);
  };
  const reason = 'It is looked into.';
  const bodies = { hold: () => ({ reason }), cancel: () => ({}), extension: () => extension(reason) };
  for (const [i, [verb, body]] of Object.entries(bodies).entries())
    await once(`/v1/deletion-requests/${(await ask(`of-${verb}`, people[i]!)).json().id}`, verb, body());
  await once(`/v1/runs/${await runOf(service, asked)}`, 'promote', {});
});

test('a checkpoint that was retired, and the answer lost, is answered as it is then', async () => {
  const path = await writeTinyCheckpoint(service.importDir, 'retired', null, 9);
  const other = { path, parent_checkpoint_id: model.active };
  const { digest } = (await call(service.app, 'POST', `/v1/models/${model.id}/checkpoints`, other)).json();
  const url = `/v1/models/${model.id}/checkpoints/${digest}/retire`;
  const make = () => app.inject({ method: 'POST', url, headers: { 'idempotency-key': 'retired' } });
  const first = await lost(make);
  assert.equal(first.statusCode, 200, first.body);
  await aMinuteLater();
  const again = await make();
  assert.deepEqual([again.statusCode, again.json()], [200, first.json()], again.body);
  const anew = await app.inject({ method: 'POST', url, headers: { 'idempotency-key': 'anew-retired' } });
  assert.deepEqual([anew.statusCode, anew.json().code], [409, 'checkpoint-deleted']);
});

test('what was made and has been deleted since is answered as it was made, and not made again', async () => {
  const make = () =>
    app.inject({
      method: 'POST',
      url: '/v1/corpora',
      headers: { 'idempotency-key': 'gone' },
      payload: { name: 'gone' },
    });
  const first = await lost(make);
  assert.equal(first.statusCode, 201, first.body);
  assert.equal((await call(service.app, 'DELETE', `/v1/corpora/${first.json().id}`)).statusCode, 200);
  await aMinuteLater();
  const again = await make();
  assert.deepEqual([again.statusCode, again.json().id], [201, first.json().id], again.body);
  assert.equal((await call(service.app, 'GET', `/v1/corpora/${first.json().id}`)).statusCode, 404);
});

test('a consolidation that was queued is answered as queued, whatever has become of the line', async () => {
  const url = `/v1/models/${model.id}/consolidations`;
  const make = () => app.inject({ method: 'POST', url, headers: { 'idempotency-key': 'anew' }, payload: {} });
  assert.equal((await lost(make)).json().code, 'recipe-missing');
  const id = await value<string>(
    '(select makes from idempotency_keys where answer is null order by expires_at desc limit 1)',
  );
  const asked = { id, tenant: 'default', model_id: model.id, why: 'asked', reason: null, actor: 'test' } as const;
  assert.equal((await service.deps.store.queueConsolidation(asked)).status, 'queued');
  await aMinuteLater();
  const again = await make();
  assert.deepEqual([again.statusCode, again.json().consolidation?.id], [202, id], again.body);
  assert.equal(await counted('consolidations'), 1);
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
