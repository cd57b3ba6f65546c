import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { call, corpusWith, line, openService, type TestService, upload } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
before(async () => {
  service = await openService(
    { after: (close) => void closers.push(close as () => unknown) },
    { MAX_RECORD_BYTES: '300' },
  );
});
after(async () => {
  for (const close of closers) await close();
});

const stored = async (id: string) => readFile(service.deps.corpora.path(id), 'utf8').catch(() => '');
const records = async (id: string) => (await call(service.app, 'GET', `/v1/corpora/${id}`)).json().records;

test('a corpus is created, filled in two uploads, and holds no identifier', async () => {
  const { app, deps } = service;
  const created = await call(app, 'POST', '/v1/corpora', { name: 'people' });
  assert.equal(created.statusCode, 201);
  const { id, digest } = created.json();
  assert.equal(digest, null);
  assert.match(String(created.headers.location), new RegExp(`^http://.+/v1/corpora/${id}$`));
  const first = await upload(app, id, `${line('a', 'mirela@example.org')}\n\n${line('b', 'Mirela@example.org')}\n`);
  assert.equal(first.statusCode, 201);
  assert.equal(first.json().records, 2);
  assert.equal(first.json().people, 1);
  const second = await upload(app, id, line('c', 'tomas@example.org'));
  assert.equal(second.json().records, 3);
  const text = await stored(id);
  assert.equal(text.trim().split('\n').length, 3);
  assert.doesNotMatch(text, /example\.org|subjects/);
  assert.equal((await stat(deps.corpora.path(id))).mode & 0o777, 0o600);
  const again = await call(app, 'POST', '/v1/corpora', { name: 'people' });
  assert.equal(again.statusCode, 409);
  assert.equal(again.json().existing, `/v1/corpora/${id}`);
});

test('nothing of a refused upload is kept, and the problem names the line but not its content', async () => {
  const { app } = service;
  const id = await corpusWith(app, 'refusals', [line('kept')]);
  const before = await stored(id);
  const cases: [string, number, string, number | undefined][] = [
    [`${line('x')}\n{"id": "mirela@example.org"`, 400, 'malformed-line', 2],
    [
      `${line('x')}\n\n${JSON.stringify({ id: 'y', prompt: 'mirela@example.org', answer: '' })}`,
      400,
      'malformed-line',
      3,
    ],
    [`${line('x')}\n${line('y'.repeat(400))}`, 413, 'record-too-large', 2],
    [`${line('x')}\n${line('y')}\n${line('x')}`, 409, 'duplicate-record-id', 3],
    [`${line('x')}\n${line('kept')}`, 409, 'duplicate-record-id', 2],
    ['\n \n', 422, 'empty-corpus', undefined],
  ];
  for (const [text, status, code, number] of cases) {
    const answer = await upload(app, id, text);
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    const problem = answer.json();
    assert.equal(problem.code, code);
    if (number !== undefined) assert.match(problem.detail, new RegExp(`Line ${number}\\b`));
    assert.doesNotMatch(answer.body, /mirela/);
    assert.equal(await records(id), 1);
    assert.equal(await stored(id), before);
  }
  const missing = await upload(app, '0198a000-0000-7000-8000-000000000001', line('x'));
  assert.equal(missing.statusCode, 404);
  const json = await app.inject({ method: 'POST', url: `/v1/corpora/${id}/records`, payload: { id: 'x' } });
  assert.equal(json.statusCode, 415);
  assert.equal(json.json().code, 'unsupported-media-type');
});

test('a crash between the file and the index heals with the next upload', async () => {
  const { app, deps } = service;
  const id = await corpusWith(app, 'crashed', [line('a')]);
  async function* orphan() {
    yield { id: 'lost', prompt: '', answer: 'lost' };
  }
  const appended = await deps.corpora.append(id, orphan(), 1);
  await appended.commit();
  assert.match(await stored(id), /lost/);
  const next = await upload(app, id, line('b'));
  assert.equal(next.statusCode, 201, next.body);
  assert.equal(next.json().records, 2);
  assert.doesNotMatch(await stored(id), /lost/);
});

test('uploads to one corpus at the same time all arrive', async () => {
  const { app } = service;
  const id = await corpusWith(app, 'parallel', []);
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => upload(app, id, line(`r${i}`))));
  assert.deepEqual(new Set(answers.map((answer) => answer.statusCode)), new Set([201]));
  assert.equal(await records(id), 8);
  assert.equal((await stored(id)).trim().split('\n').length, 8);
});

test('over a real socket a refusal arrives while the client is still sending', async () => {
  const { app } = service;
  const id = await corpusWith(app, 'socket', []);
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  async function* long() {
    yield Buffer.from('not json\n');
    for (let i = 0; i < 200; i++) yield Buffer.from(`${line(`r${i}`)}\n`);
  }
  const answer = await fetch(`${base}/v1/corpora/${id}/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(long()),
    duplex: 'half',
  } as RequestInit);
  assert.equal(answer.status, 400);
  assert.equal(((await answer.json()) as { code: string }).code, 'malformed-line');
});

test('an upload that declares too many bytes is refused before they are sent', async () => {
  const { app } = service;
  const id = await corpusWith(app, 'declared', []);
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(
    `POST /v1/corpora/${id}/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n` +
      'Content-Length: 99999999999\r\n\r\n',
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  assert.match(head.toString(), /^HTTP\/1\.1 413 /);
});

test('a client that goes away in mid-upload leaves nothing', async () => {
  const { app, logs } = service;
  const id = await corpusWith(app, 'broken-off', []);
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(
    `POST /v1/corpora/${id}/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n` +
      `Content-Length: 5000\r\n\r\n${line('whole')}\n${line('cut').slice(0, 20)}`,
  );
  await setTimeout(100);
  logs.length = 0;
  socket.destroy();
  while (!logs.join('').includes('/records')) await setTimeout(20);
  assert.doesNotMatch(logs.join(''), /service-unavailable|"level":50/, 'not a fault of this side');
  assert.equal(await records(id), 0);
  assert.equal(await stored(id), '');
  assert.equal((await upload(app, id, line('whole'))).statusCode, 201);
});

test('pages follow each other by Link, and a foreign cursor is refused', async () => {
  const { app } = service;
  const seen: string[] = [];
  let url: string | null = '/v1/corpora?limit=2';
  while (url !== null) {
    const answer: Awaited<ReturnType<typeof call>> = await call(app, 'GET', url);
    const { items, next_cursor } = answer.json<{ items: { id: string }[]; next_cursor: string | null }>();
    seen.push(...items.map((item) => item.id));
    const link = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''));
    assert.equal(link === null, next_cursor === null);
    url = link === null ? null : new URL(link[1]!).pathname + new URL(link[1]!).search;
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, (await call(app, 'GET', '/v1/corpora?limit=100')).json().items.length);
  const { next_cursor } = (await call(app, 'GET', '/v1/corpora?limit=1')).json();
  for (const bad of [`/v1/corpora?cursor=x${next_cursor}`, `/v1/runs?cursor=${next_cursor}`]) {
    const answer = await call(app, 'GET', bad);
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.json().errors[0].pointer, '#/cursor');
  }
  for (const limit of ['0', '101', 'many', '1.5']) {
    assert.equal((await call(app, 'GET', `/v1/corpora?limit=${limit}`)).json().errors[0].pointer, '#/limit');
  }
});
