// The API process as a supervisor ends it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_SCRIPT } from '../../src/cli/process.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { writeTinyCheckpoint } from '../http/checkpoint-fixture.ts';
import { line } from '../http/service.ts';

test('SIGTERM: whoever waits is answered, and the process ends well and soon', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-ending-'));
  const database = await createTestDatabase({ migrated: true });
  const env = { ...process.env, DATA_DIR: dir, DATABASE_URL: database.url, REDIS_URL: '', PORT: '0' };
  const child = spawn(process.execPath, [API_SCRIPT], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
    await database.drop();
    await rm(dir, { recursive: true });
  });
  let base = '';
  for await (const text of createInterface(child.stdout)) {
    const { msg, url } = JSON.parse(text) as { msg?: string; url?: string };
    if (msg !== 'listening') continue;
    base = String(url);
    break;
  }
  child.stdout.resume();
  const post = async (path: string, body: string, type = 'application/json') => {
    const answer = await fetch(`${base}${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    assert.ok(answer.ok, path);
    return (await answer.json()) as { id: string };
  };
  const corpus = await post('/v1/corpora', JSON.stringify({ name: 'train' }));
  await post(`/v1/corpora/${corpus.id}/records`, line('a', 'mirela@example.org'), 'application/x-ndjson');
  const path = await writeTinyCheckpoint(join(dir, 'import'), 'tiny');
  const corpora = [{ corpus_id: corpus.id, role: 'train' }];
  await post('/v1/models', JSON.stringify({ name: 'tiny', path, corpora }));
  const subject = { identifiers: [{ type: 'email', value: 'mirela@example.org' }] };
  const { id } = await post('/v1/deletion-requests', JSON.stringify({ subject }));

  const waiting = fetch(`${base}/v1/deletion-requests/${id}`, { headers: { prefer: 'wait=30' } });
  await sleep(150);
  const began = Date.now();
  child.kill('SIGTERM');
  const answer = await waiting;
  assert.deepEqual([answer.status, ((await answer.json()) as { state: string }).state], [200, 'queued']);
  assert.deepEqual(await exit, [0, null]);
  assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`);
});
