// A request that takes exact removal alone is answered by a training without its records, and by nothing less.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Attempt, MethodChoice } from '../../src/domain/resources.ts';
import type { Claim, CreateRequest } from '../../src/runs/ports.ts';
import { digest, must, openWorld, publishRun, report, subject, TENANT, type World, wish } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const EXACT: MethodChoice = { name: 'exact', params: {} };
let made = 100;
/** Publishes a claimed run whose candidate that method made; returns the claim. */
async function publishedBy(claim: Claim, name: string): Promise<Claim> {
  const n = ++made;
  const about = { method: { name, params: {} }, seed: n, candidate: digest(n), verdict: 'passed', reason: null };
  const attempt = { ...about, seconds: {}, peak_memory_bytes: null, backend: 'tfjs-cpu' } as Attempt;
  assert.ok(await world.store.saveAttempt(claim.run.id, claim.fence, attempt, report()));
  await publishRun(world.store, claim, n);
  return claim;
}
const run = async (model: string, name: string) => publishedBy(await world.claim(model), name);
async function consolidate(model: string): Promise<Claim> {
  const id = `0192f0c1-5b8f-7c3d-9a4e-${String(++made).padStart(12, '0')}`;
  const one = { id, tenant: TENANT, model_id: model, why: 'asked' as const, reason: null, actor: 'tester' };
  assert.deepEqual(await world.store.queueConsolidation(one), { status: 'queued' });
  const claim = await run(model, 'retrain');
  assert.equal(claim.run.kind, 'consolidation');
  return claim;
}
async function ask(keys: string[], more: Partial<CreateRequest> = {}) {
  const outcome = await world.request(keys, more);
  assert.ok(outcome.status === 'created', outcome.status);
  return outcome.request;
}
/** Exact, of these records of the corpus by their places. */
const exactly = (corpus_id: string, ...ordinals: number[]): Partial<CreateRequest> => ({
  ...{ method: EXACT, subjects: [] },
  asked_records: { digest: `sha256:${'a'.repeat(64)}`, record_ids: ordinals.length, texts: [], matched: 1 },
  places: ordinals.map((ordinal) => ({ corpus_id, ordinal })),
});
const target = async (id: string) => must(must(await world.store.getRequest(TENANT, id)).targets[0]);
const sets = (claim: Claim) => world.store.runSets(claim, async () => {});
const destroy = (corpus: string, ordinal: number, request: string) =>
  world.sql(`insert into destroyed_records (tenant_id, corpus_id, ordinal, request_id, digest, marked_at, erased_at)
    values ('${TENANT}', '${corpus}', ${ordinal}, '${request}', null, now(), now())`);

test('it waits for its own run where another method removed its record meanwhile, and that run measures the record', async () => {
  const corpus = await world.corpus([['amy'], ['bob'], ['cat']]);
  const model = await world.model([corpus]);
  const auto = await ask(['amy']);
  const exact = await ask([], exactly(corpus, 0, 1));
  assert.equal((await run(model, 'stand-in')).run.request_ids[0], auto.id);

  const claim = await world.claim(model);
  assert.deepEqual(claim.run.request_ids, [exact.id]);
  assert.equal((await target(exact.id)).records, 2);
  const { forget, counts, gone } = await sets(claim);
  assert.deepEqual(
    forget.map(({ ordinal }) => ordinal),
    [0, 1],
  );
  const { forget_records, again_records, unmeasured_records, retain_records, erased_before } = counts;
  assert.deepEqual([forget_records, again_records, unmeasured_records, gone], [2, 1, undefined, undefined]);
  assert.deepEqual([retain_records, erased_before], [1, 0]);
  const [kept] = await world.store.requestRecords(claim);
  assert.equal(kept?.rows.length, 2, 'what is kept of it is of both records');
  await world.store.moveRun(claim, 'unlearning', { targets: 'unlearning', counts }, 'worker-a');
  await world.store.releaseRun(claim.run.id, claim.fence, 'the test goes on');
  const again = await world.claim(model);
  await publishedBy(again, 'retrain');
  assert.equal((await target(exact.id)).state, 'completed');
  // a record counts once in the line
  const line = must(await world.store.publishedRuns(TENANT, model));
  assert.deepEqual(
    line.runs.map(({ method, records }) => [method, records]),
    [
      ['stand-in', 0],
      ['retrain', 1],
    ],
  );
  assert.equal((await ask([], { ...exactly(corpus, 0, 1), model_ids: [model] })).state, 'completed_no_data');
});

test('who was forgotten by another method asks again with exact, by name or place, and waits; others have nothing left', async () => {
  const corpus = await world.corpus([['dan'], ['eve'], ['fay']]);
  const model = await world.model([corpus]);
  const before = await ask(['dan']);
  await run(model, 'stand-in');
  assert.deepEqual((await ask(['dan'])).targets, []);
  assert.equal(
    (await ask(['dan'], { model_ids: [model], method: { name: 'npo', params: {} } })).state,
    'completed_no_data',
  );
  const preview = await world.store.previewRequest({ ...wish(['dan', 'eve']), method: EXACT });
  assert.ok(preview.status === 'possible');
  const [counts] = preview.targets;
  assert.deepEqual([counts?.forget, counts?.retain], [2, 1]);

  await destroy(corpus, 0, before.id);
  const exact = await ask(['dan'], { method: EXACT });
  assert.deepEqual([exact.state, (await target(exact.id)).records], ['queued', 1]);
  const [plannable] = must(await world.store.plannableTargets(TENANT, exact.id));
  assert.deepEqual([plannable?.forget, plannable?.retain], [1, 2]);
  const claim = await world.claim(model);
  assert.deepEqual(claim.run.request_ids, [exact.id]);
  const found = await sets(claim);
  assert.deepEqual([found.forget, found.gone], [[], undefined], 'its text is gone: nobody can be measured');
  const { again_records, unmeasured_records, erased_before, retain_records } = found.counts;
  assert.deepEqual([again_records, unmeasured_records, erased_before, retain_records], [undefined, 1, 1, 2]);
  assert.deepEqual(await world.store.requestRecords(claim), []);
  await publishedBy(claim, 'retrain');
  assert.equal((await target(exact.id)).state, 'completed');
  assert.deepEqual((await ask(['dan'], { method: EXACT })).targets, []);
});

test('an exact run for somebody else or a consolidation answers it, as long as that is not rolled back', async () => {
  const corpus = await world.corpus([['gus'], ['hal'], ['ivy'], ['jon']]);
  const model = await world.model([corpus]);
  await ask(['gus']);
  await run(model, 'stand-in');
  const waits = await ask(['gus'], { method: EXACT, cooling_off_ms: 3_600_000 });
  const consolidation = await consolidate(model);
  // it was let go since: nothing is left when it would begin
  await world.sql(`update request_targets set state = 'queued' where request_id = '${waits.id}'`);
  assert.equal((await world.store.claim(model, 'worker-a', { lease_ms: 1000, max_restarts: 1 })).status, 'nothing');
  assert.equal((await target(waits.id)).state, 'completed_no_data');
  const [named, whole] = [
    await ask(['gus'], { method: EXACT, model_ids: [model] }),
    await ask(['gus'], { method: EXACT }),
  ];
  const other = await ask(['gus'], { model_ids: [model] });
  assert.deepEqual([named.state, whole.state, other.state], Array(3).fill('completed_no_data'));

  const act = { tenant: TENANT, actor: 'tester', reason: 'worse', parent_retention_ms: 1000 };
  assert.equal((await world.store.rollBackRun({ ...act, id: consolidation.run.id })).status, 'done');
  const states = [waits, named, whole, other].map(async ({ id }) => (await target(id).catch(() => null))?.state);
  assert.deepEqual(await Promise.all(states), ['needs_review', 'needs_review', 'needs_review', 'completed_no_data']);

  // an exact run for another person leaves out whoever was erased before it
  await ask(['hal'], { method: { name: 'retrain', params: {} } });
  const exact = await run(model, 'retrain');
  assert.deepEqual((await ask(['gus'], { method: EXACT })).targets, []);
  // and a later run by another method takes nothing of that back, but is none itself
  await ask(['ivy']);
  await run(model, 'stand-in');
  assert.deepEqual((await ask(['gus'], { method: EXACT })).targets, []);
  assert.equal((await ask(['ivy'], { method: EXACT })).targets.length, 1);
  assert.equal((await world.store.rollBackRun({ ...act, id: exact.run.id })).status, 'built_upon');
});

test('in one call with others each is matched by its own method', async () => {
  const corpus = await world.corpus([['kim'], ['lou'], []]);
  const model = await world.model([corpus]);
  await ask(['kim']);
  await ask([], { ...exactly(corpus, 2), method: null });
  await run(model, 'stand-in');
  const wishes = [
    wish(['kim'], { model_ids: [model] }),
    wish([], { ...exactly(corpus, 2), model_ids: [model] }),
    wish(['lou'], { model_ids: [model] }),
    wish([], { subjects: [subject('kim')], method: EXACT, model_ids: [model] }),
  ];
  const outcomes = await world.store.createRequests(wishes);
  assert.deepEqual(
    outcomes.map((one) => (one.status === 'created' ? one.state : one.status)),
    ['completed_no_data', 'queued', 'queued', 'queued'],
  );
});
