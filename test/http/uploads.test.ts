import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { buildApp } from '../../src/app.ts';
import { createUploadFiles } from '../../src/checkpoints/uploads.ts';
import type { UploadResource } from '../../src/domain/upload.ts';
import type { App } from '../../src/http/types.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { execute } from '../helpers/postgres.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService } from './service.ts';

const PIECE = 'application/offset+octet-stream';
const ABSENT = '0198a000-0000-7000-8000-000000000001';
const named = (name: string) => `filename ${Buffer.from(name).toString('base64')}`;

async function setUp(t: TestContext, env: Record<string, string> = {}) {
  const service = await openService(t, env);
  const { app, deps, importDir } = service;
  const folder = join(importDir, await writeTinyCheckpoint(importDir, 'tiny'));
  const train = await corpusWith(app, 'train', [line('a', 'mirela@example.org')]);
  const corpora = [{ corpus_id: train, role: 'train' }];
  const begin = async () => (await call(app, 'POST', '/v1/uploads')).json<UploadResource>();
  const onDisk = () => readdir(deps.config.uploadDir, { recursive: true }).catch(() => []);
  const register = (upload_id: string, more: object = {}) =>
    call(app, 'POST', '/v1/models', { name: 'uploaded', upload_id, corpora, ...more });
  return { ...service, folder, corpora, begin, onDisk, register };
}

const announce = (app: App, id: string, name: string, bytes: number | string, more: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: `/v1/uploads/${id}/files`,
    headers: { 'tus-resumable': '1.0.0', 'upload-length': String(bytes), 'upload-metadata': named(name), ...more },
  });
const send = (app: App, url: string, offset: number, payload: Buffer | string, more: Record<string, string> = {}) =>
  app.inject({
    method: 'PATCH',
    url,
    headers: { 'tus-resumable': '1.0.0', 'upload-offset': String(offset), 'content-type': PIECE, ...more },
    payload,
  });
const ask = (app: App, url: string) => app.inject({ method: 'HEAD', url, headers: { 'tus-resumable': '1.0.0' } });

/** Announces and sends every file of a folder. */
async function sendAll(app: App, id: string, folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    const announced = await announce(app, id, name, bytes.length);
    assert.equal(announced.statusCode, 201, announced.body);
    const sent = await send(app, String(announced.headers.location), 0, bytes);
    assert.deepEqual([sent.statusCode, sent.headers['upload-offset']], [204, String(bytes.length)], sent.body);
  }
}

test('what is sent in pieces, over a restart, becomes the same checkpoint as the folder', async (t) => {
  const { app, deps, folder, corpora, begin, onDisk, register } = await setUp(t);
  const { id, files, expires_at } = await begin();
  assert.deepEqual(files, []);
  const weights = await readFile(join(folder, 'model.safetensors'));
  const announced = await announce(app, id, 'model.safetensors', weights.length);
  assert.deepEqual([announced.headers['tus-resumable'], announced.body], ['1.0.0', '']);
  assert.equal(announced.headers['upload-expires'], new Date(expires_at).toUTCString());
  const url = String(announced.headers.location);
  assert.equal((await send(app, url, 0, weights.subarray(0, 1000))).headers['upload-offset'], '1000');
  const incomplete = await register(id);
  assert.deepEqual([incomplete.statusCode, incomplete.json().code], [422, 'upload-incomplete']);
  assert.match(incomplete.json().detail, /^1000 of \d+ bytes of model\.safetensors have arrived/);
  assert.equal(incomplete.json().errors[0].pointer, '#/upload_id');

  const restarted = await buildApp({ ...deps, uploads: createUploadFiles(deps.config.uploadDir) });
  t.after(() => restarted.close());
  const head = await ask(restarted, url);
  const { 'upload-offset': offset, 'upload-length': length, 'cache-control': cache } = head.headers;
  assert.deepEqual([head.statusCode, offset, length, cache], [200, '1000', String(weights.length), 'no-store']);
  const wrong = await send(restarted, url, 999, weights.subarray(999));
  assert.deepEqual([wrong.statusCode, wrong.json().code, wrong.json().received], [409, 'upload-offset-mismatch', 1000]);
  const rest = weights.subarray(1000);
  const checksum = `sha256 ${createHash('sha256').update(rest).digest('base64')}`;
  const damaged = await send(restarted, url, 1000, Buffer.alloc(rest.length), { 'upload-checksum': checksum });
  assert.deepEqual([damaged.statusCode, damaged.json().code], [460, 'checksum-mismatch']);
  assert.equal((await send(restarted, url, 1000, rest, { 'upload-checksum': checksum })).statusCode, 204);
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    const bytes = await readFile(join(folder, name));
    const { location } = (await announce(restarted, id, name, bytes.length)).headers;
    await send(restarted, String(location), 0, bytes);
  }
  const shown = (await call(restarted, 'GET', `/v1/uploads/${id}`)).json<UploadResource>();
  assert.ok(shown.files.length === 4 && shown.files.every((file) => file.received === file.bytes));
  const made = await register(id);
  assert.equal(made.statusCode, 201, made.body);
  const byPath = await call(app, 'POST', '/v1/models', { name: 'by-path', path: 'tiny', corpora });
  assert.equal(byPath.json().active, made.json().active);
  assert.equal((await call(app, 'GET', `/v1/uploads/${id}`)).statusCode, 404);
  assert.deepEqual(await onDisk(), []);
});

test('a connection that is cut loses nothing that has arrived', async (t) => {
  const { app, deps, folder, begin } = await setUp(t);
  const port = Number(new URL(await app.listen({ port: 0 })).port);
  const { id } = await begin();
  const weights = await readFile(join(folder, 'model.safetensors'));
  const url = String((await announce(app, id, 'model.safetensors', weights.length)).headers.location);
  const socket = connect(port, '127.0.0.1');
  const head = [`PATCH ${new URL(url).pathname} HTTP/1.1`, 'Host: localhost', 'Upload-Offset: 0'];
  socket.write([...head, `Content-Type: ${PIECE}`, `Content-Length: ${weights.length}`, '', ''].join('\r\n'));
  socket.write(weights.subarray(0, 3000));
  const path = join(deps.config.uploadDir, id, 'model.safetensors');
  while ((await stat(path)).size < 3000) await new Promise((resolve) => setTimeout(resolve, 5));
  // half open: the service has not noticed, and the client is back already
  assert.equal((await ask(app, url)).headers['upload-offset'], '3000');
  assert.equal((await send(app, url, 3000, weights.subarray(3000, 4000))).statusCode, 204);
  socket.destroy();
  assert.equal((await send(app, url, 4000, weights.subarray(4000))).headers['upload-offset'], String(weights.length));
  assert.deepEqual(await readFile(path), weights);
});

test('what a checkpoint is not made of is refused before a byte is sent, and leaves nothing', async (t) => {
  const { app, begin, onDisk } = await setUp(t, { MAX_OPEN_UPLOAD_BYTES: '5000' });
  const { id } = await begin();
  const cases: [string, number | string, Record<string, string>, number, string][] = [
    ['../../etc/passwd', 5, {}, 400, 'validation-failed'],
    ['a/config.json', 5, {}, 400, 'validation-failed'],
    ['pytorch_model.bin', 5, {}, 400, 'validation-failed'],
    ['config.json\0', 5, {}, 400, 'validation-failed'],
    ['', 5, {}, 400, 'validation-failed'],
    ['config.json', -1, {}, 400, 'validation-failed'],
    ['config.json', '', {}, 400, 'validation-failed'],
    ['config.json', 2 ** 21, {}, 413, 'body-too-large'],
    ['model.safetensors', 5001, {}, 413, 'body-too-large'],
    ['config.json', 5, { 'upload-metadata': 'name x' }, 400, 'validation-failed'],
    ['config.json', 5, { 'tus-resumable': '0.2.2' }, 412, 'unsupported-tus-version'],
    ['config.json', 5, { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
  ];
  for (const [name, bytes, more, status, code] of cases) {
    const answer = await announce(app, id, name, bytes, more);
    assert.equal(answer.statusCode, status, `${name}: ${answer.body}`);
    assert.equal(answer.headers['tus-resumable'], '1.0.0');
    assert.equal(answer.json().code, code);
    assert.ok(!answer.body.includes('passwd'));
  }
  assert.deepEqual(await onDisk(), []);
  assert.equal((await announce(app, id, 'config.json', 5)).statusCode, 201);
  assert.deepEqual((await onDisk()).sort(), [id, `${id}/config.json`].sort());
  const url = `/v1/uploads/${id}/files/config.json`;
  for (const [answer, status, code] of [
    [await announce(app, id, 'config.json', 5), 409, 'name-taken'],
    [await announce(app, ABSENT, 'config.json', 5), 404, 'not-found'],
    [await send(app, url, 0, 'too long'), 413, 'body-too-large'],
    [await send(app, url, 3, 'abc'), 413, 'body-too-large'],
    [await send(app, url, 3, 'ab'), 409, 'upload-offset-mismatch'],
    [await send(app, url, 0, '{}', { 'content-type': 'application/json' }), 415, 'unsupported-media-type'],
    [await send(app, url, 0, '{}', { 'upload-offset': 'x' }), 400, 'validation-failed'],
    [await send(app, url, 0, '{}', { 'upload-checksum': 'md5 x' }), 400, 'validation-failed'],
    [await send(app, `/v1/uploads/${id}/files/other.json`, 0, '{}'), 404, 'not-found'],
    [await call(app, 'DELETE', `/v1/uploads/${ABSENT}`), 404, 'not-found'],
  ] as const)
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], answer.body);
  assert.equal((await ask(app, url)).headers['upload-offset'], '0');
  assert.equal((await ask(app, `/v1/uploads/${id}/files/%2e%2e%2fx`)).statusCode, 404);
  const told = await app.inject({ method: 'OPTIONS', url: `/v1/uploads/${id}/files` });
  assert.equal(told.statusCode, 204);
  assert.equal(told.headers['tus-extension'], 'creation,termination,expiration,checksum');
  assert.equal(told.headers['tus-max-size'], '5000');
});

test('a refused registration keeps the upload, so that the file that is wrong can be replaced', async (t) => {
  const { app, deps, folder, corpora, begin, onDisk, register } = await setUp(t);
  const { id } = await begin();
  assert.equal((await register(id)).json().code, 'upload-incomplete');
  const config = await readFile(join(folder, 'config.json'), 'utf8');
  await writeFile(join(folder, 'config.json'), config.replace('"n_layer": 1', '"n_layer": -1'));
  await sendAll(app, id, folder);
  const refused = await register(id);
  assert.deepEqual([refused.statusCode, refused.json().code], [422, 'checkpoint-invalid'], refused.body);
  assert.equal(refused.json().errors[0].pointer, '#/upload_id');
  assert.deepEqual(await readdir(join(deps.config.checkpointDir, 'work')), []);
  for (const [body, status, code] of [
    [{ upload_id: ABSENT }, 422, 'unknown-upload'],
    [{ path: 'tiny' }, 400, 'validation-failed'],
    [{ upload_id: undefined }, 400, 'validation-failed'],
  ] as const) {
    const answer = await register(id, body);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], answer.body);
  }
  const url = `/v1/uploads/${id}/files/config.json`;
  assert.equal((await call(app, 'DELETE', url)).statusCode, 204);
  assert.equal((await call(app, 'DELETE', url)).statusCode, 404);
  const { location } = (await announce(app, id, 'config.json', config.length)).headers;
  await send(app, String(location), 0, config);
  const made = await register(id, { corpora });
  assert.equal(made.statusCode, 201, made.body);
  assert.deepEqual(await onDisk(), []);
});

test('uploads are limited in number, end with DELETE, and are swept when nothing arrives', async (t) => {
  const { app, deps, folder, begin, onDisk } = await setUp(t, {
    MAX_OPEN_UPLOADS: '2',
  });
  const [one] = [await begin(), await begin()];
  const third = await call(app, 'POST', '/v1/uploads');
  assert.deepEqual([third.statusCode, third.json().code], [409, 'too-many-uploads']);
  await sendAll(app, one.id, folder);
  assert.equal((await call(app, 'GET', '/v1/uploads')).json().items.length, 2);
  assert.equal((await call(app, 'DELETE', `/v1/uploads/${one.id}`)).statusCode, 204);
  assert.deepEqual(await onDisk(), []);
  const two = await begin();
  await sendAll(app, two.id, folder);
  await execute(deps.config.databaseUrl!, "update uploads set expires_at = now() - interval '1 second'");
  assert.equal((await call(app, 'GET', `/v1/uploads/${two.id}`)).statusCode, 404);
  assert.ok((await onDisk()).length > 0);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  await sweepOnce({ ...deps, log } as never);
  assert.deepEqual(await onDisk(), []);
  assert.deepEqual((await call(app, 'GET', '/v1/uploads')).json().items, []);
});

test('a file that is taken out while a piece of it arrives leaves nothing, and may be announced again', async (t) => {
  const { app, deps, begin, onDisk } = await setUp(t);
  const { id } = await begin();
  const url = String((await announce(app, id, 'config.json', 4)).headers.location);
  // the piece comes when the file has gone: its row has to be gone by then
  const { remove } = deps.uploads;
  let late: ReturnType<typeof send> | undefined;
  deps.uploads.remove = async (...given) => {
    await remove(...given);
    late = send(app, url, 0, 'late');
    await late;
  };
  const headers = { 'tus-resumable': '1.0.0' };
  assert.equal((await app.inject({ method: 'DELETE', url, headers })).statusCode, 204);
  assert.equal((await late)?.statusCode, 404);
  assert.deepEqual(await onDisk(), [id]);
  deps.uploads.remove = remove;
  assert.equal((await announce(app, id, 'config.json', 4)).statusCode, 201);
  assert.equal((await ask(app, url)).headers['upload-offset'], '0');
});

test('the lines of docs/uploads.md send a checkpoint, and go on where they stopped', async (t) => {
  const { app, folder, corpora, begin, onDisk } = await setUp(t);
  if (spawnSync('curl', ['--version']).status !== 0) return t.skip('there is no curl here');
  const api = await app.listen({ port: 0 });
  const page = await readFile(new URL('../../docs/uploads.md', import.meta.url), 'utf8');
  const script = /```sh\n([\s\S]*?)```/.exec(page)![1]!;
  const { id } = await begin();
  const weights = await readFile(join(folder, 'model.safetensors'));
  const url = String((await announce(app, id, 'model.safetensors', weights.length)).headers.location);
  await send(app, url, 0, weights.subarray(0, 1234));
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  const env = { ...process.env, PATH, api, folder, corpus: corpora[0]!.corpus_id };
  const run = async (more: Record<string, string>) => {
    const child = spawn('bash', ['-c', script], { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.equal(err, '');
    const [first, last] = out.trim().split('\n') as [string, string];
    assert.match(first, /^upload=[0-9a-f-]{36}$/);
    return JSON.parse(last) as { active: string; name: string };
  };
  const resumed = await run({ upload: id, name_of_model: 'resumed' });
  const whole = await run({});
  assert.deepEqual([resumed.name, whole.name], ['resumed', 'uploaded']);
  assert.equal(resumed.active, whole.active);
  assert.deepEqual(await onDisk(), []);
  return undefined;
});
