// What monitoring sees: figures that name nobody, and readiness with reasons.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApp } from '../../src/app.ts';
import { noRoom } from '../../src/checkpoints/room.ts';
import { announce } from '../../src/runs/announce.ts';
import { createStore } from '../../src/store/store.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService } from './service.ts';

/** Asks again until it is so. */
async function waitFor(so: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await so()); tries++) {
    assert.ok(tries < 500);
    await sleep(20);
  }
}

test('requests, due dates, runs, latency and the process are counted; nobody is named', async (t) => {
  const { app, deps, importDir } = await openService(t);
  const corpus_id = await corpusWith(app, 'train', [line('a', 'mirela@example.org'), line('b', 'jonas@example.org')]);
  const path = await writeTinyCheckpoint(importDir, 'tiny');
  await call(app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] });
  const long = new Date(Date.now() - 40 * 86_400_000).toISOString();
  for (const [value, submitted_at] of [
    ['mirela@example.org', long],
    ['jonas@example.org', new Date().toISOString()],
    ['nobody@example.org', long],
  ]) {
    const body = { subject: { identifiers: [{ type: 'email', value }] }, submitted_at };
    assert.equal((await call(app, 'POST', '/v1/deletion-requests', body)).statusCode, 202);
  }
  await call(app, 'GET', '/v1/deletion-requests?external_id=mirela');
  await call(app, 'GET', '/no/such/mirela@example.org');
  const gpus = [{ uuid: 'GPU-1', used_bytes: 5, total_bytes: 9 }];
  const can = { backend: 'onnxruntime/cuda', memory_bytes: null, max_parameters: null, accelerator: null };
  const note = { tasks: 'runs' as const, ...can, device: 'card', gpus };
  await deps.store.noteWorker({ ...note, worker: 'first' });
  await deps.store.noteWorker({ ...note, worker: 'second' });
  await deps.store.noteWorker({ ...note, worker: 'second', tasks: 'all' });
  await deps.store.noteWorker({ ...note, worker: 'third' });
  await deps.store.forgetWorker('third');
  const page = await call(app, 'GET', '/metrics');
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  const has = (text: string) => assert.ok(page.body.split('\n').includes(text), `${text} is not in\n${page.body}`);
  has('expunge_store_up 1');
  has('expunge_requests_open{state="queued"} 2');
  has('expunge_workers{task="runs"} 2');
  has('expunge_workers{task="webhooks"} 1');
  has('expunge_gpu_memory_used_bytes{gpu="GPU-1"} 5');
  has('expunge_gpu_memory_bytes{gpu="GPU-1"} 9');
  has('expunge_requests_due{days="0"} 1');
  has('expunge_requests_due{days="14"} 1');
  assert.match(page.body, /^expunge_requests_oldest_seconds\{state="queued"\} \d/m);
  assert.match(page.body, /^expunge_ledger_entries [1-9]/m);
  assert.match(page.body, /^process_resident_memory_bytes \d/m);
  has('expunge_http_request_duration_seconds_count{method="POST",route="/v1/deletion-requests",status="2xx"} 3');
  has('expunge_http_request_duration_seconds_count{method="GET",route="unmatched",status="4xx"} 1');
  assert.doesNotMatch(page.body, /mirela|jonas|example\.org|tiny|default"/);
});

test('a store that is away is one of the figures', async (t) => {
  const { deps } = await openService(t);
  const dead = createStore({ url: 'postgres://nobody:x@127.0.0.1:1/none' });
  const app = await buildApp({ ...deps, store: dead });
  t.after(() => app.close());
  const page = await call(app, 'GET', '/metrics');
  assert.deepEqual([page.statusCode, /^expunge_store_up (\d)/m.exec(page.body)?.[1]], [200, '0']);
});

test('readiness says what is missing: room on the disk, a migration', async (t) => {
  const { deps } = await openService(t);
  const ask = async (change: Partial<typeof deps>) => {
    const app = await buildApp({ ...deps, ...change });
    t.after(() => app.close());
    const answer = await call(app, 'GET', '/health/ready');
    return { status: answer.statusCode, ...answer.json() };
  };
  const full = await ask({ config: { ...deps.config, minFreeBytes: Number.MAX_SAFE_INTEGER } });
  assert.deepEqual([full.status, full.parts.disk, full.parts.database], [503, 'down', 'up']);
  assert.match(full.reasons.disk, /^CHECKPOINT_DIR has \d+ MB left, less than MIN_FREE_BYTES/);
  assert.doesNotMatch(JSON.stringify(full), new RegExp(deps.config.dataDir));
  const older = Object.assign(Object.create(deps.store) as typeof deps.store, {
    pendingMigrations: async () => ['999-later'],
  });
  const behind = await ask({ store: older });
  assert.deepEqual([behind.status, behind.reasons], [503, { migrations: 'the database lacks 999-later' }]);
});

test('readiness warns while nobody works, and is refused where somebody has to', async (t) => {
  const { deps, app } = await openService(t);
  const needing = await buildApp({ ...deps, config: { ...deps.config, readyNeedsWorker: true } });
  t.after(() => needing.close());
  const ask = async (of: typeof app) => (await call(of, 'GET', '/health/ready')).json();
  const { status, workers, warnings } = await ask(app);
  assert.deepEqual([status, workers], ['ok', { runs: 0, webhooks: 0 }]);
  assert.match(warnings.join(), /no worker takes runs.*no worker sends webhooks/);
  assert.deepEqual(Object.keys((await ask(needing)).reasons), ['workers']);
  const can = { backend: 'onnxruntime/cpu', memory_bytes: null, max_parameters: null, accelerator: null };
  const about = { worker: 'w', tasks: 'runs' as const, device: 'CPU', ...can };
  const announcement = announce({ store: deps.store, log: app.log, about, gpus: async () => [] }, 10);
  await waitFor(async () => (await ask(needing)).status === 'ok');
  assert.deepEqual((await ask(app)).warnings.length, 1);
  await announcement.stop();
  // an answer is good for a second, whoever asks
  await waitFor(async () => (await ask(app)).workers.runs === 0);
});

test('room is refused by its reason', () => {
  const room = { dir: '/d', writable: true, free_bytes: 5e6 };
  assert.equal(noRoom('CORPUS_DIR', room, 5e6), null);
  assert.match(String(noRoom('CORPUS_DIR', room, 6e6)), /5 MB left/);
  assert.equal(noRoom('CORPUS_DIR', { ...room, writable: false }, 0), 'CORPUS_DIR cannot be written');
});
