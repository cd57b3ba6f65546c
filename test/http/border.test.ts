import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { buildApp } from '../../src/app.ts';
import { PROBLEMS } from '../../src/errors.ts';
import { createStore } from '../../src/store/store.ts';
import { call, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
});
after(async () => {
  for (const close of closers) await close();
});

const ABSENT = '0198a000-0000-7000-8000-000000000001';

function assertProblem(answer: Awaited<ReturnType<typeof call>>, status: number, code: string): void {
  assert.equal(answer.statusCode, status, answer.body);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  const problem = answer.json();
  assert.equal(problem.status, status);
  assert.equal(problem.code, code);
  assert.equal(problem.type, `/problems/${code}`);
  assert.equal(problem.instance, `urn:uuid:${answer.headers['x-request-id']}`);
  for (const member of ['title', 'detail', 'remedy']) assert.ok(problem[member].length > 0);
}

test('an invalid body or query of every route is a problem that points at the field', async () => {
  const { app } = service;
  const cases: ['GET' | 'POST', string, object | undefined, string][] = [
    ['POST', '/v1/corpora', { name: 'Upper Case' }, '#/name'],
    ['POST', '/v1/models', { name: 'm', path: '', corpora: [] }, '#/path'],
    ['POST', `/v1/models/${ABSENT}/completions`, { prompts: [] }, '#/prompts'],
    ['POST', '/v1/deletion-requests', {}, '#/subject'],
    ['GET', '/v1/models?limit=0', undefined, '#/limit'],
    ['GET', '/v1/runs?model_id=x', undefined, '#/model_id'],
    ['GET', '/v1/certificates?request_id=x', undefined, '#/request_id'],
    ['GET', '/v1/deletion-requests?state=asleep', undefined, '#/state'],
    ['GET', '/v1/corpora?order=up', undefined, '#'],
  ];
  for (const [method, url, body, pointer] of cases) {
    const answer = await call(app, method, url, body);
    assertProblem(answer, 400, 'validation-failed');
    assert.equal(answer.json().errors[0].pointer, pointer, answer.body);
  }
  assertProblem(await call(app, 'POST', '/v1/corpora'), 400, 'validation-failed');
});

test('what does not exist is 404, what exists but not like this is 405', async () => {
  const { app } = service;
  for (const noun of ['corpora', 'models', 'deletion-requests', 'runs', 'certificates']) {
    assertProblem(await call(app, 'GET', `/v1/${noun}/${ABSENT}`), 404, 'not-found');
    assertProblem(await call(app, 'GET', `/v1/${noun}/mirela@example.org`), 404, 'not-found');
  }
  for (const part of [`models/${ABSENT}/checkpoints`, `runs/${ABSENT}/curves`, `runs/${ABSENT}/verification`]) {
    assertProblem(await call(app, 'GET', `/v1/${part}`), 404, 'not-found');
  }
  assertProblem(await call(app, 'GET', '/v1/nothing?x=1'), 404, 'not-found');
  assertProblem(await call(app, 'GET', '/v1/%ff'), 404, 'not-found');
  const wrong = await call(app, 'DELETE', `/v1/runs/${ABSENT}`);
  assertProblem(wrong, 405, 'method-not-allowed');
  assert.equal(wrong.headers.allow, 'GET, HEAD');
  assertProblem(await call(app, 'QUERY' as never, '/v1/models'), 405, 'method-not-allowed');
  // nor is there anything where the method that was used is the one to be used elsewhere
  for (const path of ['suppressions:chek', 'deletion-requests:bulk', 'deletion-requests/']) {
    const answer = await call(app, 'POST', `/v1/${path}`, {});
    assertProblem(answer, 404, 'not-found');
    assert.equal(answer.headers.allow, undefined, path);
  }
  const read = await call(app, 'GET', '/v1/suppressions:check');
  assertProblem(read, 405, 'method-not-allowed');
  assert.equal(read.headers.allow, 'POST');
});

test('half a surrogate pair is refused where it stands, with an Idempotency-Key as without', async () => {
  const { app } = service;
  const subject = (value: string) => ({ subject: { identifiers: [{ type: 'name', value }] } });
  const endpoint = { url: 'https://example.org/', events: ['*'] };
  const cases: [string, object, string][] = [
    ['deletion-requests', subject('x\ud800'), '#/subject/identifiers/0/value'],
    ['deletion-requests', subject('x\udc01\ud83d'), '#/subject/identifiers/0/value'],
    ['deletion-requests', { ...subject('x'), 'mirela\ud800': 1 }, '#'],
    ['deletion-requests', { 'mirela@example.org': { subject: '\ud800' } }, '#'],
    ['webhook-endpoints', { ...endpoint, recipient: '\ud800' }, '#/recipient'],
  ];
  for (const [path, payload, pointer] of cases)
    for (const key of [{}, { 'idempotency-key': 'a' }]) {
      const answer = await app.inject({ method: 'POST', url: `/v1/${path}`, headers: key, payload });
      assertProblem(answer, 400, 'validation-failed');
      assert.equal(answer.json().errors[0].pointer, pointer, answer.body);
      assert.match(answer.json().errors[0].detail, /send whole characters/);
    }
  // a whole pair may be written as escapes, and a backslash is no escape
  for (const value of [String.raw`"\ud83d\ude00"`, String.raw`"\\ud800"`]) {
    const payload = JSON.stringify(subject('@')).replace('"@"', value);
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/v1/deletion-requests', headers, payload });
    assert.equal(answer.statusCode, 202, answer.body);
  }
  const deep = `${'['.repeat(200_000)}"\\ud800"${']'.repeat(200_000)}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/v1/corpora', headers, payload: deep });
  assertProblem(answer, 400, 'validation-failed');
});

test('bodies that cannot be read are refused by kind', async () => {
  const { app } = service;
  const send = (type: string, payload: string) =>
    app.inject({ method: 'POST', url: '/v1/corpora', headers: { 'content-type': type }, payload });
  assertProblem(await send('application/json', '{"name": "mirela'), 400, 'malformed-json');
  assertProblem(await send('application/json', ''), 400, 'malformed-json');
  assertProblem(await send('application/json', '{"__proto__": {}, "name": "x"}'), 400, 'malformed-json');
  assertProblem(await send('text/csv', 'a,b'), 415, 'unsupported-media-type');
  assertProblem(await send('application/x-ndjson', '{}'), 415, 'unsupported-media-type');
  assertProblem(await send('text/plain', '{"name": "plain"}'), 415, 'unsupported-media-type');
  assertProblem(await send('application/json', `{"name":"${'x'.repeat(5_000_000)}"}`), 413, 'body-too-large');
});

test('a body that is not UTF-8 is refused: a replaced letter would make it another person’s', async () => {
  const payload = Buffer.from('{"subject":{"identifiers":[{"type":"name","value":"Andr\u00e9"}]}}', 'latin1');
  const headers = { 'content-type': 'application/json' };
  const answer = await service.app.inject({ method: 'POST', url: '/v1/deletion-requests', headers, payload });
  assertProblem(answer, 400, 'malformed-json');
  assert.match(answer.json().detail, /UTF-8/);
});

test('a Host that names no host is refused before anything is done', async () => {
  const { app } = service;
  const payload = { name: 'hostless' };
  for (const host of ['%%%', 'a b<>', 'x:99999']) {
    assertProblem(
      await app.inject({ method: 'POST', url: '/v1/corpora', headers: { host }, payload }),
      400,
      'validation-failed',
    );
  }
  assert.equal((await call(app, 'POST', '/v1/corpora', payload)).statusCode, 201, 'nothing had been created');
});

test('bytes that are not HTTP get a problem on the bare socket', async () => {
  const base = new URL(await service.app.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(base.port), base.hostname);
  socket.end('HELLO mirela@example.org\r\n\r\n');
  const text = Buffer.concat(await Array.fromAsync<Buffer>(socket)).toString();
  assert.match(text, /^HTTP\/1\.1 400 /);
  assert.match(text, /application\/problem\+json/);
  assert.match(text, /"remedy":"Check/);
  assert.doesNotMatch(text, /mirela/);
});

test('a database that is away is 503 with Retry-After; liveness does not ask it', async (t) => {
  const dead = createStore({ url: 'postgres://nobody:x@127.0.0.1:1/none' });
  const app = await buildApp({ ...service.deps, store: dead });
  t.after(async () => {
    await app.close();
    await dead.close();
  });
  const answer = await call(app, 'GET', '/v1/models');
  assertProblem(answer, 503, 'service-unavailable');
  assert.ok(Number(answer.headers['retry-after']) > 0);
  assert.doesNotMatch(answer.body, /127\.0\.0\.1|ECONNREFUSED|nobody/);
  const ready = await call(app, 'GET', '/health/ready');
  assertProblem(ready, 503, 'service-unavailable');
  assert.deepEqual(ready.json().parts, { database: 'down', migrations: 'down', queue: 'up', disk: 'up' });
  assert.equal(ready.json().reasons.database, 'does not answer');
  assert.equal((await call(app, 'GET', '/health/live')).statusCode, 200);
});

test('health, keys, catalogue, documents', async () => {
  const { app, deps } = service;
  assert.deepEqual((await call(app, 'GET', '/health/ready')).json().parts, {
    ...{ database: 'up', migrations: 'up', queue: 'up', disk: 'up' },
  });
  assert.deepEqual((await call(app, 'GET', '/.well-known/jwks.json')).json(), await deps.signer.jwks());
  const { items } = (await call(app, 'GET', '/v1/methods')).json();
  assert.deepEqual(
    items.map((item: { name: string }) => item.name),
    Object.keys(deps.methods),
  );
  const npo = items.find((item: { name: string }) => item.name === 'npo');
  assert.equal(npo.family, 'optimization-based');
  assert.ok(npo.params.properties.beta.default > 0);
  assert.match(npo.paper.arxiv, /^\d{4}\.\d{5}$/);
  const metrics = (await call(app, 'GET', '/v1/metrics')).json().items;
  assert.equal(metrics.length, deps.metrics?.length);
  assert.equal((await call(app, 'GET', '/openapi.json')).json().openapi, '3.1.0');
  const home = await call(app, 'GET', '/');
  assert.deepEqual([home.statusCode, home.headers.location], [302, '/docs']);
  assert.match((await call(app, 'GET', '/docs')).body, /swagger/i);
});

test('every kind of problem is explained where its type points', async () => {
  for (const code of Object.keys(PROBLEMS)) {
    const answer = await call(service.app, 'GET', `/problems/${code}`);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.json().code, code);
  }
  assertProblem(await call(service.app, 'GET', '/problems/toString'), 404, 'not-found');
});

test('nothing that a client sends about a person reaches the log', async () => {
  const { app, logs } = service;
  const email = 'mirela.tandor@example.org';
  const encoded = encodeURIComponent(email);
  logs.length = 0;
  const subject = { identifiers: [{ type: 'email', value: email }] };
  const headers = { authorization: `Bearer ${email}`, 'x-request-id': email };
  const url = `/v1/deletion-requests?external_id=${encoded}`;
  await app.inject({ method: 'POST', url, headers, payload: { subject } });
  await app.inject({ method: 'POST', url, headers, payload: { subject, ground: email, [email]: 1 } });
  for (const path of [`/v1/deletion-requests?state=${encoded}`, `/v1/runs/${encoded}`, `/${encoded}`, url]) {
    const answer = await app.inject({ url: path, headers });
    if (answer.statusCode >= 400) assert.doesNotMatch(answer.body, /mirela/);
  }
  const text = logs.join('');
  assert.doesNotMatch(text, /mirela/);
  assert.match(text, /"route":"\/v1\/deletion-requests"/);
  assert.match(text, /"req_id":"[0-9a-f-]{36}"/);
});
