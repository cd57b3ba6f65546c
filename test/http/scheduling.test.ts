import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { buildApp } from '../../src/app.ts';
import type { Claim, ClaimOptions } from '../../src/runs/ports.ts';
import { digest, publication, toVerifying } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { measuredRuns, sqlOf } from './measured-runs.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;
const WINDOW = { max_wait: null, promptness: 60, reserve: 7 * 86_400 };
const OPTIONS: ClaimOptions = { lease_ms: 60_000, max_restarts: 2, window: WINDOW };
const WORKER = { id: 'w1', backend: 'onnxruntime/cpu', memory_bytes: null, max_parameters: null, accelerator: null };

const closers: (() => unknown)[] = [];
let service: TestService;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
});
after(async () => {
  for (const close of closers) await close();
});

const sql = (text: string) => sqlOf(service, text);

let made = 0;
/** A model of its own, of people `a0@modelN.example.org`, whose earlier `runs` took an hour each. */
async function model(runs = 3, people = 40): Promise<{ id: string; email: (n: number) => string }> {
  const name = `model${made++}`;
  const email = (n: number) => `a${n}@${name}.example.org`;
  const lines = Array.from({ length: people }, (_, i) => line(`${name}-${i}`, email(i)));
  const corpus_id = await corpusWith(service.app, name, lines);
  const path = await writeTinyCheckpoint(service.importDir, name, null, made);
  const body = { name, path, corpora: [{ corpus_id, role: 'train' }] };
  const { id } = (await call(service.app, 'POST', '/v1/models', body)).json();
  await measuredRuns(service, id, runs);
  await sql(`update models set created_at = now() - interval '12 hours' where id = '${id}'`);
  return { id, email };
}

async function ask(value: string, more: object = {}) {
  const body = { subject: { identifiers: [{ type: 'email', value }] }, ...more };
  const answer = await call(service.app, 'POST', '/v1/deletion-requests', body);
  assert.equal(answer.statusCode, 202, answer.body);
  return answer.json() as { id: string; due_at: string };
}
const read = async (path: string) => {
  const answer = await call(service.app, 'GET', path);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json();
};
const request = (id: string) => read(`/v1/deletion-requests/${id}`);
const forecast = (id: string) => read(`/v1/deletion-requests/${id}/forecast`);
/** Asked of another process, as it were: figures are kept for some seconds. */
async function metric(name: string): Promise<number> {
  const app = await buildApp(service.deps);
  const { body } = await call(app, 'GET', '/metrics');
  await app.close();
  return Number(new RegExp(`^expunge_${name} (\\S+)$`, 'm').exec(body)?.[1]);
}
async function claim(modelId: string): Promise<Claim> {
  const outcome = await service.deps.store.claim(modelId, WORKER.id, OPTIONS);
  assert.ok(outcome.status === 'claimed', JSON.stringify(outcome));
  return outcome.claim;
}
const { id: worker, ...can } = WORKER;
const comes = () => service.deps.store.noteWorker({ ...can, worker, tasks: 'runs', device: 'cores', gpus: [] });
const ended = (iso: string): number => Date.parse(iso);

// each test has the queue for itself
beforeEach(async () => {
  await sql(
    `update request_targets set state = 'cancelled', run_id = null where state not in ('completed', 'cancelled')`,
  );
  await sql(
    `update runs set state = 'cancelled', finished_at = now(), lease_expires_at = null, lease_owner = null where finished_at is null`,
  );
  await service.deps.store.forgetWorker(WORKER.id);
});

test('a request waits in a window until others have come, and says when it will be done; an urgent one ends the window for both', async () => {
  const { id: modelId, email } = await model();
  await comes();
  const first = await ask(email(0));
  const waits = await service.deps.store.claim(modelId, WORKER.id, OPTIONS);
  assert.ok(waits.status === 'waits', JSON.stringify(waits));
  const { window, waiting } = (await read('/v1/forecast')).models[0];
  assert.deepEqual([window.ends_at, waiting], [waits.until, 1]);
  assert.equal(await metric('windows_open'), 1);

  const seen = await forecast(first.id);
  assert.equal(seen.targets[0].expected_start_at, waits.until);
  assert.equal(ended(seen.expected_done_at), ended(waits.until) + HOUR);
  assert.deepEqual([seen.at_risk, seen.due_at, seen.state], [false, first.due_at, 'queued']);
  assert.match(seen.reason, /^From 3 measured runs of the model/);

  const urgent = await ask(email(1), { urgent: true });
  const now = await forecast(urgent.id);
  assert.ok(Math.abs(ended(now.expected_done_at) - ended(now.at) - HOUR) < 0.1 * HOUR, JSON.stringify(now));
  assert.deepEqual((await claim(modelId)).run.request_ids.toSorted(), [first.id, urgent.id].toSorted());
});

test('what is due earlier begins earlier, an urgent one before both, and the forecast says so', async () => {
  const [late, early, urgent] = [await model(), await model(), await model()];
  await comes();
  // due in 20 days, in 10 hours, and urgent with all the time in the world
  const ago = (ms: number) => ({ submitted_at: new Date(Date.now() - ms).toISOString() });
  const patient = await ask(late.email(0), ago(10 * DAY));
  const pressed = await ask(early.email(0), ago(25 * DAY));
  await ask(urgent.email(0), { urgent: true });
  await sql(`update deletion_requests set due_at = now() + interval '10 hours' where id = '${pressed.id}'`);
  for (const one of [late, early]) {
    const scheduling = { max_wait_hours: 0, promptness: null, backend: null, memory_bytes: null };
    await call(service.app, 'PUT', `/v1/models/${one.id}/scheduling`, scheduling);
  }
  assert.deepEqual(await service.deps.store.modelsToRun(WORKER), [urgent.id, early.id, late.id]);
  const starts = new Map(
    (await read('/v1/forecast')).models.map((one: { model_id: string; expected_start_at: string }) => [
      one.model_id,
      ended(one.expected_start_at),
    ]),
  ) as Map<string, number>;
  assert.ok(starts.get(urgent.id)! < starts.get(early.id)! && starts.get(early.id)! < starts.get(late.id)!);
  assert.ok(
    ended((await forecast(pressed.id)).expected_done_at) < ended((await forecast(patient.id)).expected_done_at),
  );
});

test('whoever comes during a run goes to the next, and is told when both will be done', async () => {
  const { id: modelId, email } = await model();
  await comes();
  const first = await ask(email(0), { urgent: true });
  const running = await claim(modelId);
  await toVerifying(service.deps.store, running);
  const second = await ask(email(1));
  assert.deepEqual((await request(second.id)).targets[0].run_id, null);
  const [a, b] = [await forecast(first.id), await forecast(second.id)];
  assert.match(a.reason, /^Its run is under way/);
  assert.ok(ended(a.expected_done_at) < ended(b.expected_done_at), JSON.stringify([a, b]));
  assert.equal((await service.deps.store.claim(modelId, 'w2', OPTIONS)).status, 'busy');

  const published = { checkpoint: { ...publication(running, 700 + made).checkpoint } };
  const outcome = await service.deps.store.publish(running, publication(running, 700 + made, published));
  assert.equal(outcome.status, 'published');
  assert.deepEqual([(await request(first.id)).state, (await request(second.id)).state], ['completed', 'queued']);
  const done = await forecast(first.id);
  assert.deepEqual([done.expected_done_at, done.reason, done.targets, done.at_risk], [null, 'It has ended', [], false]);
  await call(service.app, 'PUT', `/v1/models/${modelId}/scheduling`, {
    ...{ max_wait_hours: 0, promptness: null, backend: null, memory_bytes: null },
  });
  const next = await claim(modelId);
  assert.deepEqual([next.run.request_ids, next.run.parent], [[second.id], digest(700 + made)]);
});

test('a run that fails for all is split over HTTP: who can be forgotten is, and one person alone needs review', async () => {
  const { id: modelId, email } = await model();
  await comes();
  const { store } = service.deps;
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push((await ask(email(i), { urgent: true })).id);
  const whole = await claim(modelId);
  await toVerifying(store, whole);
  const failed = { reason: 'somebody stood out', verdict: 'failed' as const, suspects: [ids[1]!] };
  assert.equal(await store.splitRun(whole, failed, WORKER.id), true);
  assert.deepEqual((await read(`/v1/runs/${whole.run.id}`)).state, 'split');
  for (let n = 0; n < 2; n++) {
    const half = await claim(modelId);
    assert.equal((await read(`/v1/runs/${half.run.id}`)).split_of, whole.run.id);
    await toVerifying(store, half);
    if (half.run.request_ids.includes(ids[1]!)) {
      assert.deepEqual(half.run.request_ids, [ids[1]]);
      await store.moveRun(half, 'needs_review', { targets: 'needs_review', reason: 'stood out alone' }, WORKER.id);
    } else assert.equal((await store.publish(half, publication(half, 800 + made + n))).status, 'published');
  }
  const states = [];
  for (const id of ids) states.push((await request(id)).state);
  assert.deepEqual(states, ['completed', 'needs_review', 'completed']);
});

test('what will be late is told before it is: in the forecast of the service, of the request, and in metrics', async () => {
  const { id: modelId, email } = await model();
  await comes();
  const { id } = await ask(email(0), { urgent: true });
  await sql(`update deletion_requests set due_at = now() + interval '30 minutes' where id = '${id}'`);
  const { at_risk, models } = await read('/v1/forecast');
  assert.deepEqual(
    at_risk.map((one: { deletion_request_id: string; model_id: string }) => [one.deletion_request_id, one.model_id]),
    [[id, modelId]],
  );
  assert.equal(models[0].at_risk, true);
  const seen = await forecast(id);
  assert.ok(seen.at_risk && ended(seen.expected_done_at) > ended(seen.due_at) && ended(seen.at) < ended(seen.due_at));
  assert.equal(await metric('requests_at_risk'), 1);
});

test('where nobody can tell, the reason says why', async () => {
  const { email, id: modelId } = await model(0);
  const told = async (id: string) => {
    const { expected_done_at, reason, targets } = await forecast(id);
    assert.deepEqual([expected_done_at, targets[0].expected_done_at], [null, null]);
    assert.equal(targets[0].reason, reason);
    return reason as string;
  };
  const { id } = await ask(email(0));
  assert.equal(await told(id), 'No worker is there');
  await comes();
  assert.equal(await told(id), 'No run of the model was measured yet');
  const scheduling = { max_wait_hours: 0, promptness: null, backend: 'onnxruntime/cuda', memory_bytes: null };
  await call(service.app, 'PUT', `/v1/models/${modelId}/scheduling`, scheduling);
  assert.equal(await told(id), 'No worker that is there can take the model’s runs');
  assert.equal((await forecast(id)).at_risk, true);
  assert.match(await told((await ask(email(1), { verified: false })).id), /^It waits for somebody to say/);
  const cooling = await ask(email(2), { cooling_off_hours: 24 });
  assert.match(await told(cooling.id), /cooling-off time is over, at \d{4}-/);
  assert.equal(
    (await call(service.app, 'GET', '/v1/deletion-requests/0198a000-0000-7000-8000-000000000001/forecast')).statusCode,
    404,
  );
});

test('a choice that somebody has not seen is not replaced', async () => {
  const url = `/v1/models/${(await model(0)).id}/scheduling`;
  const get = () => call(service.app, 'GET', url);
  const choose = (hours: number, tag?: string) =>
    service.app.inject({
      ...{ method: 'PUT', url, headers: tag === undefined ? {} : { 'if-match': tag } },
      payload: { max_wait_hours: hours, promptness: null, backend: null, memory_bytes: null },
    });
  const before = (await get()).headers.etag as string;
  const both = await Promise.all([choose(1), choose(2)]);
  assert.deepEqual(both.map(({ statusCode }) => statusCode).toSorted(), [200, 428], 'one first choice, not two');
  const now = await get();
  for (const [tag, status, code] of [
    [before, 412, 'precondition-failed'],
    [undefined, 428, 'precondition-required'],
  ] as const) {
    const refused = await choose(3, tag);
    assert.deepEqual([refused.statusCode, refused.json().code], [status, code], refused.body);
  }
  assert.deepEqual((await get()).json(), now.json(), 'nothing was chosen');
  assert.equal((await choose(4, now.headers.etag as string)).json().max_wait_hours, 4);
  assert.equal((await choose(5, '*')).json().max_wait_hours, 5);
});
