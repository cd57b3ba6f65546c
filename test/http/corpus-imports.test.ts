import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
before(async () => {
  service = await openService(
    { after: (close) => void closers.push(close as () => unknown) },
    { MAX_UPLOAD_BYTES: '1000' },
  );
});
after(async () => {
  for (const close of closers) await close();
});

const from = (id: string, path: string) => call(service.app, 'POST', `/v1/corpora/${id}/imports`, { path });
const records = async (id: string) => (await call(service.app, 'GET', `/v1/corpora/${id}`)).json().records;

/** Sends a request over a socket of its own, of which only the first `bytes` of the body go out. */
async function send(url: string, type: string, body: string, bytes = body.length) {
  const { app } = service;
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  const head = `POST ${url} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}`;
  socket.write(`${head}\r\n\r\n${body.slice(0, bytes)}`);
  return socket;
}

/** Until the server has so many connections: one that was broken off is known to be. */
async function connections(count: number): Promise<void> {
  const { server } = service.app;
  while ((await promisify(server.getConnections.bind(server))()) !== count) await setTimeout(5);
}
/** Until an upload has its turn: it writes beside the corpus. */
async function begun(): Promise<void> {
  const { corpusDir } = service.deps.config;
  while (!(await readdir(corpusDir)).some((name) => name.endsWith('.upload'))) await setTimeout(5);
}

test('a file under the import root is read like an upload, whatever its size, and holds no identifier', async () => {
  const { app, deps, importDir } = service;
  const id = await corpusWith(app, 'imported', [line('first')]);
  await mkdir(join(importDir, 'sets'));
  const lines = Array.from({ length: 30 }, (_, i) => line(`r${i}`, 'mirela@example.org'));
  await writeFile(join(importDir, 'sets', 'people.ndjson'), lines.join('\n'));
  const answer = await from(id, 'sets/people.ndjson');
  assert.equal(answer.statusCode, 201, answer.body);
  assert.deepEqual([answer.json().records, answer.json().people], [31, 1]);
  assert.match(String(answer.headers.location), new RegExp(`/v1/corpora/${id}$`));
  const text = await readFile(deps.corpora.path(id), 'utf8');
  assert.equal(text.trim().split('\n').length, 31);
  assert.doesNotMatch(text, /example\.org|subjects/);
  const again = await from(id, join(importDir, 'sets', 'people.ndjson'));
  assert.equal(again.statusCode, 409);
  assert.match(again.json().detail, /Line 1\b/);
  assert.equal(await records(id), 31);
});

test('no other file is reached', async () => {
  const { app, importDir } = service;
  const id = await corpusWith(app, 'outside', []);
  const real = join(importDir, 'real.ndjson');
  await writeFile(real, line('x'));
  await symlink(real, join(importDir, 'link.ndjson'));
  await symlink(importDir, join(importDir, 'here'));
  const bad = ['../x', '/etc/passwd', '.', 'a\0b', 'link.ndjson', 'here/real.ndjson', 'none.ndjson', 'real.ndjson/x'];
  await mkdir(join(importDir, 'folder'));
  for (const path of [...bad, 'folder']) {
    const answer = await from(id, path);
    assert.equal(answer.statusCode, 422, `${path}: ${answer.body}`);
    assert.equal(answer.json().code, 'path-not-allowed');
  }
  assert.equal(await records(id), 0);
});

test('a client that goes away leaves nothing', async () => {
  const { app, deps, importDir, logs } = service;
  const id = await corpusWith(app, 'left', []);
  await writeFile(join(importDir, 'long.ndjson'), Array.from({ length: 60_000 }, (_, i) => line(`r${i}`)).join('\n'));
  logs.length = 0;
  const socket = await send(`/v1/corpora/${id}/imports`, 'application/json', JSON.stringify({ path: 'long.ndjson' }));
  await begun();
  socket.destroy();
  await connections(0);
  // the next one waits for its turn, so the first has ended when it is answered
  await writeFile(join(importDir, 'short.ndjson'), line('r0'));
  const next = await from(id, 'short.ndjson');
  assert.equal(next.statusCode, 201, next.body);
  assert.equal(next.json().records, 1);
  assert.equal((await readFile(deps.corpora.path(id), 'utf8')).split('\n').length, 2);
  assert.doesNotMatch(logs.join(''), /"level":50/);
});

test('a client that goes away while it waits behind another upload leaves nothing, and the other one goes on', async () => {
  const { app, deps, importDir, logs } = service;
  const id = await corpusWith(app, 'queued', []);
  await writeFile(join(importDir, 'queued.ndjson'), [line('gone-1'), line('gone-2')].join('\n'));
  await writeFile(join(importDir, 'after.ndjson'), line('after'));
  const text = `${line('before-1')}\n${line('before-2')}\n`;
  logs.length = 0;
  const first = await send(`/v1/corpora/${id}/records`, 'application/x-ndjson', text, 20);
  await begun();
  const body = JSON.stringify({ path: 'queued.ndjson' });
  const second = await send(`/v1/corpora/${id}/imports`, 'application/json', body);
  await connections(2);
  // what it asks for has to arrive as well, and is not told of; one that goes away earlier leaves as little
  await setTimeout(100);
  second.destroy();
  await connections(1);
  first.write(text.slice(20));
  const [head] = (await once(first, 'data')) as [Buffer];
  first.destroy();
  assert.match(head.toString(), /^HTTP\/1\.1 201 /);
  const next = await from(id, 'after.ndjson');
  assert.equal(next.statusCode, 201, next.body);
  assert.equal(next.json().records, 3);
  assert.doesNotMatch(await readFile(deps.corpora.path(id), 'utf8'), /gone/);
  assert.doesNotMatch(logs.join(''), /"level":50/);
});
