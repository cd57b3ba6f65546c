import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { verifyFolder } from '../../src/checkpoints/verify-folder.ts';
import { checkLedger } from '../../src/cli/check-ledger.ts';
import type { AliasTarget } from '../../src/domain/recipient.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { publication, toVerifying } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let model: { id: string; active: string };
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
  const { app, importDir } = service;
  const corpus_id = await corpusWith(app, 'train', [line('a', 'mirela@example.org'), line('b')]);
  const path = await writeTinyCheckpoint(importDir, 'tiny');
  model = (
    await call(app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] })
  ).json();
});
after(async () => {
  for (const close of closers) await close();
});

const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  service.app.inject({ method, url, headers });
const alias = async () => (await get(`/v1/models/${model.id}/aliases/active`)).json<AliasTarget>();
const fileUrl = (name: string, digest = model.active) => `/v1/checkpoints/${digest}/files/${encodeURIComponent(name)}`;
const recipients = async (digest = model.active) => (await get(`/v1/checkpoints/${digest}/recipients`)).json().items;
const entriesOf = async (type: string) =>
  (await service.deps.store.readLedger({ limit: 1000 })).filter((entry) => entry.type === type);

test('an alias lists files whose bytes are those of their digests; a folder of them verifies', async (t) => {
  const found = await alias();
  assert.equal(found.checkpoint, model.active);
  const folder = await temporaryFolder(t);
  for (const { name, url, sha256, bytes } of found.files) {
    const answer = await get(new URL(url).pathname);
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(answer.rawPayload.length, bytes);
    assert.equal(answer.headers['content-length'], String(bytes));
    const digest = createHash('sha256').update(answer.rawPayload).digest();
    assert.equal(digest.toString('hex'), sha256);
    assert.equal(answer.headers.etag, `"${sha256}"`);
    assert.equal(answer.headers['repr-digest'], `sha-256=:${digest.toString('base64')}:`);
    await writeFile(join(folder, name), answer.rawPayload);
  }
  assert.ok((await verifyFolder(folder, model.active)).ok);
  const [all] = await recipients();
  assert.deepEqual([...all.files].sort(), found.files.map(({ name }) => name).sort());
  assert.equal(
    all.bytes,
    found.files.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  assert.deepEqual(
    (await entriesOf('checkpoint.pulled')).map(({ data }) => data),
    [{ digest: model.active }],
  );
});

test('a change of any file of a checkpoint is found, by name', async (t) => {
  const { files } = await alias();
  const folder = await temporaryFolder(t);
  for (const { name, url } of files) await writeFile(join(folder, name), (await get(new URL(url).pathname)).rawPayload);
  for (const { name } of files) {
    const bytes = await readFile(join(folder, name));
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      await writeFile(join(folder, name), changed);
      const check = await verifyFolder(folder, model.active);
      assert.ok(!check.ok && check.reason.includes(name), `${name} ${at}`);
    }
    await writeFile(join(folder, name), bytes);
  }
  await writeFile(join(folder, 'more'), '');
  assert.deepEqual(await verifyFolder(folder), { ok: false, reason: 'more does not belong to the checkpoint' });
});

test('ranges, conditions and HEAD', async () => {
  const { files } = await alias();
  const { name, sha256, bytes } = files.find((file) => file.name === 'model.safetensors')!;
  const whole = (await get(fileUrl(name))).rawPayload;
  const before = (await recipients())[0].bytes;
  const part = await get(fileUrl(name), { range: 'bytes=10-19', 'if-range': `"${sha256}"` });
  assert.equal(part.statusCode, 206);
  assert.equal(part.headers['content-range'], `bytes 10-19/${bytes}`);
  assert.equal(part.headers['content-length'], '10');
  assert.deepEqual(part.rawPayload, whole.subarray(10, 20));
  assert.equal((await recipients())[0].bytes, before + 10);
  const other = await get(fileUrl(name), { range: 'bytes=10-19', 'if-range': '"another"' });
  assert.deepEqual([other.statusCode, other.rawPayload.length], [200, bytes]);
  const outside = await get(fileUrl(name), { range: `bytes=${bytes}-` });
  assert.deepEqual([outside.statusCode, outside.headers['content-range']], [416, `bytes */${bytes}`]);
  assert.equal(outside.json().code, 'range-not-satisfiable');
  const counted = (await recipients())[0].pulls;
  assert.equal((await get(fileUrl(name), { 'if-none-match': `"${sha256}"` })).statusCode, 304);
  assert.equal((await get(fileUrl(name), { 'if-match': '"another"' })).statusCode, 412);
  const head = await get(fileUrl(name), { range: 'bytes=0-1' }, 'HEAD');
  assert.deepEqual([head.statusCode, head.headers['content-length'], head.body], [200, String(bytes), '']);
  assert.equal((await recipients())[0].pulls, counted, 'no bytes went out');
});

test('nothing but the files of the manifest is found, whatever the path', async () => {
  for (const name of ['absent', '../blobs', '..', '.', '/etc/passwd', 'model.safetensors/', 'MANIFEST.json', '%2e%2e'])
    assert.equal((await get(fileUrl(name))).statusCode, 404, name);
  for (const name of ['../../', '..%2f..%2f'])
    assert.ok([400, 404].includes((await get(`/v1/checkpoints/${model.active}/files/${name}`)).statusCode), name);
  assert.equal((await get(fileUrl('model.safetensors', `sha256:${'0'.repeat(64)}`))).statusCode, 404);
  assert.equal((await get(`/v1/checkpoints/sha256:${'0'.repeat(64)}/recipients`)).statusCode, 404);
  assert.equal((await get(`/v1/models/${model.id}/aliases/other`)).statusCode, 404);
});

test('a candidate is not handed out', async () => {
  const path = await writeTinyCheckpoint(service.importDir, 'outside', null, 5);
  const { digest } = (await call(service.app, 'POST', `/v1/models/${model.id}/checkpoints`, { path })).json();
  const answer = await get(fileUrl('model.safetensors', digest));
  assert.deepEqual([answer.statusCode, answer.json().code], [409, 'checkpoint-not-published']);
});

test('a file that was changed on disk does not arrive whole', async () => {
  const folder = await service.deps.checkpoints.materialise(model.active);
  const file = join(folder, 'config.json');
  const bytes = await readFile(file);
  await chmod(file, 0o600);
  try {
    const changed = Buffer.from(bytes);
    changed[3]! ^= 1;
    await writeFile(file, changed);
    // it is short: the change is found before the first byte has gone out
    const damaged = await get(fileUrl('config.json'));
    assert.deepEqual([damaged.statusCode, damaged.json().code], [500, 'internal']);
    await writeFile(file, bytes.subarray(1));
    assert.equal((await get(fileUrl('config.json'))).statusCode, 500);
  } finally {
    await writeFile(file, bytes);
    await chmod(file, 0o400);
  }
  assert.equal((await get(fileUrl('config.json'))).statusCode, 200);
});

test('once it is replaced, recipients are counted, refused with a link, and told; and anew once it was in use again', async () => {
  const { app, deps } = service;
  const parent = model.active;
  const etag = String((await get(`/v1/models/${model.id}/aliases/active`)).headers.etag);
  const poll = () => get(`/v1/models/${model.id}/aliases/active`, { 'if-none-match': etag });
  assert.equal((await poll()).statusCode, 304);
  await deps.store.recordPull('default', { digest: parent, recipient: 'serving-b', file: 'config.json', bytes: 1 });
  const subject = { identifiers: [{ type: 'email', value: 'mirela@example.org' }] };
  await call(app, 'POST', '/v1/deletion-requests', { subject });
  const outcome = await deps.store.claim(model.id, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(outcome.status === 'claimed');
  const { claim } = outcome;
  const work = await deps.checkpoints.workFolder(claim.run.id);
  await writeTinyCheckpoint(work, '.', null, 2);
  const checkpoint = await deps.checkpoints.adopt(work, { architecture: 'gpt2', parent, run_id: claim.run.id });
  await toVerifying(deps.store, claim);
  assert.equal((await deps.store.publish(claim, publication(claim, 1, { checkpoint }))).status, 'published');

  const replaced = (await entriesOf('checkpoint.replaced')).map(({ data }) => data);
  assert.deepEqual(replaced, [{ model_id: model.id, digest: parent, replaced_by: checkpoint.digest, recipients: 2 }]);
  assert.ok(!(await deps.store.recordPull('default', { digest: parent, recipient: 'late', file: 'x', bytes: 1 })));
  const gone = await get(fileUrl('model.safetensors', parent));
  assert.deepEqual([gone.statusCode, gone.json().code], [410, 'checkpoint-retired']);
  assert.equal(gone.json().active, checkpoint.digest);
  assert.equal(gone.json().existing, `/v1/models/${model.id}/aliases/active`);
  const later = await poll();
  assert.deepEqual([later.statusCode, later.json().checkpoint], [200, checkpoint.digest]);
  const tell = (recipient: string, digest = parent) =>
    call(app, 'POST', `/v1/checkpoints/${digest}/recipients/told`, { recipient });
  assert.equal((await tell('serving-b')).statusCode, 200);
  assert.equal((await tell('serving-b')).statusCode, 200, 'told is told: no second entry');
  assert.equal((await tell('stranger')).statusCode, 404);
  for (const { told_at } of await recipients(parent)) assert.ok(told_at !== null);
  assert.deepEqual(
    (await entriesOf('recipient.told')).map(({ data }) => [data.recipient, data.how]),
    [
      ['anonymous', 'refusal'],
      ['serving-b', 'notice'],
    ],
  );
  assert.ok((await checkLedger(deps.store, await deps.signer.jwks())).ok);

  // rolled back: it is in use again, and whoever has the other one is to be told
  await get(fileUrl('config.json', checkpoint.digest));
  assert.equal((await tell('anonymous', checkpoint.digest)).json().code, 'checkpoint-active');
  const back = await call(app, 'POST', `/v1/runs/${claim.run.id}/rollback`, { reason: 'A test.' });
  assert.equal(back.statusCode, 200, back.body);
  assert.equal((await alias()).checkpoint, parent);
  assert.equal((await entriesOf('checkpoint.replaced')).length, 2);
  assert.equal((await get(fileUrl('config.json', parent))).statusCode, 200);
  const mine = (await recipients(parent)).find((one: { recipient: string }) => one.recipient === 'anonymous');
  assert.equal(mine.told_at, null);

  // the same one comes out again: whoever had either is told once more, who pulled neither since too
  assert.equal((await tell('anonymous', checkpoint.digest)).statusCode, 200);
  const { id } = (await call(app, 'GET', '/v1/deletion-requests')).json().items[0];
  assert.equal((await call(app, 'POST', `/v1/deletion-requests/${id}/retry`)).statusCode, 200);
  const second = await deps.store.claim(model.id, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(second.status === 'claimed');
  await toVerifying(deps.store, second.claim);
  const again = { ...checkpoint, run_id: second.claim.run.id };
  const published = await deps.store.publish(second.claim, publication(second.claim, 1, { checkpoint: again }));
  assert.equal(published.status, 'published');
  const [last] = (await entriesOf('checkpoint.replaced')).slice(-1);
  assert.deepEqual([last?.data.digest, last?.data.recipients], [parent, 2]);
  assert.deepEqual(
    (await recipients(checkpoint.digest)).map((one: { told_at: string | null }) => one.told_at),
    [null],
  );
});
