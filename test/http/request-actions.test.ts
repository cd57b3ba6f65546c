import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buildApp } from '../../src/app.ts';
import type { App } from '../../src/http/types.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let modelId: string;
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const people = Array.from({ length: 20 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(service.app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  modelId = (await call(service.app, 'POST', '/v1/models', body)).json().id;
});
after(async () => {
  for (const close of closers.reverse()) await close();
});

const ABSENT = '0198a000-0000-7000-8000-000000000001';
let people = 0;
/** A request of somebody new. */
async function asked(more: object = {}, app: App = service.app) {
  const subject = { identifiers: [{ type: 'email', value: `person${people++}@example.org` }] };
  const answer = await call(app, 'POST', '/v1/deletion-requests', { subject, ...more });
  assert.equal(answer.statusCode, 202, answer.body);
  return answer.json();
}
const act = (id: string, verb: string, body?: object, app: App = service.app) =>
  call(app, 'POST', `/v1/deletion-requests/${id}/${verb}`, body);
const problem = (answer: Awaited<ReturnType<typeof act>>) => [answer.statusCode, answer.json().code];

test('hold, release and deny, each with its reason; what is not possible says what is', async () => {
  const { id, version } = await asked();
  const reason = 'A claim is before the court.';
  const held = await act(id, 'hold', { reason });
  assert.equal(held.statusCode, 200, held.body);
  assert.deepEqual(
    [held.json().state, held.json().hold.reason, held.headers.etag],
    ['on_hold', reason, `"${version + 1}"`],
  );
  const again = await act(id, 'hold', { reason });
  assert.deepEqual(problem(again), [409, 'wrong-state']);
  assert.deepEqual([again.json().state, again.json().allowed], ['on_hold', ['release', 'deny', 'cancel']]);
  assert.equal((await act(id, 'release')).json().state, 'queued');
  const denied = (
    await act(id, 'deny', { code: 'manifestly_unfounded_or_excessive', reason: 'The tenth this week.' })
  ).json();
  assert.deepEqual([denied.state, denied.denial.article], ['denied', '12(5)']);
  const events = (await call(service.app, 'GET', `/v1/deletion-requests/${id}/events`)).json().items;
  assert.deepEqual(
    events.map((event: { action: string; by: string }) => [event.action, event.by]),
    [
      ['hold', 'anonymous'],
      ['release', 'anonymous'],
      ['deny', 'anonymous'],
    ],
  );
});

test('bodies, ids and preconditions are checked before anything moves', async () => {
  const { id } = await asked();
  const cases: [verb: string, body: object | undefined, pointer: string][] = [
    ['hold', {}, '#/reason'],
    ['hold', undefined, '#'],
    ['hold', { reason: ' \n' }, '#/reason'],
    ['hold', { reason: 'ask mirela@example.org' }, '#/reason'],
    ['cancel', { why: 'x' }, '#'],
    ['deny', { code: 'no_time', reason: 'x' }, '#/code'],
    ['deny', { code: 'legal_claims' }, '#/reason'],
    ['approve', {}, '#/plan_digest'],
    ['extension', { months: 3, reason: 'x', notified_at: '2026-01-01T00:00:00Z' }, '#/months'],
    ['extension', { months: 1, reason: 'x', notified_at: '2999-01-01T00:00:00Z' }, '#/notified_at'],
    ['extension', { months: 1, reason: 'x', notified_at: '2026-01-01T00:00:00Z' }, '#/notified_at'],
  ];
  for (const [verb, body, pointer] of cases) {
    const answer = await act(id, verb, body);
    assert.deepEqual(problem(answer), [400, 'validation-failed'], `${verb} ${answer.body}`);
    assert.equal(answer.json().errors[0].pointer, pointer, `${verb} ${answer.body}`);
    assert.ok(!answer.body.includes('mirela'));
  }
  const bodies: Record<string, object | undefined> = {
    ...{
      hold: { reason: 'x' },
      deny: { code: 'legal_claims', reason: 'x' },
      approve: { plan_digest: `sha256:${'0'.repeat(64)}` },
    },
    ...{ extension: { months: 1, reason: 'x', notified_at: new Date().toISOString() } },
    ...{ verify: undefined, release: undefined, cancel: undefined, retry: undefined },
  };
  for (const [verb, body] of Object.entries(bodies)) {
    assert.deepEqual(problem(await act(ABSENT, verb, body)), [404, 'not-found'], verb);
    const request = { method: 'POST' as const, url: `/v1/deletion-requests/${id}/${verb}`, payload: body };
    const stale = await service.app.inject({ ...request, headers: { 'if-match': '"99"' } });
    assert.deepEqual(problem(stale), [412, 'precondition-failed'], `${verb} ${stale.body}`);
  }
  for (const verb of ['verify', 'approve', 'release', 'retry'])
    assert.deepEqual(problem(await act(id, verb, bodies[verb])), [409, 'wrong-state'], verb);
  assert.equal((await call(service.app, 'GET', `/v1/deletion-requests/${id}`)).json().version, 1);
  assert.deepEqual(problem(await call(service.app, 'GET', `/v1/deletion-requests/${ABSENT}/plan`)), [404, 'not-found']);
  assert.deepEqual(problem(await call(service.app, 'GET', `/v1/deletion-requests/${ABSENT}/events`)), [
    404,
    'not-found',
  ]);
});

test('the time is extended once', async () => {
  const submitted_at = new Date(Date.now() - 86_400_000).toISOString();
  const { id, due_at } = await asked({ submitted_at });
  const body = { months: 2, reason: 'Many models.', notified_at: submitted_at };
  const extended = (await act(id, 'extension', body)).json();
  assert.deepEqual([extended.extension.months, extended.extension.notified_at], [2, submitted_at]);
  assert.ok(extended.due_at > due_at);
  assert.deepEqual(problem(await act(id, 'extension', body)), [409, 'extension-refused']);
});

test('a request may wait for the person to be verified, and for its cooling-off time', async () => {
  const made = await asked({ verified: false, cooling_off_hours: 1 });
  assert.deepEqual([made.state, made.verified_at], ['awaiting_verification', null]);
  assert.equal(Date.parse(made.starts_after) - Date.parse(made.received_at), 3_600_000);
  const verified = (await act(made.id, 'verify', { reason: 'Seen in person.' })).json();
  assert.equal(verified.state, 'received');
  assert.equal((await act(made.id, 'cancel', { reason: 'Withdrawn.' })).json().state, 'cancelled');
  const subject = { identifiers: [{ type: 'email', value: 'person19@example.org' }] };
  const submitted_at = new Date(Date.now() - 29 * 86_400_000).toISOString();
  const late = { subject, submitted_at, cooling_off_hours: 96 };
  const refused = await call(service.app, 'POST', '/v1/deletion-requests', late);
  assert.deepEqual(
    [...problem(refused), refused.json().errors[0].pointer],
    [400, 'validation-failed', '#/cooling_off_hours'],
  );
});

test('where approval is required it is of a plan, by digest; where four eyes are, by somebody else', async (t) => {
  const withApproval = async (approval: 'required' | 'four-eyes') => {
    const decisions = { ...service.deps.config.decisions, approval };
    const app = await buildApp({ ...service.deps, config: { ...service.deps.config, decisions } });
    t.after(() => app.close());
    return app;
  };
  const app = await withApproval('required');
  const { id, state, approval_required } = await asked({}, app);
  assert.deepEqual([state, approval_required], ['awaiting_approval', true]);
  const plan = (await call(app, 'GET', `/v1/deletion-requests/${id}/plan`)).json();
  const [target] = plan.targets;
  assert.deepEqual([target.model_id, target.records, target.plan[0].name], [modelId, 1, 'grad-diff']);
  const stale = await act(id, 'approve', { plan_digest: `sha256:${'0'.repeat(64)}` }, app);
  assert.deepEqual([...problem(stale), stale.json().plan_digest], [409, 'plan-changed', plan.digest]);
  const strict = await withApproval('four-eyes');
  assert.deepEqual(problem(await act(id, 'approve', { plan_digest: plan.digest }, strict)), [403, 'four-eyes']);
  const both = await Promise.all([1, 2].map(() => act(id, 'approve', { plan_digest: plan.digest }, app)));
  assert.deepEqual(both.map((answer) => answer.statusCode).sort(), [200, 409]);
  const approved = both.find((answer) => answer.statusCode === 200)!.json();
  assert.deepEqual([approved.state, approved.approval.plan_digest], ['queued', plan.digest]);
});

test('an action that is sent again with its key is done once; runs say what they do not allow', async () => {
  const { id } = await asked();
  const request = { method: 'POST' as const, url: `/v1/deletion-requests/${id}/hold`, payload: { reason: 'x' } };
  const headers = { 'idempotency-key': 'hold-1' };
  const [first, second] = [
    await service.app.inject({ ...request, headers }),
    await service.app.inject({ ...request, headers }),
  ];
  assert.deepEqual([first.statusCode, second.statusCode, second.body], [200, 200, first.body]);
  assert.equal(second.headers['idempotency-replayed'], 'true');

  const reason = 'x';
  assert.deepEqual(problem(await call(service.app, 'POST', `/v1/runs/${ABSENT}/promote`)), [404, 'not-found']);
  assert.deepEqual(problem(await call(service.app, 'POST', `/v1/runs/${ABSENT}/rollback`, { reason })), [
    404,
    'not-found',
  ]);
  const claimed = await service.deps.store.claim(modelId, 'worker-a', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(claimed.status === 'claimed');
  const run = claimed.claim.run.id;
  for (const verb of ['promote', 'rollback']) {
    const answer = await call(service.app, 'POST', `/v1/runs/${run}/${verb}`, { reason });
    assert.deepEqual([...problem(answer), answer.json().state], [409, 'wrong-state', 'planned'], verb);
  }
  const taken = claimed.claim.run.request_ids[0]!;
  const refused = await act(taken, 'hold', { reason });
  assert.deepEqual([...problem(refused), refused.json().existing], [409, 'wrong-state', `/v1/runs/${run}`]);
});
