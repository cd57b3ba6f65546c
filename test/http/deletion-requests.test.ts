import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { buildApp } from '../../src/app.ts';
import { createDoorbell } from '../../src/queue/doorbell.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let modelId: string;
before(async () => {
  const register = { after: (close: unknown) => void closers.push(close as () => unknown) };
  service = await openService(register);
  const people = Array.from({ length: 12 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(service.app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  modelId = (await call(service.app, 'POST', '/v1/models', body)).json().id;
});
after(async () => {
  for (const close of closers) await close();
});

const ABSENT = '0198a000-0000-7000-8000-000000000001';
const person = (i: number) => ({ identifiers: [{ type: 'email', value: `person${i}@example.org` }] });
const ask = (body: Record<string, unknown>) => call(service.app, 'POST', '/v1/deletion-requests', body);

test('a request is accepted, polled with an ETag, and told when asked for again', async () => {
  const { app } = service;
  const created = await ask({ subject: person(1), ground: 'consent_withdrawn', external_id: 'case-1' });
  assert.equal(created.statusCode, 202, created.body);
  const request = created.json();
  assert.equal(request.state, 'queued');
  assert.equal(request.targets[0].model_id, modelId);
  assert.deepEqual(request.identifier_types, ['email']);
  assert.doesNotMatch(created.body, /person1/);
  const location = String(created.headers.location);
  assert.equal(new URL(location).pathname, `/v1/deletion-requests/${request.id}`);
  assert.ok(Number(created.headers['retry-after']) > 0);

  const got = await call(app, 'GET', new URL(location).pathname);
  assert.equal(got.headers.etag, `"${request.version}"`);
  assert.ok(Number(got.headers['retry-after']) > 0);
  for (const tag of [got.headers.etag, `"x", W/${got.headers.etag}`, '*']) {
    const polled = await app.inject({ url: new URL(location).pathname, headers: { 'if-none-match': String(tag) } });
    assert.equal(polled.statusCode, 304);
    assert.equal(polled.body, '');
  }
  const same = await ask({ subject: person(1) });
  assert.equal(same.statusCode, 409);
  assert.equal(same.json().code, 'already-open');
  assert.equal(same.json().existing, `/v1/deletion-requests/${request.id}`);
  const taken = await ask({ subject: person(2), external_id: 'case-1' });
  assert.equal(taken.json().code, 'external-id-taken');
  assert.equal(taken.json().existing, `/v1/deletion-requests/${request.id}`);
  const listed = await call(app, 'GET', '/v1/deletion-requests?external_id=case-1&state=queued');
  assert.deepEqual(
    listed.json().items.map((item: { id: string }) => item.id),
    [request.id],
  );
  assert.equal((await call(app, 'GET', '/v1/deletion-requests?state=cancelled')).json().items.length, 0);
});

test('a person in no corpus ends at once, and raw and hashed forms of one person meet', async () => {
  const nobody = await ask({ subject: { identifiers: [{ type: 'email', value: 'nobody@example.org' }] } });
  assert.equal(nobody.statusCode, 202);
  assert.equal(nobody.json().state, 'completed_no_data');
  const { createHash } = await import('node:crypto');
  const sha256 = createHash('sha256').update('person3@example.org').digest('hex');
  assert.equal((await ask({ subject: { identifiers: [{ type: 'email', sha256 }] } })).json().state, 'queued');
  assert.equal((await ask({ subject: person(3) })).json().code, 'already-open');
});

test('twenty at once for one person: one is accepted', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask({ subject: person(4) })));
  const statuses = answers.map((answer) => answer.statusCode).sort();
  assert.deepEqual(statuses, [202, ...Array.from({ length: 19 }, () => 409)]);
});

test('waiting requests are cancelled, with If-Match when the client wants it', async () => {
  const { app } = service;
  const { id, version } = (await ask({ subject: person(5) })).json();
  const url = `/v1/deletion-requests/${id}/cancel`;
  const stale = await app.inject({ method: 'POST', url, headers: { 'if-match': `"${version + 7}"` } });
  assert.equal(stale.statusCode, 412);
  const done = await app.inject({ method: 'POST', url, headers: { 'if-match': `"${version}"` } });
  assert.equal(done.statusCode, 200, done.body);
  assert.equal(done.json().state, 'cancelled');
  const again = await app.inject({ method: 'POST', url });
  assert.equal(again.statusCode, 409);
  assert.equal(again.json().code, 'not-cancellable');
  assert.equal((await call(app, 'GET', `/v1/deletion-requests/${id}`)).headers['retry-after'], undefined);
  const missing = await app.inject({ method: 'POST', url: `/v1/deletion-requests/${ABSENT}/cancel` });
  assert.equal(missing.statusCode, 404);
});

test('a doorbell that fails costs nothing: the request is there, and waits', { timeout: 60_000 }, async (t) => {
  const { deps } = service;
  const dead = createDoorbell({ ...deps.config, redisUrl: 'redis://127.0.0.1:1' });
  const app = await buildApp({ ...deps, doorbell: dead });
  t.after(async () => {
    await app.close();
    await dead.close();
  });
  const created = await call(app, 'POST', '/v1/deletion-requests', { subject: person(6) });
  assert.equal(created.statusCode, 202);
  assert.equal(created.json().state, 'queued');
  assert.ok((await deps.store.modelsToRing()).includes(modelId));
  while (!service.logs.join('').includes('doorbell not rung')) await setTimeout(50);
  const ready = await call(app, 'GET', '/health/ready');
  assert.equal(ready.statusCode, 503);
  assert.deepEqual(ready.json().parts, { database: 'up', migrations: 'up', queue: 'down', disk: 'up' });
});

test('method parameters get their defaults; bad ones are pointed at', async () => {
  const good = await ask({ subject: person(7), method: { name: 'npo', params: { beta: 0.2 } } });
  assert.equal(good.statusCode, 202, good.body);
  const { params } = good.json().method;
  assert.equal(params.beta, 0.2);
  assert.ok(params.max_steps > 0);
  assert.deepEqual([params.trainable, params.lora_rank, params.lora_targets], [[], 0, []]);
  assert.ok((await ask({ subject: person(8), method: { name: 'npo' } })).json().method.params.beta > 0);
  const cases: [Record<string, unknown>, number, string, string][] = [
    [{ method: { name: 'npo', params: { beta: -1 } } }, 400, 'validation-failed', '#/method/params/beta'],
    [{ method: { name: 'npo', params: { lora_rank: -1 } } }, 400, 'validation-failed', '#/method/params/lora_rank'],
    [
      { method: { name: 'npo', params: { trainable: ['a b'] } } },
      400,
      'validation-failed',
      '#/method/params/trainable/0',
    ],
    [{ method: { name: 'npo', params: { beta: '1' } } }, 400, 'validation-failed', '#/method/params/beta'],
    [{ method: { name: 'npo', params: { gamma_ray: 1 } } }, 400, 'validation-failed', '#/method/params'],
    [
      { method: { name: 'npo', params: { trainable: ['no.such'] } } },
      400,
      'validation-failed',
      '#/method/params/trainable',
    ],
    [
      { method: { name: 'npo', params: { lora_rank: 2, lora_targets: ['q_proj'] } } },
      400,
      'validation-failed',
      '#/method/params/lora_targets',
    ],
    [{ method: { name: 'npo', params: { lora_rank: 99 } } }, 400, 'validation-failed', '#/method/params/lora_rank'],
    [{ method: { name: 'auto', params: { beta: 1 } } }, 400, 'validation-failed', '#/method/params'],
    [{ method: { name: 'rmu', params: { layer: 9 } } }, 400, 'validation-failed', '#/method/params/layer'],
    [{ method: { name: 'amnesiac' } }, 400, 'validation-failed', '#/method/name'],
    [{ method: { name: 'certified-removal' } }, 400, 'validation-failed', '#/method/name'],
    [{ method: { name: 'retrain' } }, 422, 'recipe-missing', '#/method/name'],
    [{ method: { name: 'exact' } }, 422, 'recipe-missing', '#/method/name'],
    [{ method: { name: 'exact', params: { name: 'npo' } } }, 400, 'validation-failed', '#/method/params'],
    [{ method: { name: 'exact', fallback: 'npo' } }, 400, 'validation-failed', '#/method'],
    [{ method: { name: 'prayer' } }, 400, 'validation-failed', '#/method/name'],
    [{ method: {} }, 400, 'validation-failed', '#/method/name'],
    [{ method: { name: 'retrain' }, targets: [modelId] }, 422, 'recipe-missing', '#/targets/0'],
    [{ targets: [ABSENT] }, 422, 'unknown-model', '#/targets/0'],
    [{ targets: ['tiny'] }, 400, 'validation-failed', '#/targets/0'],
    [{ targets: [] }, 400, 'validation-failed', '#/targets'],
    [{ subject: { identifiers: [] } }, 400, 'validation-failed', '#/subject/identifiers'],
    [{ subject: { identifiers: [{ type: 'email' }] } }, 400, 'validation-failed', '#/subject/identifiers/0'],
    [
      { subject: { identifiers: [{ type: 'email', value: ' ' }] } },
      400,
      'validation-failed',
      '#/subject/identifiers/0',
    ],
    [
      { subject: { identifiers: [{ type: 'email', value: 'not an address' }] } },
      400,
      'validation-failed',
      '#/subject/identifiers/0',
    ],
    [{ subject: { identifiers: [{ value: 'x' }] } }, 400, 'validation-failed', '#/subject/identifiers/0/type'],
    [{ ground: 'because' }, 400, 'validation-failed', '#/ground'],
    [{ external_id: 'has space' }, 400, 'validation-failed', '#/external_id'],
    [{ submitted_at: 'yesterday' }, 400, 'validation-failed', '#/submitted_at'],
    [{ submitted_at: '2999-01-01T00:00:00Z' }, 400, 'validation-failed', '#/submitted_at'],
    [{ submitted_at: '0000-01-01T00:00:00Z' }, 400, 'validation-failed', '#/submitted_at'],
    [{ submitted_at: '1969-12-31T23:59:59Z' }, 400, 'validation-failed', '#/submitted_at'],
    [{ person: 'x' }, 400, 'validation-failed', '#'],
  ];
  for (const [change, status, code, pointer] of cases) {
    const answer = await ask({ subject: person(9), ...change });
    assert.equal(answer.statusCode, status, `${JSON.stringify(change)} ${answer.body}`);
    assert.equal(answer.json().code, code);
    assert.equal(answer.json().errors[0].pointer, pointer);
  }
  const early = await ask({ subject: person(9), submitted_at: '2026-01-31T12:00:00+02:00' });
  assert.equal(early.json().submitted_at, '2026-01-31T10:00:00.000Z');
  assert.equal(early.json().due_at, '2026-02-28T10:00:00.000Z');
});

test('how long later runs may look again is days or a duration, within a year', async () => {
  const asked = async (reverify_for: unknown) => ask({ subject: person(50), reverify_for });
  for (const [given, kept] of [
    [0, 'P0D'],
    ['P4W', 'P28D'],
    ['PT90M', 'PT5400S'],
    [365, 'P365D'],
  ] as const)
    assert.equal((await asked(given)).json().reverify_for, kept);
  assert.equal((await ask({ subject: person(50) })).json().reverify_for, null);
  for (const [wrong, detail] of [
    ['P1Y', /neither a number of days nor a duration as P30D/],
    ['30', /neither/],
    ['P366D', /longer than 365 days/],
    [366, /<= 365/],
    [-1, />= 0/],
    [true, /must be/],
  ] as const) {
    const refused = await asked(wrong);
    assert.equal(refused.statusCode, 400, String(wrong));
    const [{ pointer, detail: said }] = refused.json().errors;
    assert.equal(pointer, '#/reverify_for');
    assert.match(said, detail);
  }
});

test('validate_only answers with the plan, as often as it is asked, and stores nothing', async () => {
  const { app, deps } = service;
  const count = async () => (await call(app, 'GET', '/v1/deletion-requests?limit=100')).json().items.length;
  const before = [await count(), (await deps.store.readLedger({ limit: 1000 })).length];
  const body = { subject: person(10), validate_only: true, external_id: 'case-10' };
  const [first, again] = [await ask(body), await ask({ ...body, method: { name: 'auto' } })];
  assert.equal(first.statusCode, 200, first.body);
  const plan = first.json();
  assert.deepEqual(again.json().targets, plan.targets);
  assert.match(plan.statement, /would be accepted; 1 model has records/);
  const [target] = plan.targets;
  assert.deepEqual([target.model_id, target.model_name, target.records], [modelId, 'tiny', 1]);
  const [step, ...more] = target.plan;
  assert.deepEqual([step.name, more.length], ['grad-diff', 0]);
  assert.match(step.reason, /Cheapest first.*one try, since without holdout records/);
  assert.equal(step.params.learning_rate, 5e-4);
  assert.ok(step.estimate.seconds > 0 && step.estimate.memory_bytes > 190e6);
  assert.match(step.estimate.basis, /^assumed: .* billion operations a second on each of \d+ threads?$/);
  const named = (await ask({ ...body, method: { name: 'npo' } })).json().targets[0].plan;
  assert.deepEqual([named.length, named[0].reason], [1, 'The request names it.']);
  assert.deepEqual([await count(), (await deps.store.readLedger({ limit: 1000 })).length], before);
  assert.equal((await ask({ subject: person(10), external_id: 'case-10' })).statusCode, 202, 'nothing was taken');
  const refused = await ask(body);
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'external-id-taken']);
  assert.equal((await ask({ subject: person(10), validate_only: true })).json().code, 'already-open');
});

test('validate_only says of a person whom nobody knows that the request would end at once', async () => {
  const subject = { identifiers: [{ type: 'email', value: 'stranger@example.org' }] };
  const nobody = await ask({ subject, validate_only: true });
  assert.equal(nobody.statusCode, 200, nobody.body);
  assert.match(
    nobody.json().statement,
    /No model was trained on a record that the request is about.*completed_no_data/,
  );
  assert.deepEqual(nobody.json().targets, []);
  const named = (await ask({ subject, validate_only: true, targets: [modelId] })).json();
  assert.deepEqual([named.targets[0].records, named.targets[0].plan], [0, []]);
  assert.match(named.targets[0].statement, /not trained on a record that the request is about/);
});
