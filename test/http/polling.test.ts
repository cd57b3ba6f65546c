// How clients learn of changes: entity tags, and waits instead of polls. Over real connections.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPreferences } from '../../src/http/waiting/prefer.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let base: string;
let model: { id: string; active: string };
let corpus: string;
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const { app } = service;
  base = await app.listen({ port: 0, host: '127.0.0.1' });
  corpus = await corpusWith(
    app,
    'train',
    [0, 1, 2, 3].map((i) => line(`r${i}`, `person${i}@example.org`)),
  );
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  model = (
    await call(app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id: corpus, role: 'train' }] })
  ).json();
});
after(async () => {
  for (const close of closers.reverse()) await close();
});

const ask = (path: string, headers: Record<string, string> = {}, more: RequestInit = {}) =>
  fetch(`${base}${path}`, { ...more, headers });
let people = 0;
const file = (headers: Record<string, string> = {}) =>
  ask(
    '/v1/deletion-requests',
    { 'content-type': 'application/json', ...headers },
    {
      method: 'POST',
      body: JSON.stringify({ subject: { identifiers: [{ type: 'email', value: `person${people++}@example.org` }] } }),
    },
  );
const cancel = (id: string) => call(service.app, 'POST', `/v1/deletion-requests/${id}/cancel`);

test('every GET of a resource has a strong tag, which If-None-Match turns into 304, for HEAD as well', async () => {
  const { id } = (await (await file()).json()) as { id: string };
  const paths = [
    ...[`/v1/models/${model.id}`, `/v1/models/${model.id}/checkpoints/${model.active}`, `/v1/corpora/${corpus}`],
    ...[
      `/v1/deletion-requests/${id}`,
      `/v1/models/${model.id}/verification-policy`,
      '/v1/methods',
      '/v1/models',
      '/v1/corpora?limit=1',
    ],
  ];
  for (const path of paths) {
    const first = await ask(path);
    const tag = String(first.headers.get('etag'));
    assert.match(tag, /^"[\w-]+"$/, path);
    assert.match(String(first.headers.get('cache-control')), /no-cache/);
    await first.body?.cancel();
    for (const method of ['GET', 'HEAD']) {
      const same = await ask(path, { 'if-none-match': `"other", W/${tag}` }, { method });
      assert.deepEqual([same.status, await same.text(), same.headers.get('etag')], [304, '', tag], `${method} ${path}`);
      assert.equal(same.headers.get('content-type'), null);
      if (method === 'GET') assert.equal(same.headers.get('content-length'), null);
      const other = await ask(path, { 'if-none-match': '"other"' }, { method });
      assert.equal(other.status, 200);
      await other.body?.cancel();
    }
  }
  const missing = await ask(`/v1/models/${id}`, { 'if-none-match': '*' });
  assert.deepEqual([missing.status, missing.headers.get('etag')], [404, null]);
  await missing.body?.cancel();
});

test('a tag changes with the resource', async () => {
  const path = `/v1/corpora/${await corpusWith(service.app, 'grows', [])}`;
  const before = String((await ask(path)).headers.get('etag'));
  await call(service.app, 'POST', `${path}/imports`, { path: 'none.ndjson' });
  assert.equal((await ask(path, { 'if-none-match': before })).status, 304);
  const body = line('a');
  await ask(`${path}/records`, { 'content-type': 'application/x-ndjson' }, { method: 'POST', body });
  assert.equal((await ask(path, { 'if-none-match': before })).status, 200);
});

test('preferences are read as RFC 7240 has them', () => {
  const read = (header?: string) => Object.values(readPreferences(header));
  assert.deepEqual(read(), [null, false]);
  assert.deepEqual(read('respond-async, wait=10'), [10, true]);
  assert.deepEqual(read('WAIT="7"; x=y, wait=9, return=minimal'), [7, false]);
  assert.deepEqual(read('wait=9999'), [30, false]);
  for (const odd of ['wait=-1', 'wait=soon', 'wait', 'wait=1.5']) assert.equal(readPreferences(odd).wait, null, odd);
});

test('a wait ends with the request’s end, and says that it was heeded', async () => {
  const made = await file({ prefer: 'respond-async' });
  assert.equal(made.headers.get('preference-applied'), 'respond-async');
  const { id } = (await made.json()) as { id: string };
  const waiting = ask(`/v1/deletion-requests/${id}`, { prefer: 'wait=20' });
  await sleep(50);
  await call(service.app, 'POST', `/v1/deletion-requests/${id}/hold`, { reason: 'A claim is before the court.' });
  await cancel(id);
  const answer = await waiting;
  assert.equal(answer.headers.get('preference-applied'), 'wait=20');
  assert.equal(((await answer.json()) as { state: string }).state, 'cancelled');
  const ended = await ask(`/v1/deletion-requests/${id}`, { prefer: 'wait=20' });
  assert.equal(ended.headers.get('preference-applied'), 'wait=20');
});

test('with If-None-Match a wait ends with the next change; 304 when there was none in time', async () => {
  const { id } = (await (await file()).json()) as { id: string };
  const path = `/v1/deletion-requests/${id}`;
  const tag = String((await ask(path)).headers.get('etag'));
  const began = Date.now();
  const idle = await ask(path, { prefer: 'wait=1', 'if-none-match': tag });
  assert.deepEqual([idle.status, idle.headers.get('preference-applied')], [304, 'wait=1']);
  assert.ok(Date.now() - began >= 990);
  const waiting = ask(path, { prefer: 'wait=20', 'if-none-match': tag });
  await sleep(50);
  await call(service.app, 'POST', `${path}/hold`, { reason: 'A claim is before the court.' });
  const changed = await waiting;
  assert.deepEqual([changed.status, ((await changed.json()) as { state: string }).state], [200, 'on_hold']);
  assert.equal((await ask(path, { prefer: 'wait=20', 'if-none-match': tag })).status, 200, 'changed before it asked');
});

test('who creates may wait; who leaves is forgotten; who waits when the service ends is answered', async () => {
  const made = await file({ prefer: 'wait=1' });
  assert.deepEqual([made.status, made.headers.get('preference-applied')], [202, 'wait=1']);
  const { id } = (await made.json()) as { id: string };
  const leaving = new AbortController();
  const left = ask(`/v1/deletion-requests/${id}`, { prefer: 'wait=30' }, { signal: leaving.signal });
  await sleep(50);
  leaving.abort();
  await assert.rejects(left);
  const waiting = ask(`/v1/deletion-requests/${id}`, { prefer: 'wait=30' });
  await sleep(100);
  // nothing was ever sent on this one
  const silent = connect(Number(new URL(base).port), '127.0.0.1')
    .on('error', () => undefined)
    .unref();
  await once(silent, 'connect');
  const began = Date.now();
  await service.app.close();
  assert.ok(Date.now() - began < 3000, `${Date.now() - began} ms`);
  const answer = await waiting;
  assert.deepEqual([answer.status, ((await answer.json()) as { state: string }).state], [200, 'queued']);
  assert.equal(answer.headers.get('connection'), 'close');
});
