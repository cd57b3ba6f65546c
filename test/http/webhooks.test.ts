import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { Value } from 'typebox/value';
import { WebhookDelivery, WebhookEndpoint } from '../../src/domain/webhook.ts';
import { payloadOf } from '../../src/domain/webhook-events.ts';
import { afterAttempt } from '../../src/runs/deliver-webhooks.ts';
import type { WebhookClaim } from '../../src/runs/ports.ts';
import type { Received } from '../helpers/receiver.ts';
import { call } from './service.ts';
import { ed25519Verifies, openWebhookService, type WebhookService } from './webhook-service.ts';

const HOUR = 3_600_000;
const closers: (() => unknown)[] = [];
let s: WebhookService;
before(async () => {
  s = await openWebhookService({ after: (close: unknown) => void closers.push(close as () => unknown) });
});
after(async () => {
  for (const close of closers) await close();
});
const post = (path: string, body?: object | null) => call(s.app, 'POST', path, body as object);
const verified = (secret: string, { headers, body }: Received) =>
  new Webhook(secret).verify(body, headers as Record<string, string>) as { type: string; data: object };
const drop = (id: string) => call(s.app, 'DELETE', `/v1/webhook-endpoints/${id}`);

test('an event reaches whoever listens, signed with v1 and v1a, with ids and states and nothing else', async () => {
  const all = await s.endpoint({ description: 'all' });
  const some = await s.endpoint({ events: ['deletion_request.completed', 'run.*'] });
  const { secret: _, ...shown } = all;
  assert.ok(Value.Check(WebhookEndpoint, shown), JSON.stringify(shown));
  assert.match(all.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  s.rung.length = 0;
  const id = await s.request();
  assert.deepEqual(s.rung.toSorted(), [all.id, some.id].toSorted());
  await s.send(all.id);
  const got = s.receiver.got.splice(0);
  const events = got.map((one) => verified(all.secret, one));
  assert.deepEqual(events.map(({ type }) => type).toSorted(), [
    'deletion_request.completed',
    'deletion_request.created',
  ]);
  for (const [i, event] of events.entries()) {
    assert.deepEqual([...Value.Errors(payloadOf(event.type as 'run.finished'), event)], []);
    assert.deepEqual(Object.keys(event.data), ['deletion_request_id', 'state', 'version', 'run_id', 'links']);
    assert.equal((event.data as { deletion_request_id: string }).deletion_request_id, id);
    assert.deepEqual(ed25519Verifies(got[i]!, all.keys[0]!.public_key), [true]);
    assert.deepEqual(ed25519Verifies(got[i]!, some.keys[0]!.public_key), [false]);
    assert.throws(() => verified(some.secret, got[i]!), /No matching signature/);
    assert.throws(() => verified(all.secret, { ...got[i]!, body: `${got[i]!.body} ` }), /No matching signature/);
  }
  await s.send(some.id);
  assert.deepEqual(
    s.receiver.got.splice(0).map((one) => verified(some.secret, one).type),
    ['deletion_request.completed'],
  );
  // what was sent is sent once
  await s.send(all.id);
  assert.equal(s.receiver.got.length, 0);
  const log = await s.deliveries(all.id);
  for (const delivery of log) assert.ok(Value.Check(WebhookDelivery, delivery), JSON.stringify(delivery));
  assert.deepEqual(
    log.map(({ state, attempts }) => [state, attempts.map(({ status, error }) => [status, error])]),
    [
      ['delivered', [[204, null]]],
      ['delivered', [[204, null]]],
    ],
  );
  assert.equal(new Set(got.map(({ headers }) => headers['webhook-id'])).size, 2);
  await Promise.all([drop(all.id), drop(some.id)]);
});

test('after a rotation both keys sign until the old ones expire, and the secrets are nowhere to be read', async () => {
  const old = await s.endpoint();
  const rotated = await post(`/v1/webhook-endpoints/${old.id}/rotate-secret`, { overlap_hours: 1 });
  assert.equal(rotated.statusCode, 200, rotated.body);
  const { secret, keys } = rotated.json();
  assert.notEqual(secret, old.secret);
  assert.deepEqual([keys.length, keys[1].public_key, keys[0].expires_at], [2, old.keys[0]!.public_key, null]);
  const test = async () => {
    assert.equal((await post(`/v1/webhook-endpoints/${old.id}/test`)).statusCode, 202);
    await s.send(old.id);
    return s.receiver.got.pop()!;
  };
  const both = await test();
  assert.equal(String(both.headers['webhook-signature']).split(' ').length, 4);
  for (const one of [secret, old.secret]) assert.equal(verified(one, both).type, 'webhook.test');
  assert.deepEqual(ed25519Verifies(both, keys[0].public_key), [true, false]);
  assert.deepEqual(ed25519Verifies(both, keys[1].public_key), [false, true]);
  s.forward(3_600_000);
  const alone = await test();
  assert.equal(String(alone.headers['webhook-signature']).split(' ').length, 2);
  // the library refuses what is not of now; the clock here is an hour ahead
  const { headers } = alone;
  const at = new Date(Number(headers['webhook-timestamp']) * 1000);
  const sign = (key: string) => new Webhook(key).sign(String(headers['webhook-id']), at, alone.body);
  assert.ok(String(headers['webhook-signature']).includes(sign(secret)));
  assert.ok(!String(headers['webhook-signature']).includes(sign(old.secret)));
  const shown = (await call(s.app, 'GET', `/v1/webhook-endpoints/${old.id}`)).body;
  const stored = JSON.stringify(await s.store.readLedger({ limit: 1000 })) + shown + s.logs.join('');
  for (const one of [secret, old.secret]) assert.ok(!stored.includes(one.replace('whsec_', '')));
  await drop(old.id);
});

test('what is not taken is sent again by the schedule, with the same id and a signature of its own', async () => {
  const { id } = await s.endpoint();
  await post(`/v1/webhook-endpoints/${id}/test`);
  s.receiver.answers.push(500, 302, 'wait');
  s.later.length = 0;
  const waits = [];
  for (let attempt = 1; attempt <= 4; attempt++) {
    await s.send(id);
    const [delivery] = await s.deliveries(id);
    assert.equal(delivery!.attempts.length, attempt);
    if (attempt === 4) break;
    // not before its time
    await s.send(id);
    const wait = Date.parse(delivery!.next_attempt_at!) - s.now().getTime();
    waits.push(wait);
    assert.deepEqual(s.later.at(-1), { id, wait });
    s.forward(wait);
  }
  for (const [i, base] of [5000, 300_000, 1_800_000].entries())
    assert.ok(waits[i]! >= base && waits[i]! <= base * 1.1, `${waits}`);
  const got = s.receiver.got.splice(0);
  assert.equal(got.length, 4);
  assert.equal(new Set(got.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(new Set(got.map(({ body }) => body)).size, 1);
  assert.equal(new Set(got.map(({ headers }) => headers['webhook-timestamp'])).size, 4);
  const [delivery] = await s.deliveries(id);
  assert.deepEqual(
    delivery!.attempts.map(({ status, error }) => status ?? error),
    [500, 302, 'timeout', 204],
  );
  assert.equal(delivery!.state, 'delivered');
  const replayed = await post(`/v1/webhook-deliveries/${delivery!.id}/replay`);
  assert.deepEqual([replayed.statusCode, replayed.json().state], [202, 'pending']);
  await s.send(id);
  const [again] = s.receiver.got.splice(0);
  assert.deepEqual([again!.body, again!.headers['webhook-id']], [got[0]!.body, got[0]!.headers['webhook-id']]);
  await drop(id);
});

test('a receiver that has too much is left alone, also with what came later', async () => {
  const { id } = await s.endpoint();
  await post(`/v1/webhook-endpoints/${id}/test`);
  s.receiver.answers.push({ status: 429, headers: { 'retry-after': '60' } });
  await s.send(id);
  await post(`/v1/webhook-endpoints/${id}/test`);
  s.forward(59_000);
  await s.send(id);
  assert.equal(s.receiver.got.splice(0).length, 1);
  s.forward(1000);
  await s.send(id);
  assert.equal(s.receiver.got.splice(0).length, 2);
  await drop(id);
});

test('what waits goes to a new URL at once: what the old receiver asked for, also while it is replaced, is over', async () => {
  const { id } = await s.endpoint();
  const path = `/v1/webhook-endpoints/${id}`;
  const change = (url: string) => call(s.app, 'PATCH', path, { url });
  const test = () => post(`${path}/test`);
  const tooMuch = { status: 429, headers: { 'retry-after': '86400' } };
  await test();
  s.receiver.answers.push(tooMuch);
  await s.send(id);
  s.receiver.got.length = 0;
  s.rung.length = 0;
  // the same URL is nothing new
  assert.notEqual((await change(s.receiver.url)).json().failing_since, null);
  await s.send(id);
  assert.deepEqual([s.receiver.got.length, s.rung], [0, []]);
  const second = s.receiver.url.replace('/hook', '/second');
  assert.equal((await change(second)).json().failing_since, null);
  assert.deepEqual(s.rung, [id]);
  await s.send(id);
  assert.deepEqual(
    s.receiver.got.splice(0).map((got) => got.path),
    ['/second'],
  );
  // under way when the URL changes
  for (const status of [429, 410]) {
    await test();
    const [due] = await s.store.dueWebhookDeliveries(id, 1);
    const claim = (await s.store.claimWebhookDelivery(due!, 'worker-a', 60_000))!;
    assert.equal((await change(`${second}/${status}`)).statusCode, 200);
    const attempt = { at: s.now().toISOString(), status, error: null, duration_ms: 1 };
    const then = afterAttempt(claim, { status, retry_after: '86400', duration_ms: 1 }, s.now(), 0);
    assert.ok(await s.store.recordWebhookAttempt(claim, attempt, then, 'worker-a'));
    const { state, failing_since } = (await call(s.app, 'GET', path)).json();
    assert.deepEqual([state, failing_since], ['enabled', null]);
    // what the old one did not take goes there too
    await test();
    await s.send(id);
    assert.deepEqual(
      s.receiver.got.splice(0).map((got) => got.path),
      [`/second/${status}`, `/second/${status}`],
    );
  }
  await drop(id);
});

test('410 disables an endpoint, five days of failures do too, the ledger says so, and enabling begins anew', async () => {
  const { id } = await s.endpoint();
  const path = `/v1/webhook-endpoints/${id}`;
  const read = async () => (await call(s.app, 'GET', path)).json();
  await post(`${path}/test`);
  s.receiver.answers.push(410);
  await s.send(id);
  const gone = await read();
  assert.deepEqual(
    [gone.state, gone.disabled_reason, (await s.deliveries(id))[0]!.state],
    [...['disabled', 'gone', 'failed']],
  );
  assert.deepEqual(
    [(await post(`${path}/test`)).json().code, (await s.deliveries(id)).length],
    ['endpoint-disabled', 1],
  );
  await s.request();
  assert.equal((await s.deliveries(id)).length, 1);
  assert.equal((await post(`${path}/enable`)).json().state, 'enabled');
  await post(`${path}/test`);
  s.receiver.answers.push(...Array(20).fill(503));
  let attempts = 0;
  for (; (await read()).state === 'enabled' && attempts < 20; attempts++) {
    await s.send(id);
    s.forward(24 * 3_600_000);
    await post(`${path}/test`);
  }
  s.receiver.answers.length = 0;
  const failing = await read();
  assert.equal(failing.disabled_reason, 'failing');
  assert.ok(Date.parse(failing.updated_at) - Date.parse(failing.failing_since) >= 5 * 86_400_000);
  const entries = (await s.store.readLedger({ limit: 1000 })).filter(
    (entry) => entry.type === 'webhook-endpoint.disabled' && entry.data.webhook_endpoint_id === id,
  );
  assert.deepEqual(
    entries.map(({ actor, data }) => [actor, data.reason]),
    [
      ['worker-a', 'gone'],
      ['worker-a', 'failing'],
    ],
  );
  s.receiver.got.length = 0;
  await s.send(id);
  assert.equal(s.receiver.got.length, 0);
  const enabled = (await post(`${path}/enable`)).json();
  assert.deepEqual([enabled.disabled_reason, enabled.failing_since], [null, null]);
  // what had waited goes out
  await s.send(id);
  assert.ok(s.receiver.got.splice(0).length > 0);
  await drop(id);
});

/** An endpoint that has been failing for more than five days, and was last tried a day ago; what failed waits. */
async function failing(): Promise<WebhookEndpoint> {
  const { id } = await s.endpoint();
  s.receiver.answers.push(...Array(20).fill(500));
  for (let day = 0; day < 5; day++) {
    await post(`/v1/webhook-endpoints/${id}/test`);
    await s.send(id);
    s.forward((day === 4 ? 25 : 24) * HOUR);
  }
  s.receiver.answers.length = 0;
  s.receiver.got.length = 0;
  return (await call(s.app, 'GET', `/v1/webhook-endpoints/${id}`)).json();
}

test('what failed weeks ago does not count against the next message: it has the whole schedule before it', async () => {
  const { id } = await s.endpoint();
  const path = `/v1/webhook-endpoints/${id}`;
  const read = async () => (await call(s.app, 'GET', path)).json();
  await post(`${path}/test`);
  s.receiver.answers.push(...Array(12).fill(500));
  const began = s.now().toISOString();
  for (let attempt = 1; attempt <= 10; attempt++) {
    await s.send(id);
    const [delivery] = await s.deliveries(id);
    assert.equal(delivery!.attempts.length, attempt);
    s.forward(delivery!.next_attempt_at === null ? 0 : Date.parse(delivery!.next_attempt_at) - s.now().getTime());
  }
  assert.deepEqual([(await s.deliveries(id))[0]!.state, (await read()).failing_since], ['failed', began]);
  s.forward(14 * 24 * HOUR);
  // two at once: the second to end finds that the first has begun anew
  await post(`${path}/test`);
  await post(`${path}/test`);
  await s.send(id);
  const { state, failing_since } = await read();
  assert.deepEqual([state, failing_since], ['enabled', s.now().toISOString()]);
  assert.deepEqual(
    (await s.deliveries(id)).map((one) => one.state),
    ['pending', 'pending', 'failed'],
  );
  await drop(id);
});

test('a receiver that took a neighbouring message is not disabled for one that it did not take', async () => {
  const { id, failing_since } = await failing();
  assert.ok(s.now().getTime() - Date.parse(failing_since!) > 5 * 24 * HOUR);
  await post(`/v1/webhook-endpoints/${id}/test`);
  await post(`/v1/webhook-endpoints/${id}/test`);
  const [one, other] = await s.store.dueWebhookDeliveries(id, 2);
  const claims = [];
  for (const due of [one, other]) claims.push((await s.store.claimWebhookDelivery(due!, 'worker-a', 60_000))!);
  const [refused, taken] = claims as [WebhookClaim, WebhookClaim];
  const record = async (claim: WebhookClaim, status: number) => {
    const outcome = { status, retry_after: null, duration_ms: 1 };
    const then = afterAttempt(claim, outcome, s.now(), 0);
    const attempt = { at: s.now().toISOString(), status, error: null, duration_ms: 1 };
    assert.ok(await s.store.recordWebhookAttempt(claim, attempt, then, 'worker-a'));
    return then;
  };
  await record(taken, 204);
  s.forward(1000);
  const then = await record(refused, 500);
  assert.ok(then.state === 'waiting' && then.disable === 'failing', 'by what it knew');
  const { state, failing_since: anew } = (await call(s.app, 'GET', `/v1/webhook-endpoints/${id}`)).json();
  assert.deepEqual([state, anew], ['enabled', s.now().toISOString()]);
  await drop(id);
});

test('what is told is written in the transaction of what it tells of: both are there, or neither', async () => {
  const { id } = await s.endpoint();
  const sql = async (text: string) => {
    const client = new pg.Client({ connectionString: s.deps.config.databaseUrl! });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  const ask = () => post('/v1/deletion-requests', { subject: someone, external_id: 'both-or-neither' });
  const someone = { identifiers: [{ type: 'email', value: 'both-or-neither@example.org' }] };
  await sql('alter table webhook_deliveries add constraint refused check (false) not valid');
  const before = (await s.store.readLedger({ limit: 1000 })).length;
  assert.equal((await ask()).statusCode, 500);
  const list = '/v1/deletion-requests?external_id=both-or-neither';
  assert.deepEqual((await call(s.app, 'GET', list)).json().items, []);
  assert.equal((await s.store.readLedger({ limit: 1000 })).length, before);
  await sql('alter table webhook_deliveries drop constraint refused');
  assert.equal((await ask()).statusCode, 202);
  assert.deepEqual([(await call(s.app, 'GET', list)).json().items.length, (await s.deliveries(id)).length], [1, 2]);
  await drop(id);
});

test('a lost ring is healed, and nobody sends the same attempt beside another', async () => {
  const { id } = await s.endpoint();
  await s.request();
  assert.deepEqual(await s.store.webhookEndpointsToRing(), [id]);
  await Promise.all([s.send(id), s.send(id), s.send(id)]);
  assert.equal(s.receiver.got.splice(0).length, 2);
  assert.deepEqual(await s.store.webhookEndpointsToRing(), []);
  // a worker that is shut down gives back what it has
  await post(`/v1/webhook-endpoints/${id}/test`);
  s.receiver.answers.push('wait');
  const stop = new AbortController();
  const sending = s.send(id, stop.signal);
  while (s.receiver.got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await s.deliveries(id))[0]!.state, 'sending');
  stop.abort();
  await sending;
  const [back] = await s.deliveries(id);
  assert.deepEqual([back!.state, back!.attempts.length], ['pending', 0]);
  await drop(id);
});
