import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { runMark } from '../../src/domain/marks.ts';
import type { Claim } from '../../src/runs/ports.ts';
import {
  checkpoint,
  digest,
  LEASE,
  must,
  openWorld,
  publication,
  publishRun,
  report,
  TENANT,
  toVerifying,
  type World,
} from './fixture.ts';

let world: World;
let now = Date.parse('2026-03-01T00:00:00Z');
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

let people = 0;
/** A run whose candidate has passed and awaits promotion. */
async function awaiting() {
  const key = `owner-${++people}`;
  const model = await world.model([await world.corpus([[key], [key, `name:n-${key}`], ['rest']])]);
  const made = await world.request([key]);
  assert.ok(made.status === 'created');
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  const { run } = claim;
  const { id } = run;
  const candidate = 100 + people;
  const attempt = {
    method: { name: 'npo', params: {} },
    seed: 1,
    candidate: digest(candidate),
    verdict: 'passed' as const,
  };
  const more = { reason: null, seconds: {}, peak_memory_bytes: null };
  assert.ok(await world.store.saveAttempt(id, claim.fence, { ...attempt, ...more }, report()));
  const place = { model_id: model, request_id: made.request.id, run_id: id, key_id: uuid() };
  const kept = { ...place, wrapped_key: 'sealed', digest: digest('f'), records: 2, keep_ms: 86_400_000 };
  assert.ok(
    await world.store.awaitPromotion(
      claim,
      { checkpoint: checkpoint(candidate, run.parent, id), kept: [kept] },
      'worker-a',
    ),
  );
  return { key, model, claim, id, candidate, request: made.request.id };
}
const act = (id: string, actor = 'releaser') => ({
  ...{ tenant: TENANT, id, actor, reason: 'The figures are good.', parent_retention_ms: 3_600_000 },
});
const promote = (id: string, actor?: string, four_eyes = false) =>
  world.store.promoteRun({ ...act(id, actor), four_eyes });
const rollBack = (id: string) => world.store.rollBackRun(act(id));
const stateOf = async (id: string) => must(await world.store.getRequest(TENANT, id)).state;
const certify = async (claim: Claim, request_id: string) => {
  const target_id = must(await world.store.getRequest(TENANT, request_id)).targets[0]!.id;
  const id = uuid();
  const about = { id, request_id, target_id, run_id: claim.run.id, kid: 'signing-1', jws: 'a.b.c' };
  await world.store.saveCertificate(TENANT, { ...about, created_at: '2026-03-01T00:00:00.000Z' });
  return id;
};

test('whoever expects a state names it as GET does', async () => {
  const { id } = await awaiting();
  const marks: string[] = [];
  const check = (mark: string) => void marks.push(mark);
  for (const decide of [world.store.promoteRun, world.store.rollBackRun]) {
    const shown = runMark(must(await world.store.getRun(TENANT, id)));
    assert.equal((await decide({ ...act(id), four_eyes: false, check })).status, 'done');
    assert.equal(marks.pop(), shown);
  }
});

test('a candidate waits for its promotion, and no other run of the model begins meanwhile', async () => {
  const { store } = world;
  const { model, id, request, candidate } = await awaiting();
  const run = must(await store.getRun(TENANT, id));
  assert.deepEqual(
    [run.state, run.finished_at, run.candidate, run.verdict],
    ['awaiting_promotion', null, digest(candidate), 'passed'],
  );
  assert.equal(await stateOf(request), 'awaiting_promotion');
  assert.notEqual((await store.getModel(TENANT, model))?.active, digest(candidate));
  const other = await world.request(['rest']);
  assert.equal(other.status, 'created');
  assert.deepEqual(await store.claim(model, 'worker-b', LEASE), { status: 'busy' });
  assert.ok(!(await store.modelsToRing()).includes(model));
  assert.ok(await store.runIsOpen(id), 'its files stay');
  const outcome = await promote(id);
  assert.ok(outcome.status === 'done');
  assert.equal(outcome.run.state, 'published');
  assert.deepEqual(
    [(await store.getModel(TENANT, model))?.active, await stateOf(request)],
    [digest(candidate), 'completed'],
  );
  assert.deepEqual(await promote(id), { status: 'conflict', state: 'published' });
  assert.ok((await store.modelsToRing()).includes(model));
  const entries = (await store.readLedger({ limit: 1000 })).filter((entry) => entry.data.run_id === id);
  const [published, , promoted] = entries.slice(-3);
  assert.deepEqual([published?.type, published?.actor, promoted?.type], ['run.published', 'releaser', 'run.promoted']);
  assert.match(String(promoted?.data.reason_digest), /^sha256:/);
});

test('of many who promote or refuse at once one decides', async () => {
  const { id, model } = await awaiting();
  const outcomes = await Promise.all([promote(id, 'ann'), promote(id, 'bea'), promote(id, 'cy')]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['conflict', 'conflict', 'done']);
  assert.equal((await world.store.listCheckpoints(TENANT, model)).length, 2);
});

test('four eyes: who made the request may not promote what came of it', async () => {
  const { id } = await awaiting();
  assert.deepEqual(await promote(id, 'tester', true), { status: 'same_actor' });
  assert.equal((await promote(id, 'releaser', true)).status, 'done');
  const unknown = '00000000-0000-7000-8000-000000000000';
  assert.deepEqual(await promote(unknown), { status: 'unknown' });
  assert.deepEqual(await rollBack(unknown), { status: 'unknown' });
});

test('a refused candidate is never published: its requests need review, and may be tried again', async () => {
  const { store } = world;
  const { id, model, request, candidate } = await awaiting();
  const outcome = await rollBack(id);
  assert.ok(outcome.status === 'done');
  assert.deepEqual([outcome.run.state, outcome.run.reason], ['needs_review', 'Its candidate was refused by releaser.']);
  assert.deepEqual([await stateOf(request), await store.isOrphan(id, digest(candidate))], ['needs_review', true]);
  assert.deepEqual(await promote(id), { status: 'conflict', state: 'needs_review' });
  assert.equal((await world.act(request, 'retry')).status, 'done');
  assert.notEqual((await world.claim(model)).run.id, id);
});

test('what was published goes back to the parent: erased records, certificates and requests with it', async () => {
  const { store } = world;
  const { id, claim, key, model, request, candidate } = await awaiting();
  await promote(id);
  const certificate = await certify(claim, request);
  // found nothing, since the records were gone
  const [whole, named] = [await world.request([key]), await world.request([`n-${key}`], { model_ids: [model] })];
  assert.ok(whole.status === 'created' && named.status === 'created');
  assert.deepEqual([whole.request.state, whole.request.targets], ['completed_no_data', []]);
  // found another model that knows the person, and not this one
  const other = await world.model([await world.corpus([[key]])]);
  const partly = await world.request([key]);
  assert.ok(partly.status === 'created');
  assert.deepEqual(
    partly.request.targets.map((one) => one.model_id),
    [other],
  );
  const version = must(await store.getRequest(TENANT, request)).version;
  const earlier = async () => {
    const found = await store.earlierRequests({ tenant: TENANT, model_id: model, but: null }, { most: 5, seed: 1 });
    return [found.requests, found.sample.length];
  };
  assert.deepEqual(await earlier(), [1, 1], 'what was kept waited with the candidate');
  now += 1000;
  const outcome = await rollBack(id);
  assert.ok(outcome.status === 'done');
  const finished = outcome.run.finished_at;
  assert.deepEqual([outcome.run.state, finished], ['needs_review', new Date(now - 1000).toISOString()]);
  assert.equal((await store.getModel(TENANT, model))?.active, claim.run.parent);
  const kept = new Map((await store.listCheckpoints(TENANT, model)).map((one) => [one.digest, one.state]));
  assert.deepEqual([kept.get(digest(candidate)), kept.get(claim.run.parent)], ['retained', 'active']);
  const after = must(await store.getRequest(TENANT, request));
  assert.deepEqual([after.state, after.certificate_ids, after.version > version], ['needs_review', [], true]);
  assert.ok(must(await store.getCertificate(TENANT, certificate)).revoked_at);
  assert.equal(await stateOf(whole.request.id), 'needs_review');
  const targets = must(await store.getRequest(TENANT, partly.request.id)).targets;
  assert.deepEqual(
    new Map(targets.map((one) => [one.model_id, one.state])),
    new Map([
      [other, 'queued'],
      [model, 'needs_review'],
    ]),
  );
  assert.deepEqual(
    await world.sql(
      `select from ledger where type = 'request.reopened' and data->'request_ids' ? '${whole.request.id}'`,
    ),
    1,
  );
  const search = { id: uuid(), request_id: whole.request.id, target_id: null, run_id: null };
  const signed = { kid: 'signing-1', jws: 'a.b.c', created_at: new Date(now).toISOString() };
  await store.saveCertificate(TENANT, { ...search, ...signed });
  assert.equal(await store.getCertificate(TENANT, search.id), null, 'the search found nothing because of the run');
  assert.deepEqual(await earlier(), [0, 0]);
  assert.equal(
    await world.sql(`select from vault_keys k join kept_probes p on p.key_id = k.id where p.run_id = '${id}'`),
    0,
  );
  assert.ok(await certify(claim, request), 'what comes too late is not kept');
  assert.deepEqual(must(await store.getRequest(TENANT, request)).certificate_ids, []);
  assert.deepEqual(await rollBack(id), { status: 'conflict', state: 'needs_review' });

  // the same bytes may come out again
  assert.equal((await world.act(request, 'cancel')).status, 'conflict');
  for (const open of [request, whole.request.id]) await world.act(open, 'retry');
  const next = await world.claim(model);
  await publishRun(store, next, candidate);
  assert.equal((await store.getModel(TENANT, model))?.active, digest(candidate));
  assert.notEqual(await certify(next, request), certificate);
  assert.equal(must(await store.getRequest(TENANT, request)).certificate_ids.length, 1);
});

test('a restriction that was over since the model had forgotten is in force again', async () => {
  const { store } = world;
  const { id, key, model, request } = await awaiting();
  const other = await world.model([await world.corpus([[key], ['rest']])]);
  const elsewhere = await world.request([key], { model_ids: [other] });
  assert.ok(elsewhere.status === 'created');
  const restrict = async (request_id: string) => {
    const by = { ground: 'accuracy_contested', reason: 'It is looked into.', actor: 'officer' } as const;
    const placed = await store.placeRestriction({ ...by, id: uuid(), tenant: TENANT, of: { request_id } });
    assert.ok(placed.status === 'placed');
    return placed.restriction.id;
  };
  const [own, said, others] = [await restrict(request), await restrict(request), await restrict(elsewhere.request.id)];
  const states = async () =>
    Promise.all([own, said, others].map(async (one) => must(await store.getRestriction(TENANT, one)).state));
  await store.liftRestriction(TENANT, said, { actor: 'officer', reason: 'It was right.', informed_at: null });
  await promote(id);
  await store.endRestrictions('sweep');
  assert.deepEqual(await states(), ['ending', 'ending', 'active'], 'the other model uses them');
  await publishRun(store, await world.claim(other), 200);
  await store.endRestrictions('sweep');
  assert.deepEqual(await states(), ['lifted', 'lifted', 'lifted']);
  assert.equal((await rollBack(id)).status, 'done');
  assert.deepEqual(await states(), ['active', 'ending', 'active']);
  const { lifted_by, lifted_at, ending_at } = must(await store.getRestriction(TENANT, own));
  assert.deepEqual([lifted_by, lifted_at, ending_at], [null, null, null]);
  const entries = (await store.readLedger({ limit: 10_000 })).filter((entry) => entry.type === 'restriction.reopened');
  assert.deepEqual(
    new Set(entries.map(({ data, actor }) => `${data.restriction_id} ${data.run_id} ${actor}`)),
    new Set([own, said, others].map((one) => `${one} ${id} releaser`)),
  );
  assert.equal(await store.endRestrictions('sweep'), 1, 'of the request that is done, the person has to be told');
  assert.deepEqual(await states(), ['active', 'ending', 'ending']);
  assert.notEqual(model, other);
});

test('there is no way back once something was built on it, or its parent is due to go', async () => {
  const { store } = world;
  const first = await awaiting();
  await promote(first.id);
  const made = await world.request(['rest'], { model_ids: [first.model] });
  assert.equal(made.status, 'created');
  const second = await world.claim(first.model);
  await toVerifying(store, second);
  await store.publish(second, publication(second, 90));
  assert.deepEqual(await rollBack(first.id), { status: 'built_upon' });
  now += 3_600_000;
  assert.deepEqual(await rollBack(second.run.id), { status: 'parent_gone' });
  assert.equal((await store.getModel(TENANT, first.model))?.active, digest(90));
});
