// Each row of OpenDSR 2.0 that a processor has to honour.
import assert from 'node:assert/strict';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { after, before, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import pg from 'pg';
import { v4 as uuid } from 'uuid';
import { buildApp } from '../../src/app.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { DOMAIN, OPENDSR } from './opendsr-fixture.ts';
import { call, corpusWith, line } from './service.ts';
import { openWebhookService, type WebhookService } from './webhook-service.ts';

const { publicKey } = new X509Certificate(readFileSync(OPENDSR.OPENDSR_CERTIFICATE_FILE));
const closers: (() => unknown)[] = [];
let s: WebhookService;
let modelId: string;
before(async () => {
  const closing = { after: (close: unknown) => void closers.push(close as () => unknown) };
  s = await openWebhookService(closing, OPENDSR);
  const people = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus'];
  const corpus_id = await corpusWith(
    s.app,
    'train',
    people.map((name) => line(`r-${name}`, `${name}@example.org`)),
  );
  const path = await writeTinyCheckpoint(s.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  modelId = (await call(s.app, 'POST', '/v1/models', body)).json().id;
});
after(async () => {
  for (const close of closers) await close();
});

const signed = (headers: OutgoingHttpHeaders, body: string, name = 'x-opendsr') => {
  assert.equal(headers[`${name}-processor-domain`], DOMAIN);
  const signature = Buffer.from(String(headers[`${name}-signature`]), 'base64');
  assert.ok(verify('sha256', Buffer.from(body), publicKey, signature), 'the signature is over the body as it is');
};
/** Calls, and checks what every answer has to have. */
async function dsr(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<LightMyRequestResponse> {
  const answer = await call(s.app, method, `/v2${path}`, body);
  signed(answer.headers, answer.body);
  assert.equal(answer.headers['cache-control'], 'no-store');
  return answer;
}
const email = (value: string, identity_format = 'raw') => ({
  ...{ identity_type: 'email', identity_value: value, identity_format },
});
const wish = (subject_identities: object, more: object = {}) => ({
  ...{ regulation: 'gdpr', subject_request_id: uuid(), subject_request_type: 'erasure', api_version: '2.0' },
  ...{ submitted_time: '2026-11-01T15:00:00Z', subject_identities, ...more },
});
const errorOf = (answer: LightMyRequestResponse) =>
  answer.json().error as { code: number; errors: { reason: string }[] };
const nobody = () => [email(`${uuid()}@example.org`)];

test('discovery says what is spoken, to everybody, and where the certificate is', async () => {
  const { api_version, supported_identities, ...rest } = (await dsr('GET', '/discovery')).json();
  assert.equal(api_version, '2.0');
  assert.equal(supported_identities.length, 22);
  assert.ok(supported_identities.some((one: object) => JSON.stringify(one).includes('"email"')));
  assert.deepEqual(rest, {
    supported_subject_request_types: ['erasure'],
    processor_certificate: `https://${DOMAIN}/v2/certificate.pem`,
  });
  const certificate = await call(s.app, 'GET', '/v2/certificate.pem');
  assert.ok(new X509Certificate(certificate.body).publicKey.equals(publicKey));
});

test('create is 201 with a signed receipt; the request is one as any other, due a month after the person asked', async () => {
  const body = wish([email('ada@example.org'), { ...email('a-1'), identity_type: 'controller_customer_id' }]);
  const answer = await dsr('POST', '/requests', body);
  assert.equal(answer.statusCode, 201, answer.body);
  const { encoded_request, received_time, ...receipt } = answer.json();
  assert.deepEqual(receipt, {
    controller_id: 'default',
    expected_completion_time: '2026-12-01T15:00:00.000Z',
    subject_request_id: body.subject_request_id,
  });
  assert.equal(Buffer.from(encoded_request, 'base64').toString(), JSON.stringify(body));
  assert.equal(received_time, s.now().toISOString());
  const status = (await dsr('GET', `/requests/${body.subject_request_id}`)).json();
  const { extensions, ...rest } = status;
  assert.deepEqual(rest, { ...receipt, request_status: 'pending', api_version: '2.0' });
  const { deletion_request_id, state, targets } = extensions[DOMAIN];
  assert.deepEqual([state, targets], ['queued', [{ model: 'tiny', state: 'queued' }]]);
  const inner = (await call(s.app, 'GET', `/v1/deletion-requests/${deletion_request_id}`)).json();
  assert.deepEqual(
    [inner.external_id, inner.identifier_types, inner.submitted_at],
    [body.subject_request_id, ['controller_customer_id', 'email'], '2026-11-01T15:00:00.000Z'],
  );

  const same = await dsr('POST', '/requests', wish([email('ada@example.org')]));
  assert.deepEqual([same.statusCode, errorOf(same).errors[0]!.reason], [409, 'already-open']);
  const again = await dsr('POST', '/requests', { ...wish(nobody()), subject_request_id: body.subject_request_id });
  assert.deepEqual([again.statusCode, errorOf(again).errors[0]!.reason], [400, 'external-id-taken']);

  assert.equal((await call(s.app, 'PUT', `/v2/requests/${body.subject_request_id}`, body)).statusCode, 405);
  const cancelled = await dsr('DELETE', `/requests/${body.subject_request_id}`);
  assert.equal(cancelled.statusCode, 202);
  assert.deepEqual(cancelled.json(), {
    ...{ controller_id: 'default', subject_request_id: body.subject_request_id },
    ...{ received_time: s.now().toISOString(), api_version: '2.0' },
  });
  assert.equal((await dsr('GET', `/requests/${body.subject_request_id}`)).json().request_status, 'cancelled');
  const late = await dsr('DELETE', `/requests/${body.subject_request_id}`);
  assert.deepEqual([late.statusCode, errorOf(late).errors[0]!.reason], [400, 'not-cancellable']);
  for (const method of ['GET', 'DELETE'] as const)
    assert.equal((await dsr(method, `/requests/${uuid()}`)).statusCode, 404);
});

test('raw, hashed, as a list and as a map: it is the same person', async () => {
  const sha256 = createHash('sha256').update('bob@example.org').digest('hex');
  for (const identities of [
    [email('Bob@Example.org ')],
    [email(sha256, 'sha256')],
    [email(sha256.toUpperCase(), 'sha256')],
    { email: { value: 'bob@example.org' } },
    { email: { value: 'bob@example.org', encoding: 'raw' }, android_id: { value: 'x-1' } },
    { email: { value: sha256, encoding: 'sha256' } },
  ]) {
    const body = wish(identities, { skip_waiting_period: true, extensions: { 'example.org': { any: 1 } } });
    assert.equal((await dsr('POST', '/requests', body)).statusCode, 201);
    const { extensions } = (await dsr('GET', `/requests/${body.subject_request_id}`)).json();
    assert.equal(extensions[DOMAIN].targets.length, 1, JSON.stringify(identities));
    await dsr('DELETE', `/requests/${body.subject_request_id}`);
  }
});

test('what cannot be done is a 400 in the form of OpenDSR, which repeats nothing of the person', async () => {
  const secret = 'cyd@example.org';
  const who = [email(secret)];
  const { regulation: _, ...unregulated } = wish(who);
  const refused: Record<string, [body: object, says: RegExp]> = {
    access: [wish(who, { subject_request_type: 'access' }), /asks for access, which is not done here/],
    portability: [wish(who, { subject_request_type: 'portability' }), /asks for portability/],
    'no regulation': [unregulated, /regulation is required/],
    'another law': [wish(who, { regulation: 'lgpd' }), /gdpr, ccpa/],
    'upper case': [wish(who, { subject_request_id: uuid().toUpperCase() }), /subject_request_id/],
    'version 7': [wish(who, { subject_request_id: '019ac000-0000-7000-8000-000000000001' }), /subject_request_id/],
    'no time': [wish(who, { submitted_time: 'yesterday' }), /submitted_time/],
    'the future': [wish(who, { submitted_time: '2099-01-01T00:00:00Z' }), /submitted_time/],
    'md5 of it': [wish([email('0'.repeat(32), 'md5')]), /subject_identities\/0 has a format that is not supported/],
    'sha1 in a map': [wish({ email: { value: '0'.repeat(40), encoding: 'sha1' } }), /subject_identities\/0/],
    'no hash': [wish([email(secret, 'sha256')]), /is no SHA-256/],
    nobody: [wish([]), /subject_identities/],
    'nobody in a map': [wish({}), /subject_identities/],
    'an address for a type': [wish({ [secret]: { value: 'x' } } as never), /subject_identities/],
    'a number in a map': [wish({ email: { value: 7 } } as never), /subject_identities/],
    'nothing in a map': [wish({ email: null } as never), /subject_identities/],
    'nothing to compare': [wish([email(' ')]), /subject_identities\/0 holds nothing to compare/],
    'another version': [wish(who, { api_version: '3.0' }), /2\.0 is/],
    'a private address': [
      wish(who, { status_callback_urls: ['https://10.0.0.1/'] }),
      /status_callback_urls\/0 names an/,
    ],
    'no TLS': [wish(who, { status_callback_urls: ['http://example.org/'] }), /status_callback_urls\/0 must be https/],
    'no URL': [
      wish(who, { status_callback_urls: ['https://example.org/\u0000'] }),
      /status_callback_urls\/0 must match/,
    ],
  };
  for (const [name, [body, says]] of Object.entries(refused)) {
    const answer = await dsr('POST', '/requests', body);
    assert.equal(answer.statusCode, 400, `${name}: ${answer.body}`);
    const { error } = answer.json();
    assert.deepEqual([error.code, Object.keys(error)], [400, ['code', 'message', 'errors']]);
    assert.deepEqual(Object.keys(error.errors[0]), ['domain', 'reason', 'message'], name);
    assert.match(JSON.stringify(error), says, name);
    assert.ok(!answer.body.includes(secret) && !answer.body.includes('#/subject/'), name);
  }
  const broken = await s.app.inject({
    ...{ method: 'POST', url: '/v2/requests', headers: { 'content-type': 'application/json' }, payload: '{"a"' },
  });
  assert.equal(broken.statusCode, 400);
  signed(broken.headers, broken.body);
});

test('every change of status, and no other, calls every URL back, signed, until it is taken', async () => {
  const urls = ['/one', '/two'].map((path) => s.receiver.url.replace('/hook', path));
  const body = wish([email('dan@example.org')], { status_callback_urls: urls });
  assert.equal((await dsr('POST', '/requests', body)).statusCode, 201);
  const id = (await dsr('GET', `/requests/${body.subject_request_id}`)).json().extensions[DOMAIN].deletion_request_id;
  s.receiver.got.length = 0;
  const send = async () => {
    for (const endpoint of await s.store.webhookEndpointsToRing()) await s.send(endpoint);
    return s.receiver.got.splice(0).map(({ path, headers, body }) => {
      signed(headers, body);
      return { path, body: JSON.parse(body) };
    });
  };
  // held and released: still pending
  await call(s.app, 'POST', `/v1/deletion-requests/${id}/hold`, { reason: 'wait' });
  await call(s.app, 'POST', `/v1/deletion-requests/${id}/release`);
  assert.deepEqual(await send(), []);
  const claim = await s.store.claim(modelId, 'worker-a', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(claim.status === 'claimed');
  await s.store.moveRun(claim.claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  // receivers may answer 403, 401 or 400 to what they do not believe: it is sent again
  s.receiver.answers.push(403);
  const first = await send();
  assert.deepEqual(first.map(({ path }) => path).toSorted(), ['/one', '/two']);
  for (const { path, body: told } of first)
    assert.deepEqual(told, {
      ...{ controller_id: 'default', expected_completion_time: '2026-12-01T15:00:00.000Z' },
      ...{ subject_request_id: body.subject_request_id, request_status: 'in_progress', api_version: '2.0' },
      status_callback_url: s.receiver.url.replace('/hook', path),
    });
  const monitored = (await dsr('GET', `/requests/${body.subject_request_id}`)).json().extensions[DOMAIN].callbacks;
  assert.deepEqual(monitored.filter((one: { failing_since: unknown }) => one.failing_since !== null).length, 1);
  s.forward(6000);
  assert.deepEqual(
    (await send()).map(({ body: told }) => told),
    first.slice(0, 1).map(({ body: told }) => told),
  );
  const refused = await dsr('DELETE', `/requests/${body.subject_request_id}`);
  assert.equal(refused.statusCode, 400);
  // a run that did not pass: it goes on being in progress
  await s.store.moveRun(claim.claim, 'needs_review', {}, 'worker-a');
  assert.deepEqual(await send(), []);
  const failed = (await dsr('GET', `/requests/${body.subject_request_id}`)).json();
  assert.deepEqual([failed.request_status, failed.extensions[DOMAIN].state], ['in_progress', 'needs_review']);
  // no client of webhooks sees a callback among its endpoints
  assert.deepEqual((await call(s.app, 'GET', '/v1/webhook-endpoints')).json().items, []);
});

test('what is sent again late says how it stands by then, and one at a time', async () => {
  const body = wish([email('gus@example.org')], { status_callback_urls: [s.receiver.url] });
  await dsr('POST', '/requests', body);
  const { extensions } = (await dsr('GET', `/requests/${body.subject_request_id}`)).json();
  const at = `/v1/deletion-requests/${extensions[DOMAIN].deletion_request_id}`;
  const ring = async () => {
    for (const endpoint of await s.store.webhookEndpointsToRing()) await s.send(endpoint);
    return s.receiver.got.splice(0).map((got) => JSON.parse(got.body).request_status);
  };
  const claim = await s.store.claim(modelId, 'worker-a', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(claim.status === 'claimed');
  await s.store.moveRun(claim.claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  s.receiver.answers.push(500);
  assert.deepEqual(await ring(), ['in_progress']);
  await s.store.moveRun(claim.claim, 'needs_review', {}, 'worker-a');
  for (const verb of ['retry', 'cancel'])
    assert.equal((await call(s.app, 'POST', `${at}/${verb}`, {})).statusCode, 200, verb);
  assert.deepEqual(await ring(), ['cancelled', 'cancelled'], 'pending is not true any more');
  s.forward(6000);
  assert.deepEqual(await ring(), ['cancelled'], 'the one that was refused');
});

test('a request that a model has begun with is not cancelled by half', async () => {
  const other = await corpusWith(s.app, 'other', [line('r-hal', 'hal@example.org'), line('r-ivy', 'ivy@example.org')]);
  const more = await corpusWith(s.app, 'more', [line('r-hal', 'hal@example.org'), line('r-ivy', 'ivy@example.org')]);
  const models = [];
  for (const [name, corpus_id] of Object.entries({ other, more })) {
    const body = { name, path: 'tiny', corpora: [{ corpus_id, role: 'train' }] };
    models.push((await call(s.app, 'POST', '/v1/models', body)).json().id);
  }
  const both = wish([email('ivy@example.org')]);
  await dsr('POST', '/requests', both);
  assert.equal((await dsr('DELETE', `/requests/${both.subject_request_id}`)).statusCode, 202);
  const body = wish([email('hal@example.org')]);
  await dsr('POST', '/requests', body);
  const shown = async () => {
    const { request_status, extensions } = (await dsr('GET', `/requests/${body.subject_request_id}`)).json();
    const { deletion_request_id: id, targets } = extensions[DOMAIN];
    return { id, status: request_status, targets: targets.map((one: { state: string }) => one.state).sort() };
  };
  const claim = await s.store.claim(models[0], 'worker-a', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(claim.status === 'claimed');
  // claimed, though it says queued; begun; ended
  for (const state of ['queued', 'unlearning', 'needs_review'] as const) {
    if (state === 'unlearning') await s.store.moveRun(claim.claim, state, { targets: state }, 'worker-a');
    if (state === 'needs_review') await s.store.moveRun(claim.claim, state, {}, 'worker-a');
    const refused = await dsr('DELETE', `/requests/${body.subject_request_id}`);
    assert.deepEqual([refused.statusCode, errorOf(refused).errors[0]?.reason], [400, 'not-cancellable'], state);
    assert.deepEqual((await shown()).targets, [state, 'queued'].sort(), 'nothing of it moved');
  }
  // who cancels by our own call is told what became of each model
  const { id } = await shown();
  assert.equal((await call(s.app, 'POST', `/v1/deletion-requests/${id}/cancel`, {})).statusCode, 200);
  assert.deepEqual((await shown()).targets, ['cancelled', 'needs_review']);
  // that one was cancelled before is no hindrance
  await call(s.app, 'POST', `/v1/deletion-requests/${id}/retry`, {});
  assert.equal((await dsr('DELETE', `/requests/${body.subject_request_id}`)).statusCode, 202);
  assert.equal((await shown()).status, 'cancelled');
});

test('nothing found is completed with a count of 0, and a refusal is cancelled with its code', async () => {
  const none = wish(nobody(), { status_callback_urls: [s.receiver.url] });
  await dsr('POST', '/requests', none);
  const { request_status, results_count } = (await dsr('GET', `/requests/${none.subject_request_id}`)).json();
  assert.deepEqual([request_status, results_count], ['completed', 0]);
  for (const endpoint of await s.store.webhookEndpointsToRing()) await s.send(endpoint);
  const told = s.receiver.got.splice(0).map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    told.map((one) => [one.request_status, one.results_count]),
    [['completed', 0]],
  );
  const body = wish([email('eve@example.org')]);
  await dsr('POST', '/requests', body);
  const { extensions } = (await dsr('GET', `/requests/${body.subject_request_id}`)).json();
  const deny = `/v1/deletion-requests/${extensions[DOMAIN].deletion_request_id}/deny`;
  assert.equal((await call(s.app, 'POST', deny, { code: 'legal_claims', reason: 'kept by law' })).statusCode, 200);
  const denied = (await dsr('GET', `/requests/${body.subject_request_id}`)).json();
  assert.deepEqual([denied.request_status, denied.extensions[DOMAIN].denial_code], ['cancelled', 'legal_claims']);
});

test('who still speaks OpenGDPR is answered in its words', async () => {
  const body = wish([email('fay@example.org')]);
  const made = await dsr('POST', '/opengdpr_requests', body);
  assert.equal(made.statusCode, 201);
  signed(made.headers, made.body, 'x-opengdpr');
  assert.equal((await dsr('GET', `/opengdpr_requests/${body.subject_request_id}`)).json().request_status, 'pending');
  assert.equal((await dsr('DELETE', `/opengdpr_requests/${body.subject_request_id}`)).statusCode, 202);
});

test('what names the person is answered and kept nowhere', async () => {
  const client = new pg.Client({ connectionString: s.deps.config.databaseUrl! });
  await client.connect();
  const { rows: tables } = await client.query(
    `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const held = [s.logs.join('\n')];
  for (const { table_name } of tables)
    held.push(JSON.stringify((await client.query(`select * from ${table_name}`)).rows));
  await client.end();
  const all = held.join('\n').toLowerCase();
  assert.ok(all.includes(modelId));
  for (const name of ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'])
    for (const text of [`${name}@example.org`, Buffer.from(`"${name}@example.org`).toString('base64').slice(4, 20)])
      assert.ok(!all.includes(text.toLowerCase()), text);
});

test('without a certificate it is off, and says so', async (t) => {
  const app = await buildApp({ ...s.deps, opendsr: null });
  t.after(() => app.close());
  for (const path of ['/v2/discovery', `/v2/requests/${uuid()}`]) {
    const answer = await call(app, 'GET', path);
    assert.deepEqual([answer.statusCode, answer.json().error.errors[0].reason], [403, 'opendsr-disabled']);
  }
});
