import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import pg from 'pg';
import type { createSubjectKeys } from '../../src/evidence/keys.ts';
import { rotateSubjectKey } from '../../src/evidence/rotate-key.ts';
import { publishRun } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let model_id: string;
/** Requests of two people: one whom a model forgot, one who stood nowhere. */
let [forgotten, unheard]: string[] = [];
before(async () => {
  const register = { after: (close: unknown) => void closers.push(close as () => unknown) };
  service = await openService(register);
  const { app, deps } = service;
  const people = Array.from({ length: 6 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  model_id = (await call(app, 'POST', '/v1/models', body)).json().id;
  forgotten = (await ask('person1@example.org')).json().id;
  const claim = await deps.store.claim(model_id, 'worker', { lease_ms: 10_000, max_restarts: 1 });
  assert.ok(claim.status === 'claimed');
  assert.deepEqual((await check('person1@example.org')).suppressed, [false], 'not before it is done');
  await publishRun(deps.store, claim.claim, 2);
  unheard = (await ask('unheard@example.org')).json().id;
});
after(async () => {
  for (const close of closers) await close();
});

const email = (value: string) => ({ identifiers: [{ type: 'email', value }] });
const ask = (value: string) => call(service.app, 'POST', '/v1/deletion-requests', { subject: email(value) });
const check = async (...values: string[]) =>
  (await call(service.app, 'POST', '/v1/suppressions:check', { subjects: values.map(email) })).json();
/** A new version of the subject key, long enough ago for every process to store with it. */
async function rotate(): Promise<void> {
  const { config, store, subjectKeys } = service.deps;
  const { file } = await rotateSubjectKey(config, store, 'default', 'somebody');
  await utimes(file, new Date(), new Date(Date.now() - 60_000));
  await (subjectKeys as Awaited<ReturnType<typeof createSubjectKeys>>).reload();
}
const lift = (body: Record<string, unknown>) => call(service.app, 'POST', '/v1/suppressions:lift', body);

test('whoever was deleted is on the list, and is told of by yes and no alone', async () => {
  const { app, logs } = service;
  assert.deepEqual(await check('Person1@example.org', 'person2@example.org', 'unheard@example.org'), {
    suppressed: [true, false, true],
    count: 2,
    restricted: [false, false, false],
  });
  const first = await call(app, 'GET', '/v1/suppressions?limit=1');
  assert.deepEqual(first.json().counts, { requests: 2, keys: 2 });
  const second = await call(app, 'GET', `/v1/suppressions?limit=1&cursor=${first.json().next_cursor}`);
  const items = [...first.json().items, ...second.json().items];
  assert.deepEqual(
    items.map(({ id, identifier_types }) => [id, identifier_types]),
    [
      [unheard, ['email']],
      [forgotten, ['email']],
    ],
  );
  assert.equal(second.json().next_cursor, null);
  assert.doesNotMatch(first.body + second.body + logs.join(''), /person1|unheard/i);
  const wrong = await call(app, 'POST', '/v1/suppressions:check', { subjects: [{ identifiers: [{ type: 'email' }] }] });
  assert.equal(wrong.json().errors[0].pointer, '#/subjects/0/identifiers/0');
  // a training job asks about what its records say, whatever that is
  const odd = await call(app, 'POST', '/v1/suppressions:check', { subjects: [email('unknown')] });
  assert.equal(odd.statusCode, 200, odd.body);
});

test('an upload that names them is refused, or goes without them, or is taken in knowingly', async () => {
  const { app } = service;
  const lines = [
    line('a', 'person1@example.org'),
    line('b', 'person2@example.org'),
    line('c'),
    line('d', 'unheard@example.org'),
  ];
  const send = (id: string, query: string) =>
    app.inject({
      ...{ method: 'POST', url: `/v1/corpora/${id}/records${query}`, payload: lines.join('\n') },
      headers: { 'content-type': 'application/x-ndjson' },
    });
  const id = await corpusWith(app, 'next', []);
  const refused = await send(id, '');
  assert.deepEqual(
    [refused.statusCode, refused.json().code, refused.json().suppressed],
    [409, 'suppressed-subjects', 2],
  );
  assert.equal((await call(app, 'GET', `/v1/corpora/${id}`)).json().records, 0);
  const skipped = await send(id, '?on_suppressed=skip');
  const counts = ({ records, people, suppressed, skipped }: Record<string, number>) => [
    records,
    people,
    suppressed,
    skipped,
  ];
  assert.deepEqual(counts(skipped.json()), [2, 1, 2, 2], skipped.body);
  const stored: string[] = [];
  for await (const record of service.deps.corpora.read(id)) stored.push(record.id);
  assert.deepEqual(stored, ['b', 'c']);
  const kept = await send(await corpusWith(app, 'kept', []), '?on_suppressed=keep');
  assert.deepEqual(counts(kept.json()), [4, 3, 2, 0]);
  assert.equal((await send(id, '?on_suppressed=ignore')).json().errors[0].pointer, '#/on_suppressed');
});

test('lifting takes a reason and ends all of that person; what was lifted stays lifted', async () => {
  const { app, deps } = service;
  const reason = 'Consented anew on the form of May.';
  assert.equal((await lift({ subject: email('person1@example.org') })).json().errors[0].pointer, '#/reason');
  assert.equal((await lift({ reason })).json().errors[0].pointer, '#');
  assert.deepEqual((await lift({ subject: email('nobody@example.org'), reason })).json(), { lifted: [] });
  assert.deepEqual((await lift({ subject: email('person1@example.org'), reason })).json(), { lifted: [forgotten] });
  assert.deepEqual((await lift({ request_id: unheard, reason })).json(), { lifted: [unheard] });
  assert.equal((await check('person1@example.org', 'unheard@example.org')).count, 0);
  const [last] = (await deps.store.readLedger({ limit: 1000 })).slice(-1);
  assert.equal(last?.type, 'suppression.lifted');
  assert.doesNotMatch(JSON.stringify(last), /Consented/);
  const events = await call(app, 'GET', `/v1/deletion-requests/${forgotten}/events`);
  assert.equal(events.json().items.at(-1).reason, reason);
  // its certificate comes later, and writes to the request again
  const target_id = (await deps.store.getRequest('default', forgotten!))!.targets[0]!.id;
  const run_id = (await deps.store.getRequest('default', forgotten!))!.targets[0]!.run_id;
  await deps.store.saveCertificate('default', {
    ...{ id: '0198a000-0000-7000-8000-00000000000c', request_id: forgotten!, target_id, run_id },
    ...{ kid: 'k', jws: 'j', created_at: '2026-03-01T10:00:00.000Z' },
  });
  assert.equal((await check('person1@example.org')).count, 0);
});

test('who was listed before a rotation of the key is held back after it too', async () => {
  const { app } = service;
  await ask('lasting@example.org');
  await rotate();
  await ask('unheard-since@example.org');
  const lines = [
    line('a', 'lasting@example.org'),
    line('b', 'person2@example.org'),
    line('c', 'unheard-since@example.org'),
  ];
  const send = async (name: string, query: string) =>
    app.inject({
      ...{ method: 'POST', url: `/v1/corpora/${await corpusWith(app, name, [])}/records${query}` },
      ...{ payload: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' } },
    });
  const refused = await send('since', '');
  assert.deepEqual([refused.json().code, refused.json().suppressed], ['suppressed-subjects', 2], refused.body);
  const { records, people, suppressed, skipped } = (await send('since-too', '?on_suppressed=skip')).json();
  assert.deepEqual([records, people, suppressed, skipped], [1, 1, 2, 2]);
  const kept = (await send('since-all', '?on_suppressed=keep')).json();
  assert.deepEqual([kept.records, kept.people, kept.suppressed, kept.skipped], [3, 3, 2, 0]);
  const alone = await app.inject({
    ...{ method: 'POST', url: `/v1/corpora/${await corpusWith(app, 'nobody', [])}/records`, payload: lines[1]! },
    headers: { 'content-type': 'application/x-ndjson' },
  });
  assert.equal(alone.statusCode, 201, alone.body);
});

test('nobody is put on the list by a request that no one has answered for', async () => {
  const doubted = { subject: email('doubted@example.org'), verified: false };
  const { state } = (await call(service.app, 'POST', '/v1/deletion-requests', doubted)).json();
  assert.equal(state, 'completed_no_data');
  assert.deepEqual((await check('doubted@example.org')).suppressed, [false]);
});

test('a restricted person is told of, until they were told that it ends', async () => {
  const { app, deps } = service;
  const place = (body: Record<string, unknown>) =>
    call(app, 'POST', '/v1/restrictions', { ground: 'accuracy_contested', reason: 'It is looked into.', ...body });
  const endpoint = await call(app, 'POST', '/v1/webhook-endpoints', { url: 'https://hooks.example.org/' });
  assert.equal(endpoint.statusCode, 201, endpoint.body);
  const placed = await place({ subject: email('Person3@example.org') });
  assert.deepEqual([placed.statusCode, placed.json().state], [201, 'active'], placed.body);
  const restricted = async () => (await check('person3@example.org', 'person4@example.org')).restricted;
  assert.deepEqual(await restricted(), [true, false]);
  const at = `/v1/restrictions/${placed.json().id}`;
  const end = (body: Record<string, unknown> = {}) =>
    call(app, 'POST', `${at}/lift`, { reason: 'It was right.', ...body });
  const ending = await end();
  assert.deepEqual(
    [ending.json().state, ending.json().informed_at, await restricted()],
    ['ending', null, [true, false]],
  );
  const later = new Date(Date.now() + 120_000).toISOString();
  for (const informed_at of [later, '2016-12-31T23:59:60Z', '0000-01-01T00:00:00Z'])
    assert.deepEqual((await end({ informed_at })).json().errors?.[0].pointer, '#/informed_at', informed_at);
  const over = { reason: 'It was right.', informed_at: '2026-01-01T00:00:00Z' };
  const known = (tag: unknown) =>
    app.inject({ method: 'POST', url: `${at}/lift`, payload: over, headers: { 'if-match': String(tag) } });
  assert.equal((await known('"other"')).statusCode, 412);
  assert.deepEqual(await restricted(), [true, false], 'nothing was lifted');
  const lifted = await known((await call(app, 'GET', at)).headers.etag);
  assert.deepEqual([lifted.json().state, await restricted()], ['lifted', [false, false]], lifted.body);
  assert.equal((await end()).json().state, 'lifted');
  const list = (state: string) =>
    call(app, 'GET', `/v1/restrictions?state=${state}`).then((one) => one.json().items.length);
  assert.deepEqual([await list('active'), await list('lifted')], [0, 1]);

  // with a request: over when that is done, and to be told of when it is not
  const people = ['person4', 'person5', 'person6'].map((name) => ask(`${name}@example.org`));
  const requests = (await Promise.all(people)).map((one) => one.json().id);
  for (const request_id of requests) assert.equal((await place({ request_id })).statusCode, 201);
  assert.equal((await place({ request_id: unheard })).statusCode, 201);
  assert.equal((await place({ request_id: model_id })).json().code, 'validation-failed');
  assert.equal((await place({ request_id: unheard, subject: email('x@example.org') })).statusCode, 400);
  await call(app, 'POST', `/v1/deletion-requests/${requests[1]}/cancel`, {});
  // forgotten by one model, and not yet by another
  const client = new pg.Client({ connectionString: deps.config.databaseUrl! });
  await client.connect();
  await client.query(`update deletion_requests set state = 'partially_completed' where id = $1`, [requests[2]]);
  await client.end();
  assert.equal(await deps.store.endRestrictions('worker'), 3);
  assert.equal(await deps.store.endRestrictions('worker'), 0);
  const { items } = (await call(app, 'GET', '/v1/restrictions')).json();
  const states = Object.fromEntries(
    items.map((one: { request_id: string | null; state: string }) => [one.request_id, one.state]),
  );
  assert.deepEqual(
    [...requests, unheard!].map((id) => states[id]),
    ['active', 'ending', 'ending', 'lifted'],
  );
  assert.deepEqual((await check('person6@example.org')).restricted, [true]);
  const told = await call(app, 'GET', `/v1/webhook-endpoints/${endpoint.json().id}/deliveries`);
  const events = told.json().items.map((one: { event_type?: string; type?: string }) => one.event_type ?? one.type);
  assert.ok(events.filter((type: string) => type === 'restriction.ending').length === 3, told.body);
  await call(app, 'DELETE', `/v1/webhook-endpoints/${endpoint.json().id}`);
});

test('whoever was restricted before a rotation is so in what is uploaded after it, and nobody else', async () => {
  const { app, deps } = service;
  const [held, over] = ['held@example.org', 'over@example.org'];
  const place = async (value: string) =>
    (
      await call(app, 'POST', '/v1/restrictions', {
        ...{ ground: 'accuracy_contested', reason: 'It is looked into.', subject: email(value) },
      })
    ).json().id;
  const [first, lifted] = [await place(held), await place(over)];
  const informed_at = new Date().toISOString();
  await call(app, 'POST', `/v1/restrictions/${lifted}/lift`, { reason: 'It was right.', informed_at });
  await rotate();
  const lines = [line('a', 'free@example.org'), line('b', held), line('c', over), line('d', held)];
  const corpus = await corpusWith(app, 'after-rotation', lines);
  assert.deepEqual(await deps.store.restrictedIn('default', [corpus]), { [corpus]: [1, 3] });
  // another upload adds nothing to it, and who was restricted by several is so by all
  const second = await place(held);
  const more = await corpusWith(app, 'after-rotation-too', [line('b', held)]);
  assert.deepEqual(await deps.store.restrictedIn('default', [more]), { [more]: [0] });
  await call(app, 'POST', `/v1/restrictions/${first}/lift`, { reason: 'It was right.', informed_at });
  assert.deepEqual((await deps.store.restrictedAmong('default', [{ corpus_id: more, ordinal: 0 }])).length, 1);
  await call(app, 'POST', `/v1/restrictions/${second}/lift`, { reason: 'It was right.', informed_at });
  assert.deepEqual(await deps.store.restrictedIn('default', [corpus, more]), {});
});
