import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
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
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  const body = JSON.stringify({ path: 'long.ndjson' });
  logs.length = 0;
  socket.write(
    `POST /v1/corpora/${id}/imports HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  await setTimeout(100);
  socket.destroy();
  // the next one waits for its turn, so the first has ended when it is answered
  await writeFile(join(importDir, 'short.ndjson'), line('r0'));
  const next = await from(id, 'short.ndjson');
  assert.equal(next.statusCode, 201, next.body);
  assert.equal(next.json().records, 1);
  assert.equal((await readFile(deps.corpora.path(id), 'utf8')).split('\n').length, 2);
  assert.doesNotMatch(logs.join(''), /"level":50/);
});
