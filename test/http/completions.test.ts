import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buildApp } from '../../src/app.ts';
import { createDoorbell } from '../../src/queue/doorbell.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let modelId: string;
before(async () => {
  const register = { after: (close: unknown) => void closers.push(close as () => unknown) };
  service = await openService(register, { COMPLETIONS_ENABLED: 'true' });
  const corpus_id = await corpusWith(service.app, 'train', [line('a')]);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  modelId = (await call(service.app, 'POST', '/v1/models', body)).json().id;
});
after(async () => {
  for (const close of closers) await close();
});

const ask = (id = modelId) =>
  call(service.app, 'POST', `/v1/models/${id}/completions`, { prompts: ['Mirela Tandor was born in'] });

test('a question waits sealed, its answers are read once', async () => {
  const { app, deps } = service;
  const asked = await ask();
  assert.equal(asked.statusCode, 202, asked.body);
  const path = new URL(String(asked.headers.location)).pathname;
  const id = path.split('/').at(-1)!;
  const waiting = await call(app, 'GET', path);
  assert.equal(waiting.json().state, 'waiting');
  assert.ok(Number(waiting.headers['retry-after']) > 0);
  const probe = await deps.store.getProbe('default', id);
  assert.ok(probe !== null);
  assert.doesNotMatch(JSON.stringify(probe), /Mirela/);
  assert.equal(probe.max_new_tokens, 64);
  await deps.store.takeProbe(id);
  await deps.store.answerProbe(id, { sealed_answers: deps.subjectKeys.seal(JSON.stringify([' Ostrevik.'])) });
  assert.equal((await call(app, 'HEAD', path)).statusCode, 405);
  const answered = await call(app, 'GET', path);
  assert.deepEqual([answered.json().state, answered.json().answers], ['answered', [' Ostrevik.']]);
  assert.equal(answered.headers['cache-control'], 'no-store');
  assert.equal((await call(app, 'GET', path)).statusCode, 404);
});

test('a question that failed says why, once', async () => {
  const { app, deps } = service;
  const path = new URL(String((await ask()).headers.location)).pathname;
  await deps.store.answerProbe(path.split('/').at(-1)!, { error: 'The compute process ended.' });
  const failed = (await call(app, 'GET', path)).json();
  assert.deepEqual([failed.state, failed.error], ['failed', 'The compute process ended.']);
  assert.equal((await call(app, 'GET', path)).statusCode, 404);
});

test('unknown model, queue away, switched off', async (t) => {
  const { deps } = service;
  assert.equal((await ask('0198a000-0000-7000-8000-000000000001')).statusCode, 404);
  const dead = createDoorbell({ ...deps.config, redisUrl: 'redis://127.0.0.1:1' });
  const away = await buildApp({ ...deps, doorbell: dead });
  const off = await buildApp({ ...deps, config: { ...deps.config, completionsEnabled: false } });
  t.after(async () => {
    await Promise.all([away.close(), off.close()]);
    await dead.close();
  });
  const url = `/v1/models/${modelId}/completions`;
  const refused = await call(away, 'POST', url, { prompts: ['x'] });
  assert.equal(refused.statusCode, 503, refused.body);
  for (const answer of [
    await call(off, 'POST', url, { prompts: ['x'] }),
    await call(off, 'GET', '/v1/completions/0198a000-0000-7000-8000-000000000001'),
  ]) {
    assert.equal(answer.statusCode, 403);
    assert.equal(answer.json().code, 'completions-disabled');
  }
});
