import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService } from './service.ts';

const ABSENT = '0198a000-0000-7000-8000-000000000001';

test('a model and its corpus are deleted when nothing needs them, and their files are gone', async (t) => {
  const { app, deps, importDir } = await openService(t);
  const { store, config, corpora } = deps;
  await writeTinyCheckpoint(importDir, 'tiny');
  const corpus = await corpusWith(app, 'people', [line('a', 'anna@example.org'), line('b', 'ben@example.org')]);
  const register = (name: string) =>
    call(app, 'POST', '/v1/models', { name, path: 'tiny', corpora: [{ corpus_id: corpus, role: 'train' }] });
  const [model, twin] = [(await register('tiny')).json(), (await register('twin')).json()];
  const at = `/v1/models/${model.id}`;
  const remove = (url: string, tag?: string) =>
    app.inject({ method: 'DELETE', url, ...(tag === undefined ? {} : { headers: { 'if-match': tag } }) });

  const subject = { identifiers: [{ type: 'email', value: 'anna@example.org' }] };
  const request = (await call(app, 'POST', '/v1/deletion-requests', { subject, targets: [model.id] })).json();
  const refused = await remove(at);
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'model-in-use'], refused.body);
  assert.deepEqual(refused.json().needed_by, [`/v1/deletion-requests/${request.id}`]);
  await call(app, 'POST', `/v1/deletion-requests/${request.id}/cancel`, {});
  const used = await remove(`/v1/corpora/${corpus}`);
  assert.deepEqual([used.statusCode, used.json().code, used.json().needed_by.length], [409, 'corpus-in-use', 2]);

  const tag = (await call(app, 'GET', at)).headers.etag as string;
  assert.equal((await remove(at, '"other"')).statusCode, 412);
  const reason = { reason: 'It was a try.' };
  const gone = await app.inject({ method: 'DELETE', url: at, headers: { 'if-match': tag }, payload: reason });
  assert.deepEqual([gone.statusCode, gone.json()], [200, model], gone.body);
  for (const url of [at, `${at}/checkpoints`, `${at}/aliases/active`]) {
    const answer = await call(app, 'GET', url);
    assert.equal(answer.statusCode, 404, `${url} ${answer.body}`);
  }
  assert.equal((await remove(at)).statusCode, 404);
  assert.deepEqual(
    (await call(app, 'GET', '/v1/models')).json().items.map((one: { id: string }) => one.id),
    [twin.id],
  );
  // the other model has the very same checkpoint
  const folder = join(config.checkpointDir, model.active.replace(':', '-'));
  await stat(folder);
  assert.equal((await remove(`/v1/models/${twin.id}`)).statusCode, 200);
  await assert.rejects(stat(folder));
  assert.deepEqual(await readdir(join(config.checkpointDir, 'blobs')), []);
  assert.equal((await call(app, 'GET', `/v1/deletion-requests/${request.id}`)).json().state, 'cancelled');

  assert.equal((await remove(`/v1/corpora/${corpus}`)).statusCode, 200);
  assert.equal(await corpora.holds(corpus), false);
  assert.deepEqual(await readdir(config.corpusDir), []);
  assert.equal((await call(app, 'GET', `/v1/corpora/${corpus}`)).statusCode, 404);
  const found = (await call(app, 'POST', '/v1/subjects:lookup', { subject })).json();
  assert.deepEqual([found.corpora, found.models], [[], []]);
  // the names are free again
  await corpusWith(app, 'people', []);
  assert.equal((await call(app, 'POST', '/v1/models', { name: 'tiny', path: 'tiny', corpora: [] })).statusCode, 201);
  const entries = await store.ledgerEntries('default', { after: 0, limit: 99 });
  const [deleted] = entries.filter(({ type }) => type === 'model.deleted');
  assert.deepEqual([deleted?.data.model_id, deleted?.data.recipients], [model.id, 0]);
  assert.match(String(deleted?.data.reason_digest), /^sha256:/);
  assert.ok(entries.some(({ type }) => type === 'corpus.text_removed'));
  for (const url of [`/v1/models/${ABSENT}`, `/v1/corpora/${ABSENT}`])
    assert.equal((await remove(url)).statusCode, 404);
});
