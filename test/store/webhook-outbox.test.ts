// What the store tells, event by event, of what it does: each fits the schema of its event, and is there once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Value } from 'typebox/value';
import { v7 as uuid } from 'uuid';
import { PRESETS } from '../../src/domain/policies.ts';
import { payloadOf, type WebhookEventType } from '../../src/domain/webhook-events.ts';
import { policyInForce } from '../../src/runs/policy.ts';
import { checkpoint, digest, openWorld, publishRun, report, TENANT, toVerifying, type World } from './fixture.ts';

let world: World;
let now = Date.parse('2026-02-20T00:00:00Z');
const rung: string[] = [];
let endpoint: string;
before(async () => {
  world = await openWorld(
    () => new Date(now),
    (ids) => rung.push(...ids),
  );
  const secret = { sealed: 'sealed', public_key: 'whpk_' };
  const about = {
    tenant: TENANT,
    actor: 'tester',
    url: 'https://hooks.example.org/',
    description: null,
    events: ['*'],
  };
  const made = await world.store.createWebhookEndpoint({ ...about, secret }, 20);
  assert.ok(made.status === 'created');
  endpoint = made.endpoint.id;
});
after(() => world.close());

/** What was told since the last time, by type; every body is held against its schema. */
async function told(): Promise<[type: string, state: unknown][]> {
  const events: [string, unknown][] = [];
  for (let ids = await due(); ids.length > 0; ids = await due())
    for (const id of ids) {
      const claim = (await world.store.claimWebhookDelivery(id, 'worker-a', 60_000))!;
      const body = JSON.parse(claim.event.body);
      assert.deepEqual([...Value.Errors(payloadOf(body.type as WebhookEventType), body)], [], claim.event.body);
      const attempt = { at: new Date(now).toISOString(), status: 204, error: null, duration_ms: 1 };
      assert.ok(await world.store.recordWebhookAttempt(claim, attempt, { state: 'delivered' }, 'worker-a'));
      events.push([body.type, body.data.state]);
    }
  return events;
}
const due = () => world.store.dueWebhookDeliveries(endpoint, 100);

let people = 0;
async function asked(first = 1) {
  const key = `owner-${++people}`;
  const model = await world.model([await world.corpus([[key], ['rest']])], [], TENANT, first);
  const made = await world.request([key]);
  assert.ok(made.status === 'created');
  return { model, request: made.request.id };
}

test('the way of a request, held and extended, to a candidate that is promoted and taken back', async () => {
  const { model, request } = await asked();
  assert.deepEqual(rung.splice(0), [endpoint]);
  assert.deepEqual(await told(), [['deletion_request.created', 'queued']]);
  await world.act(request, 'hold');
  await world.act(request, 'release');
  await world.act(request, { action: 'extend', months: 1, notified_at: '2026-02-15T00:00:00.000Z' });
  assert.deepEqual(await told(), [
    ['deletion_request.state_changed', 'on_hold'],
    ['deletion_request.state_changed', 'queued'],
    ['deletion_request.extended', 'queued'],
  ]);
  const claim = await world.claim(model);
  rung.length = 0;
  await toVerifying(world.store, claim);
  const { id } = claim.run;
  const attempt = { method: { name: 'npo', params: {} }, seed: 1, candidate: digest(7), verdict: 'passed' as const };
  const more = { reason: null, seconds: {}, peak_memory_bytes: null };
  await world.store.saveAttempt(id, claim.fence, { ...attempt, ...more }, report());
  const held = { checkpoint: checkpoint(7, claim.run.parent, id), kept: [] };
  await world.store.awaitPromotion(claim, held, 'worker-a');
  assert.deepEqual(await told(), [
    ['deletion_request.state_changed', 'unlearning'],
    ['deletion_request.state_changed', 'verifying'],
    ['deletion_request.state_changed', 'awaiting_promotion'],
    ['run.awaiting_promotion', 'awaiting_promotion'],
  ]);
  const act = { tenant: TENANT, id, actor: 'releaser', reason: 'Seen.', parent_retention_ms: 3_600_000 };
  assert.equal((await world.store.promoteRun({ ...act, four_eyes: false })).status, 'done');
  assert.deepEqual(await told(), [
    ['deletion_request.completed', 'completed'],
    ['run.finished', 'published'],
    ['checkpoint.published', undefined],
  ]);
  const target_id = (await world.store.getRequest(TENANT, request))!.targets[0]!.id;
  const about = { id: uuid(), request_id: request, target_id, run_id: id, kid: 'signing-1', jws: 'a.b.c' };
  await world.store.saveCertificate(TENANT, { ...about, created_at: '2026-03-01T00:00:00.000Z' });
  assert.deepEqual(await told(), [['certificate.issued', undefined]]);
  assert.equal((await world.store.rollBackRun(act)).status, 'done');
  assert.deepEqual((await told()).toSorted(), [
    ['certificate.revoked', undefined],
    ['deletion_request.needs_review', 'needs_review'],
    ['run.finished', 'needs_review'],
  ]);
});

test('what is denied, cancelled, given back, and what has nothing left', async () => {
  const [first, second, third] = [await asked(), await asked(), await asked()];
  await told();
  await world.act(first.request, { action: 'deny', code: 'legal_claims' });
  await world.act(second.request, 'cancel');
  assert.deepEqual(await told(), [
    ['deletion_request.denied', 'denied'],
    ['deletion_request.cancelled', 'cancelled'],
  ]);
  const claim = await world.claim(third.model);
  await world.store.moveRun(claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  await world.store.releaseRun(claim.run.id, claim.fence, 'worker-a');
  const again = await world.claim(third.model);
  await world.store.moveRun(again, 'failed', { reason: 'The disk is away.' }, 'worker-a');
  assert.deepEqual(await told(), [
    ['deletion_request.state_changed', 'unlearning'],
    ['deletion_request.state_changed', 'queued'],
    ['deletion_request.failed', 'failed'],
    ['run.finished', 'failed'],
  ]);
  const none = await world.request(['stranger']);
  assert.ok(none.status === 'created');
  assert.deepEqual((await told()).toSorted(), [
    ['deletion_request.completed', 'completed_no_data'],
    ['deletion_request.created', 'completed_no_data'],
  ]);
});

test('a verification that ended', async () => {
  const { model } = await asked();
  await publishRun(world.store, await world.claim(model), 11);
  await told();
  const id = uuid();
  const { store } = world;
  const corpus_id = (await store.getModel(TENANT, model))!.corpora[0]!.corpus_id;
  const outcome = await store.createVerification(
    {
      ...{ id, tenant: TENANT, model_id: model, checkpoint_id: digest(11), against_checkpoint_id: digest(1) },
      ...{ reference_checkpoint_id: null, query_digest: digest('q'), asks: 'records' },
      question: { subject_keys: [], places: [{ corpus_id, ordinal: 0 }] },
      policy: await policyInForce(store, TENANT, model, PRESETS.standard.policy),
    },
    20,
    'tester',
  );
  assert.deepEqual(outcome, { status: 'created' });
  const claim = await store.claimVerification(id, 'worker-a', { lease_ms: 60_000, max_restarts: 1 });
  await store.finishVerification(id, claim!.fence, { report: report(), report_digest: digest('r') }, 'worker-a');
  assert.deepEqual(await told(), [['verification.finished', 'done']]);
});

test('checkpoints that go', async () => {
  const { model } = await asked(50);
  await publishRun(world.store, await world.claim(model), 9);
  await told();
  assert.equal((await world.store.retireCheckpoint(TENANT, model, digest(50), 'officer')).status, 'retired');
  now += 1000;
  await world.store.deleteCheckpoint({ tenant: TENANT, model_id: model, digest: digest(50) }, 'sweep', async () => {});
  assert.deepEqual(await told(), [
    ['checkpoint.retired', undefined],
    ['checkpoint.deleted', undefined],
  ]);
});

test('whoever got weights is told at an address of their own, and what they take counts as told', async () => {
  const { store } = world;
  const secret = { sealed: 'sealed', public_key: 'whpk_' };
  const about = {
    tenant: TENANT,
    actor: 'tester',
    url: 'https://serving.example.org/',
    description: null,
    events: ['*'],
  };
  const made = await store.createWebhookEndpoint({ ...about, recipient: 'serving', secret }, 20);
  assert.ok(made.status === 'created');
  const { model } = await asked(700);
  const from = (await store.getModel(TENANT, model))!.active;
  for (const recipient of ['serving', 'other'])
    assert.ok(await store.recordPull(TENANT, { digest: from, recipient, file: 'config.json', bytes: 1 }));
  await publishRun(store, await world.claim(model), 701);
  const own = await store.dueWebhookDeliveries(made.endpoint.id, 100);
  assert.equal(own.length, 1);
  const claim = (await store.claimWebhookDelivery(own[0]!, 'worker-a', 60_000))!;
  const body = JSON.parse(claim.event.body);
  assert.deepEqual([body.type, body.data.checkpoint_id], ['checkpoint.replaced', from]);
  const attempt = { at: new Date(now).toISOString(), status: 204, error: null, duration_ms: 1 };
  assert.ok(await store.recordWebhookAttempt(claim, attempt, { state: 'delivered' }, 'worker-a'));
  const heard = (await store.recipientsOf(TENANT, from)).map((one) => [one.recipient, one.told_at !== null]);
  assert.deepEqual(heard.sort(), [
    ['other', false],
    ['serving', true],
  ]);
  const entry = (await store.ledgerEntries(TENANT, { after: 0, limit: 1000, type: 'recipient.told' })).at(-1);
  assert.deepEqual(entry?.data, { digest: from, recipient: 'serving', how: 'webhook', delivery_id: own[0] });
  const types = (await told()).map(([type]) => type);
  assert.ok(
    types.includes('checkpoint.replaced') && types.includes('run.finished'),
    'the others hear what they heard before',
  );
});
