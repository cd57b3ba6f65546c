import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DeletionRequest } from '../../src/domain/resources.ts';
import { ExpungeError } from '../../src/errors.ts';
import type { ApprovedTarget, CreateRequest, Deed } from '../../src/runs/ports.ts';
import { LEASE, must, openWorld, publishRun, TENANT, toVerifying, type World } from './fixture.ts';

let world: World;
let now = Date.parse('2026-02-01T00:00:00Z');
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

let people = 0;
/** A model that knows one person, and a request of theirs. */
async function asked(more: Partial<CreateRequest> = {}): Promise<{ model: string; request: DeletionRequest }> {
  const key = `asker-${++people}`;
  const model = await world.model([await world.corpus([[key], ['rest']])]);
  const made = await world.request([key], more);
  assert.ok(made.status === 'created');
  return { model, request: made.request };
}
const stateOf = async (id: string) => must(await world.store.getRequest(TENANT, id)).state;
async function done(id: string, deed: Parameters<World['act']>[1], more = {}): Promise<DeletionRequest> {
  const outcome = await world.act(id, deed, more);
  assert.ok(outcome.status === 'done', JSON.stringify(outcome));
  return outcome.request;
}
const lastEntry = async () => must((await world.store.readLedger({ limit: 10_000 })).at(-1));

/** The deed of approving what waits, as it is now. */
async function approval(id: string, four_eyes = false): Promise<Extract<Deed, { action: 'approve' }>> {
  const targets = must(await world.store.plannableTargets(TENANT, id)).map(
    ({ target_id, model }): ApprovedTarget => ({
      ...{ target_id, model_id: model.id, checkpoint: model.active },
      steps: [{ name: 'npo', params: { beta: 0.3 } }],
    }),
  );
  const plan_digest = `sha256:${'a'.repeat(64)}`;
  return { action: 'approve', plan_digest, present_digest: plan_digest, targets, four_eyes };
}

test('a hold keeps a request from runs and says why; its release puts it where it was', async () => {
  const { model, request } = await asked();
  const held = await done(request.id, 'hold', { reason: 'A claim is before the court.', actor: 'officer' });
  assert.deepEqual([held.state, held.targets[0]?.state, held.version], ['on_hold', 'on_hold', request.version + 1]);
  const at = new Date(now).toISOString();
  assert.deepEqual(held.hold, { reason: 'A claim is before the court.', by: 'officer', at });
  assert.ok(!(await world.store.modelsToRing()).includes(model));
  assert.deepEqual(await world.store.claim(model, 'worker-a', LEASE), { status: 'nothing' });
  const again = await world.act(request.id, 'hold');
  assert.deepEqual(again, {
    status: 'conflict',
    state: 'on_hold',
    allowed: ['release', 'deny', 'cancel'],
    run_id: null,
  });
  assert.equal((await world.act(request.id, 'hold', { tenant: 'other' })).status, 'unknown');
  const outcome = await world.act(request.id, 'release');
  assert.ok(outcome.status === 'done');
  assert.deepEqual([outcome.request.state, outcome.request.hold, outcome.ring], ['queued', null, [model]]);
  await world.claim(model);
});

test('the ledger has actor, states and a digest of the reason, which stands in a table that can be erased', async () => {
  const { request } = await asked();
  const reason = 'The register of companies needs it.';
  const deed = { action: 'deny', code: 'legal_obligation_or_public_task' } as const;
  const denied = await done(request.id, deed, { reason, actor: 'officer' });
  assert.equal(denied.state, 'denied');
  assert.ok(denied.completed_at);
  assert.deepEqual([denied.denial?.article, denied.denial?.reason], ['17(3)(b)', reason]);
  const entry = await lastEntry();
  assert.deepEqual([entry.type, entry.actor, entry.data.code], ['request.denied', 'officer', deed.code]);
  assert.deepEqual(entry.data.targets, [
    { id: request.targets[0]!.id, model_id: request.targets[0]!.model_id, from: 'queued' },
  ]);
  assert.match(String(entry.data.reason_digest), /^sha256:[0-9a-f]{64}$/);
  assert.ok(!JSON.stringify(entry).includes('register'));
  await world.sql(`update request_events set reason = null, salt = null where request_id = '${request.id}'`);
  assert.equal(must(await world.store.getRequest(TENANT, request.id)).denial?.reason, '');
  const conflict = { status: 'conflict', state: 'denied', allowed: [], run_id: null };
  for (const action of ['hold', 'cancel', 'retry', 'verify', 'release'] as const)
    assert.deepEqual(await world.act(request.id, action), conflict, action);
});

test('of many callers one wins, and the others are told what is left to do', async () => {
  const { request } = await asked({ approval_required: true });
  assert.equal(request.state, 'awaiting_approval');
  const deed = await approval(request.id);
  const approvals = await Promise.all(['ann', 'bea', 'cy'].map((actor) => world.act(request.id, deed, { actor })));
  assert.deepEqual(approvals.map(({ status }) => status).sort(), ['conflict', 'conflict', 'done']);
  const lost = approvals.find((outcome) => outcome.status === 'conflict');
  assert.deepEqual(lost, { status: 'conflict', state: 'queued', allowed: ['hold', 'deny', 'cancel'], run_id: null });
  const outcomes = await Promise.all(
    (['hold', 'cancel', { action: 'deny', code: 'legal_claims' }] as const).map((one) => world.act(request.id, one)),
  );
  // a hold that came first can still be denied or cancelled; never two ends
  const ends = outcomes.slice(1).filter(({ status }) => status === 'done');
  assert.equal(ends.length, 1);
  const entries = (await world.store.readLedger({ limit: 10_000 })).filter((one) => one.data.request_id === request.id);
  assert.equal(entries.filter((one) => one.type === 'request.approved').length, 1);
});

test('an approval is of one plan on one checkpoint, and the run follows it', async () => {
  const { model, request } = await asked({ approval_required: true });
  assert.deepEqual(await world.store.claim(model, 'worker-a', LEASE), { status: 'nothing' });
  const deed = await approval(request.id, true);
  assert.deepEqual(await world.act(request.id, deed), { status: 'same_actor' }, 'the fixture’s requests are by tester');
  const other = {
    ...deed,
    targets: deed.targets.map((target) => ({ ...target, checkpoint: `sha256:${'b'.repeat(64)}` })),
  };
  assert.deepEqual(await world.act(request.id, other, { actor: 'ann' }), { status: 'plan_changed' });
  assert.deepEqual(await world.act(request.id, { ...deed, targets: [] }, { actor: 'ann' }), { status: 'plan_changed' });
  const approved = await done(request.id, deed, { actor: 'ann' });
  assert.deepEqual(
    [approved.state, approved.approval_required, approved.approval?.by, approved.approval?.plan_digest],
    ['queued', true, 'ann', deed.plan_digest],
  );
  const claim = await world.claim(model);
  assert.deepEqual(claim.run.plan, deed.targets[0]!.steps);
  await world.store.moveRun(claim, 'failed', { reason: 'no memory' }, 'worker-a');
  const retried = await done(request.id, 'retry');
  assert.deepEqual([retried.state, retried.approval, retried.completed_at], ['awaiting_approval', null, null]);
});

test('an approval that is not of what would be done now lapses: the run ends, and the request awaits another one', async () => {
  const { model, request } = await asked({ approval_required: true });
  const deed = await approval(request.id);
  await done(request.id, deed, { actor: 'ann' });
  const claim = await world.claim(model);
  assert.deepEqual(claim.approved_on, [deed.targets[0]!.checkpoint]);
  assert.equal(await world.store.lapseApproval({ ...claim, fence: 99 }, 'changed', 'worker-a'), false);
  assert.equal(await world.store.lapseApproval(claim, 'changed', 'worker-a'), true);
  assert.deepEqual(
    [await stateOf(request.id), (await world.store.getRun(TENANT, claim.run.id))?.state, (await lastEntry()).type],
    ['awaiting_approval', 'cancelled', 'request.approval_lapsed'],
  );
  assert.deepEqual(await world.store.claim(model, 'worker-a', LEASE), { status: 'nothing' });
  await done(request.id, await approval(request.id), { actor: 'ann' });
  assert.equal((await world.claim(model)).run.request_ids[0], request.id);
});

test('what is approved waits for a run of its own plan', async () => {
  const model = await world.model([await world.corpus([['plan-a'], ['plan-b'], ['rest']])]);
  const plain = await world.request(['plan-a']);
  const bound = await world.request(['plan-b'], { approval_required: true });
  assert.ok(plain.status === 'created' && bound.status === 'created');
  await done(bound.request.id, await approval(bound.request.id));
  assert.deepEqual((await world.claim(model)).run.request_ids, [plain.request.id]);
});

test('verification of the person comes first, then the cooling-off time, then the approval', async () => {
  const { model, request } = await asked({ verified: false, cooling_off_ms: 3_600_000, approval_required: true });
  assert.deepEqual([request.state, request.verified_at], ['awaiting_verification', null]);
  assert.equal(request.starts_after, new Date(now + 3_600_000).toISOString());
  assert.equal((await done(request.id, 'hold', { reason: 'x' })).state, 'on_hold');
  assert.equal((await done(request.id, 'release')).state, 'awaiting_verification');
  const verified = await done(request.id, 'verify', { actor: 'officer' });
  assert.deepEqual([verified.state, verified.verified_at], ['received', new Date(now).toISOString()]);
  assert.equal(await world.store.endCoolingOff('worker-a'), 0);
  now += 3_600_001;
  assert.equal(await world.store.endCoolingOff('worker-a'), 1);
  assert.deepEqual([await stateOf(request.id), (await lastEntry()).type], ['awaiting_approval', 'request.cooled']);
  await done(request.id, await approval(request.id));
  assert.ok((await world.store.modelsToRing()).includes(model));
});

test('a request may be cancelled while it cools off, and nothing starts before that is over', async () => {
  const [gone, kept] = [await asked({ cooling_off_ms: 1000 }), await asked({ cooling_off_ms: 1000 })];
  assert.deepEqual(
    [gone.request.state, await world.store.claim(gone.model, 'a', LEASE)],
    ['received', { status: 'nothing' }],
  );
  assert.equal((await done(gone.request.id, 'cancel')).state, 'cancelled');
  now += 1000;
  assert.equal(await world.store.endCoolingOff('worker-a'), 1);
  assert.deepEqual([await stateOf(gone.request.id), await stateOf(kept.request.id)], ['cancelled', 'queued']);
});

test('hold and claim at once: one of them has the request, never both', async () => {
  for (let round = 0; round < 4; round++) {
    const { model, request } = await asked();
    const [claimed, held] = await Promise.all([
      world.store.claim(model, 'worker-a', LEASE),
      world.act(request.id, 'hold', { reason: 'x' }),
    ]);
    if (held.status === 'done') {
      assert.deepEqual([claimed.status, await stateOf(request.id)], ['nothing', 'on_hold']);
    } else {
      assert.ok(claimed.status === 'claimed');
      const { id } = claimed.claim.run;
      assert.deepEqual(held, { status: 'conflict', state: 'queued', allowed: [], run_id: id });
    }
  }
});

test('what a run holds cannot be held or denied; what it gives back can', async () => {
  const { model, request } = await asked();
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  const refused = { status: 'conflict', state: 'verifying', allowed: [], run_id: claim.run.id };
  assert.deepEqual(await world.act(request.id, 'hold'), refused);
  await world.store.releaseRun(claim.run.id, claim.fence, 'shutdown');
  assert.equal((await done(request.id, 'hold', { reason: 'x' })).targets[0]?.run_id, null);
  assert.deepEqual(await world.store.claim(model, 'worker-b', LEASE), { status: 'nothing' });
  assert.equal((await world.store.getRun(TENANT, claim.run.id))?.state, 'cancelled');
});

test('what failed may be tried again, unless somebody asked anew meanwhile', async () => {
  const { model, request } = await asked();
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  await world.store.moveRun(claim, 'needs_review', { reason: 'utility fell' }, 'worker-a');
  const again = await world.request([`asker-${people}`]);
  assert.ok(again.status === 'created');
  assert.deepEqual(await world.act(request.id, 'retry'), { status: 'already_open', request_id: again.request.id });
  await done(again.request.id, 'cancel');
  const retried = await done(request.id, 'retry');
  assert.deepEqual([retried.state, retried.targets[0]?.reason, retried.targets[0]?.run_id], ['queued', null, null]);
  assert.deepEqual(must(await world.store.getRun(TENANT, claim.run.id)).request_ids, [request.id], 'history stays');
  await publishRun(world.store, await world.claim(model), 2);
  assert.equal(await stateOf(request.id), 'completed');
});

test('the time is extended once, before it is over, by calendar months from the submission', async () => {
  const extension = (months: number) =>
    ({ action: 'extend', months, notified_at: '2026-02-02T00:00:00.000Z' }) as const;
  const { request } = await asked({ submitted_at: '2026-01-31T10:00:00.000Z' });
  assert.equal(request.due_at, '2026-02-28T10:00:00.000Z');
  const extended = await done(request.id, extension(2), { reason: 'Many models.', actor: 'officer' });
  assert.deepEqual([extended.due_at, extended.state], ['2026-04-30T10:00:00.000Z', 'queued']);
  assert.deepEqual([extended.extension?.months, extended.extension?.by], [2, 'officer']);
  assert.deepEqual(await world.act(request.id, extension(1)), { status: 'not_extendable', why: 'extended' });
  const { request: late } = await asked({ submitted_at: '2025-12-31T10:00:00.000Z' });
  assert.deepEqual(await world.act(late.id, extension(1)), { status: 'not_extendable', why: 'due' });
  await done(late.id, 'cancel');
  assert.deepEqual(await world.act(late.id, extension(1)), { status: 'not_extendable', why: 'ended' });
  assert.equal((await world.act(late.id, extension(1), { tenant: 'other' })).status, 'unknown');
});

test('a caller who expects another version changes nothing', async () => {
  const { request } = await asked();
  const check = (version: string) => {
    if (version !== '99') throw new ExpungeError('precondition-failed', `is ${version}`);
  };
  await assert.rejects(world.act(request.id, 'cancel', { check }), { code: 'precondition-failed', message: 'is 1' });
  assert.equal(await stateOf(request.id), 'queued');
  assert.deepEqual(await world.store.requestEvents(TENANT, request.id), []);
  await done(request.id, 'cancel', { reason: 'Asked for by mistake.' });
  const [event] = await world.store.requestEvents(TENANT, request.id);
  assert.deepEqual([event?.action, event?.by, event?.reason], ['cancel', 'tester', 'Asked for by mistake.']);
});

async function deleteModel(id: string): Promise<void> {
  const outcome = await world.store.deleteModel({ tenant: TENANT, id, actor: 'officer', reason: null, check() {} });
  assert.equal(outcome.status, 'deleted');
}
async function ended(model: string, n: number): Promise<void> {
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  await world.store.moveRun(claim, 'needs_review', { reason: `utility fell ${n}` }, 'worker-a');
}

test('of models that were deleted nothing is tried again: no run could, and none may say that it found nothing', async () => {
  const key = `asker-${++people}`;
  const corpus = () => world.corpus([[key], ['rest']]);
  const [gone, stays] = [await world.model([await corpus()]), await world.model([await corpus()])];
  const made = await world.request([key]);
  assert.ok(made.status === 'created');
  const { id } = made.request;
  for (const [i, model] of [gone, stays].entries()) await ended(model, i);
  await deleteModel(gone);
  const retried = await done(id, 'retry');
  const states = () => world.store.getRequest(TENANT, id).then((one) => one!.targets.map(({ state }) => state).sort());
  assert.deepEqual([retried.state, await states()], ['queued', ['needs_review', 'queued']]);
  await ended(stays, 2);
  await deleteModel(stays);
  assert.deepEqual(await world.act(id, 'retry'), { status: 'models_deleted' });
  assert.deepEqual(await states(), ['needs_review', 'needs_review']);
  assert.deepEqual(await world.act(id, 'hold'), {
    status: 'conflict',
    state: 'needs_review',
    allowed: ['retry'],
    run_id: null,
  });
});

test('a request that found a model in the moment in which it went is failed by the next claim, not done', async () => {
  const { model, request } = await asked();
  // as an intake that matched before the deletion, and wrote after it, leaves it
  await world.sql(`
    delete from model_corpora where model_id = '${model}';
    update models set deleted_at = now() where id = '${model}'`);
  assert.ok((await world.store.modelsToRing()).includes(model));
  assert.deepEqual(await world.store.claim(model, 'worker-a', LEASE), { status: 'nothing' });
  const failed = must(await world.store.getRequest(TENANT, request.id));
  assert.deepEqual([failed.state, failed.targets[0]?.state], ['failed', 'failed']);
  assert.match(failed.targets[0]?.reason ?? '', /model was deleted/);
  assert.equal((await lastEntry()).type, 'request.model_gone');
  assert.deepEqual(await world.act(request.id, 'retry'), { status: 'models_deleted' });
  assert.deepEqual(await world.store.claim(model, 'worker-a', LEASE), { status: 'nothing' });
});

test('an action of a call with a key is done once, and is the last of what was done however old its id is', async () => {
  const { request } = await asked();
  const once = { id: '0198a000-0000-7000-8000-000000000007', again: false };
  for (const verb of ['hold', 'release'] as const) {
    await done(request.id, verb);
    now += 1000;
  }
  const held = await done(request.id, 'hold', { reason: 'It is looked into.', once });
  assert.equal(held.hold?.reason, 'It is looked into.');
  const refuses = () => assert.fail('the state that it was asked in is over');
  assert.deepEqual(await done(request.id, 'hold', { once: { ...once, again: true }, check: refuses }), held);
  const events = await world.store.requestEvents(TENANT, request.id);
  assert.deepEqual(
    events.map(({ action }) => action),
    ['hold', 'release', 'hold'],
  );
});
