import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { BATCH_LINES } from '../../src/http/batch-lines.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const PEOPLE = 400;
const closers: (() => unknown)[] = [];
let service: TestService;
let modelId: string;
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const people = Array.from({ length: PEOPLE }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(service.app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  modelId = (await call(service.app, 'POST', '/v1/models', body)).json().id;
});
after(async () => {
  for (const close of closers) await close();
});

const ABSENT = '0198a000-0000-7000-8000-000000000001';
const identifiers = (i: number | string) => [{ type: 'email', value: `person${i}@example.org` }];
const about = (i: number | string, more: object = {}) =>
  JSON.stringify({ subject: { identifiers: identifiers(i) }, ...more });
const send = (payload: string | Buffer, query = '') =>
  service.app.inject({
    ...{ method: 'POST', url: `/v1/deletion-requests:batch${query}`, payload },
    headers: { 'content-type': 'application/x-ndjson' },
  });

test('each line has its outcome, in order, and none spoils another', async () => {
  const { app } = service;
  const lines = [
    about(0, { external_id: 'b-0', ground: 'objection' }),
    about(0),
    'not json mirela@example.org',
    '',
    about(1, { ground: 'because' }),
    about(2, { targets: [modelId, ABSENT] }),
    about('-nobody'),
    about(3, { validate_only: true }),
    about(4, { method: { name: 'retrain' } }),
    about(5, { method: { name: 'npo' } }),
    about(6, { external_id: 'b-0' }),
    about(7, { submitted_at: '2999-01-01T00:00:00Z' }),
    JSON.stringify({ subject: { identifiers: [{ type: 'email', value: ' ' }] } }),
    about(8, { cooling_off_hours: 1, verified: false }),
  ];
  const answer = await send(lines.join('\n'));
  assert.equal(answer.statusCode, 200, answer.body);
  assert.doesNotMatch(answer.body, /mirela|person/);
  const { group_id, counts, items } = answer.json();
  const short = items.map(
    (item: { line: number; outcome: string; state?: string; errors?: { pointer: string }[]; code?: string }) => [
      item.line,
      item.outcome,
      item.state ?? item.errors?.[0]?.pointer ?? '',
      item.code ?? '',
    ],
  );
  assert.deepEqual(short, [
    [1, 'created', 'queued', ''],
    [2, 'already_open', '', ''],
    [3, 'invalid', '#', 'malformed-json'],
    [5, 'invalid', '#/ground', 'validation-failed'],
    [6, 'invalid', '#/targets/1', 'unknown-model'],
    [7, 'created', 'completed_no_data', ''],
    [8, 'invalid', '#', 'validation-failed'],
    [9, 'invalid', '#/method/name', 'recipe-missing'],
    [10, 'created', 'queued', ''],
    [11, 'already_open', '', ''],
    [12, 'invalid', '#/submitted_at', 'validation-failed'],
    [13, 'invalid', '#/subject/identifiers/0', 'validation-failed'],
    [14, 'created', 'awaiting_verification', ''],
  ]);
  assert.deepEqual(counts, { created: 4, already_open: 2, invalid: 7, failed: 0 });
  assert.equal(items[1].existing, `/v1/deletion-requests/${items[0].id}`);
  for (const item of items) assert.equal(item.outcome === 'invalid', item.remedy !== undefined);
  assert.match(items[2].remedy, /on the line/);

  const list = new URL(String(answer.headers.location));
  const listed = (await call(app, 'GET', `${list.pathname}${list.search}`)).json().items;
  const created = items.flatMap((item: { id?: string }) => item.id ?? []);
  assert.deepEqual(listed.map((one: { id: string }) => one.id).sort(), created.sort());
  assert.ok(listed.every((one: { group_id: string }) => one.group_id === group_id));
  const more = (await send(about(9), `?group_id=${group_id}`)).json();
  assert.deepEqual([more.group_id, more.counts.created], [group_id, 1]);
  assert.equal((await call(app, 'GET', `${list.pathname}${list.search}&limit=100`)).json().items.length, 5);
});

test('half a surrogate pair on a line is no character of anybody', async () => {
  const answer = await send(JSON.stringify({ subject: { identifiers: [{ type: 'name', value: 'x\ud800' }] } }));
  const [{ outcome, code, errors }] = answer.json().items;
  assert.deepEqual([outcome, code], ['invalid', 'validation-failed'], answer.body);
  assert.equal(errors[0].pointer, '#/subject/identifiers/0/value');
});

test('a batch larger than a commit is stored whole, and sent again it makes nothing new', async () => {
  const text = Array.from({ length: 300 }, (_, i) => about(100 + i)).join('\n');
  const { counts, group_id } = (await send(text)).json();
  assert.deepEqual(counts, { created: 300, already_open: 0, invalid: 0, failed: 0 });
  assert.deepEqual((await send(text)).json().counts, { created: 0, already_open: 300, invalid: 0, failed: 0 });
  const entries = (await service.deps.store.readLedger({ limit: 10_000 })).filter(
    (one) => one.data.group_id === group_id,
  );
  assert.equal(entries.length, 300);
});

test('two batches about the same people at once: each person is taken in once', async () => {
  const text = (order: number[]) => order.map((i) => about(20 + i)).join('\n');
  const order = Array.from({ length: 40 }, (_, i) => i);
  const answers = await Promise.all([send(text(order)), send(text(order.toReversed()))]);
  const counts = answers.map((answer) => answer.json().counts);
  assert.equal(counts[0].created + counts[1].created, 40);
  assert.equal(counts[0].already_open + counts[1].already_open, 40);
});

test('too much, or nothing, is refused before anything is kept', async () => {
  const count = async () => (await service.deps.store.readLedger({ limit: 10_000 })).length;
  const before = await count();
  const many = await send(Array.from({ length: BATCH_LINES + 1 }, () => '{}').join('\n'));
  assert.deepEqual([many.statusCode, many.json().code], [413, 'body-too-large'], many.body.slice(0, 200));
  for (const empty of ['', '\n \n']) assert.equal((await send(empty)).statusCode, 400);
  assert.equal((await call(service.app, 'POST', '/v1/deletion-requests:batch', {})).statusCode, 415);
  const long = await send(`${about(60)}\n${JSON.stringify({ text: 'x'.repeat(70_000) })}\n${about(60)}`);
  assert.equal(long.json().code ?? long.json().items[1].code, 'record-too-large');
  const marked = (await send(`\uFEFF${about(61)}\r\n${about(62)}\r${about(63)}\n`)).json().items;
  assert.deepEqual(
    marked.map((item: { outcome: string; code?: string }) => [item.outcome, item.code]),
    [
      ['created', undefined],
      ['invalid', 'malformed-json'],
    ],
    'a byte order mark is no text, and a lone carriage return ends no line',
  );
  const latin = await send(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe9]), Buffer.from('"}')]));
  assert.deepEqual(latin.json().items[0].errors, [{ pointer: '#', detail: 'is not UTF-8' }]);
  // what was created of `marked` apart
  if (long.statusCode !== 200) assert.equal(await count(), before + 1);
});

test('a database that refuses under way: what is stored is created, the rest may be sent again', async () => {
  const client = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await client.connect();
  try {
    await client.query(`alter table deletion_requests add constraint fault check (external_id <> 'late-260')`);
    const text = Array.from({ length: 300 }, (_, i) => about(`-late-${i}`, { external_id: `late-${i}` })).join('\n');
    const { counts, items } = (await send(text)).json();
    assert.deepEqual(counts, { created: 250, already_open: 0, invalid: 0, failed: 50 });
    assert.deepEqual([items[299].code, items[299].outcome], ['service-unavailable', 'failed']);
    assert.match(items[299].errors[0].detail, /^may not have been stored$/);
    assert.match(items[299].remedy, /group_id/);
    await client.query('alter table deletion_requests drop constraint fault');
    const rest = (await send(text.split('\n').slice(250).join('\n'))).json();
    assert.equal(rest.counts.created, 50);
  } finally {
    await client.end();
  }
});
