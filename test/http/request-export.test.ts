// Requests by time and by what is overdue, as a list and as CSV.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
const ids: Record<string, string> = {};
const DAY = 86_400_000;
const QUOTED = 'late,"ended"';
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const { app } = service;
  const people = Array.from({ length: 4 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  await call(app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] });
  const ask = async (external_id: string, value: string, days: number) => {
    const submitted_at = new Date(Date.now() - days * DAY).toISOString();
    const subject = { identifiers: [{ type: 'email', value }] };
    const made = await call(app, 'POST', '/v1/deletion-requests', { subject, external_id, submitted_at });
    assert.equal(made.statusCode, 202, made.body);
    ids[external_id] = made.json().id;
  };
  await ask('=1+2', 'person0@example.org', 90);
  await ask('soon', 'person1@example.org', 25);
  await ask(QUOTED, 'nobody@example.org', 90);
});
after(async () => {
  for (const close of closers) await close();
});

const list = async (query: string): Promise<string[]> => {
  const answer = await call(service.app, 'GET', `/v1/deletion-requests?${query}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().items.map(({ external_id }: { external_id: string }) => external_id);
};
const inDays = (days: number) => encodeURIComponent(new Date(Date.now() + days * DAY).toISOString());

test('what has not ended is found by when it is due, and what is overdue at once', async () => {
  assert.deepEqual(await list('overdue=true'), ['=1+2']);
  assert.deepEqual(await list(`due_before=${inDays(20)}`), ['soon', '=1+2']);
  assert.deepEqual(await list(`due_before=${inDays(20)}&overdue=true`), ['=1+2']);
  assert.deepEqual(await list(`due_before=${inDays(-200)}&overdue=true`), []);
  assert.equal((await list('overdue=false')).length, 3);
  // the format takes offsets and years that the database does not
  assert.equal((await list('received_from=0891-07-08T19%3A45%3A54-17%3A26')).length, 3);
  assert.equal((await list('received_before=9999-12-31T23%3A59%3A59-20%3A00')).length, 3);
  const leap = await call(service.app, 'GET', '/v1/deletion-requests?received_from=2016-12-31T23%3A59%3A60Z');
  assert.deepEqual([leap.statusCode, leap.json().errors[0].pointer], [400, '#/received_from']);
  const refused = await call(service.app, 'GET', '/v1/deletion-requests?due_before=tomorrow');
  assert.equal(refused.statusCode, 400);
  assert.equal(refused.json().errors[0].pointer, '#/due_before');
});

test('requests are found by when they arrived; a cursor is of its filters', async () => {
  const { received_at } = (await call(service.app, 'GET', `/v1/deletion-requests/${ids.soon}`)).json();
  const at = encodeURIComponent(received_at);
  assert.deepEqual(await list(`received_before=${at}`), ['=1+2']);
  assert.deepEqual(await list(`received_from=${at}`), [QUOTED, 'soon']);
  const page = (await call(service.app, 'GET', `/v1/deletion-requests?limit=1&received_from=${at}`)).json();
  const next = `/v1/deletion-requests?limit=1&cursor=${page.next_cursor}`;
  assert.equal((await call(service.app, 'GET', next)).statusCode, 400);
  const second = (await call(service.app, 'GET', `${next}&received_from=${at}`)).json();
  assert.deepEqual([second.items[0].external_id, second.next_cursor], ['soon', null]);
});

test('an export has all of them, a line each, and no cell that a spreadsheet would compute', async () => {
  const answer = await call(service.app, 'GET', '/v1/deletion-requests:export');
  assert.equal(answer.statusCode, 200, answer.body);
  assert.match(String(answer.headers['content-type']), /^text\/csv/);
  const lines = answer.body.split('\r\n');
  assert.equal(lines.length, 5);
  assert.equal(lines.pop(), '');
  assert.match(lines[0]!, /^id,external_id,group_id,state,.*,overdue,/);
  assert.ok(lines[1]!.startsWith(`${ids[QUOTED]},"late,""ended""",,completed_no_data,`), lines[1]);
  assert.match(lines[3]!, /^[^,]+,'=1\+2,,queued,.*,true,,,false,email,tiny: queued,$/);
  assert.doesNotMatch(answer.body, /person|example/);
  const overdue = await call(service.app, 'GET', '/v1/deletion-requests:export?overdue=true');
  assert.equal(overdue.body.split('\r\n').length, 3);
  assert.equal((await call(service.app, 'GET', '/v1/deletion-requests:export?limit=2')).statusCode, 400);
});

test('capabilities are those of the registries and of the configuration', async () => {
  const found = (await call(service.app, 'GET', '/v1/capabilities')).json();
  const methods = (await call(service.app, 'GET', '/v1/methods')).json().items;
  assert.deepEqual(
    found.models.methods,
    methods.map(({ name }: { name: string }) => name),
  );
  const { requests, protocols } = found;
  assert.deepEqual([requests.batch_lines, requests.approval, protocols.opendsr], [10_000, 'off', null]);
  assert.ok(found.webhooks.events.length > 5, found.webhooks.events.join(', '));
});
