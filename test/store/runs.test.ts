import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Attempt } from '../../src/domain/resources.ts';
import type { Claim } from '../../src/runs/ports.ts';
import { digest, must, openWorld, progress, publishRun, report, TENANT, toVerifying, type World } from './fixture.ts';

let world: World;
let people = 0;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

async function claimed() {
  const key = `runner-${++people}`;
  const model = await world.model([await world.corpus([[key], ['other']])]);
  await world.request([key]);
  return { model, claim: await world.claim(model) };
}

const attempt = (seed: number, verdict: Attempt['verdict']): Attempt => ({
  method: { name: 'npo', params: { beta: 0.1 } },
  seed,
  candidate: null,
  verdict,
  reason: null,
  seconds: { unlearning: 2.5 },
  peak_memory_bytes: 1024,
  backend: 'tfjs-cpu',
});

test('a run and its targets move together; versions and times follow', async () => {
  const { store } = world;
  const { claim } = await claimed();
  const counts = { ...claim.run.counts, forget_records: 1, retain_records: 1 };
  const plan = [{ name: 'npo', params: { beta: 0.1 } }];
  assert.equal(await store.moveRun(claim, 'unlearning', { targets: 'unlearning', plan, counts }, 'worker-a'), true);
  const run = must(await store.getRun(TENANT, claim.run.id));
  assert.deepEqual([run.state, run.plan, run.counts.forget_records], ['unlearning', plan, 1]);
  assert.ok(run.started_at);
  assert.ok(run.version > claim.run.version);
  const request = must(await store.getRequest(TENANT, run.request_ids[0]!));
  assert.deepEqual([request.state, request.targets[0]?.state], ['unlearning', 'unlearning']);

  await store.moveRun(claim, 'verifying', { targets: 'verifying', candidate: digest(5) }, 'worker-a');
  await store.moveRun(claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  await toVerifying(store, claim);
  const reason = 'the attack still finds the person';
  await store.moveRun(claim, 'needs_review', { targets: 'needs_review', verdict: 'failed', reason }, 'worker-a');
  const ended = must(await store.getRun(TENANT, claim.run.id));
  assert.deepEqual([ended.state, ended.verdict, ended.reason], ['needs_review', 'failed', reason]);
  assert.equal(ended.started_at, run.started_at);
  assert.ok(ended.finished_at);
  const over = must(await store.getRequest(TENANT, run.request_ids[0]!));
  assert.deepEqual([over.state, over.targets[0]?.reason], ['needs_review', reason]);
  assert.ok(over.completed_at);
});

test('a move that the state machine does not know is refused and changes nothing', async () => {
  const { store } = world;
  const { claim } = await claimed();
  await assert.rejects(store.moveRun(claim, 'verifying', {}, 'worker-a'), { code: 'internal' });
  await assert.rejects(store.moveRun(claim, 'published', {}, 'worker-a'), { code: 'internal' });
  await assert.rejects(store.moveRun(claim, 'unlearning', { targets: 'completed' }, 'worker-a'), { code: 'internal' });
  assert.equal((await store.getRun(TENANT, claim.run.id))?.state, 'planned');
});

test('a cancelled run lets its requests wait for another one; a failed one takes them along', async () => {
  const { store } = world;
  const { model, claim } = await claimed();
  await store.moveRun(claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  await store.moveRun(claim, 'cancelled', { reason: 'asked to' }, 'worker-a');
  const waiting = must(await store.getRequest(TENANT, claim.run.request_ids[0]!));
  assert.deepEqual([waiting.state, waiting.targets[0]?.run_id, waiting.targets[0]?.reason], ['queued', null, null]);
  const next = await world.claim(model);
  await store.moveRun(next, 'failed', { reason: 'NaN weights' }, 'worker-a');
  const failed = must(await store.getRequest(TENANT, claim.run.request_ids[0]!));
  assert.deepEqual([failed.state, failed.targets[0]?.reason], ['failed', 'NaN weights']);
  assert.deepEqual((await store.getRun(TENANT, claim.run.id))?.request_ids, claim.run.request_ids);
});

test('progress and curve are what was reported, in order', async () => {
  const { store } = world;
  const { claim } = await claimed();
  const points = [1, 2, 3].map((step) => ({ step, phase: 'unlearning', forget_loss: step / 2, retain_loss: null }));
  assert.equal(await store.saveProgress(claim.run.id, claim.fence, progress(2), points.slice(0, 2)), true);
  assert.equal(await store.saveProgress(claim.run.id, claim.fence, progress(3), points.slice(2)), true);
  assert.deepEqual(await store.getCurve(TENANT, claim.run.id), points);
  assert.deepEqual((await store.getRun(TENANT, claim.run.id))?.progress, progress(3));
  assert.deepEqual(await store.getCurve('other', claim.run.id), []);
});

test('attempts stand in order; the same method and seed is saved once; the last report counts', async () => {
  const { store } = world;
  const { claim } = await claimed();
  const save = (seed: number, verdict: Attempt['verdict'], given: boolean) =>
    store.saveAttempt(claim.run.id, claim.fence, attempt(seed, verdict), given ? report(verdict!) : null);
  assert.equal(await store.getVerification(TENANT, claim.run.id), null);
  await save(1, null, false);
  await save(1, 'failed', true);
  await save(2, 'passed', true);
  const run = must(await store.getRun(TENANT, claim.run.id));
  assert.deepEqual(run.attempts, [attempt(1, 'failed'), attempt(2, 'passed')]);
  assert.deepEqual(await store.getVerification(TENANT, claim.run.id), report('passed'));
  assert.equal(await store.getVerification('other', claim.run.id), null);
});

test('the report of the checkpoint as registered is the earliest whose run started from it', async () => {
  const { store } = world;
  const first = ['early', 'review', 'late'].map((name) => `${name}-${++people}`);
  const model = await world.model([await world.corpus([...first.map((key) => [key]), ['other']])]);
  const claimFor = async (key: string) => {
    await world.request([key]);
    return world.claim(model);
  };
  const save = (claim: Claim, seed: number, seconds: number) =>
    store.saveAttempt(claim.run.id, claim.fence, attempt(seed, 'failed'), { ...report('failed'), seconds });

  const reviewed = await claimFor(first[0]!);
  await store.saveAttempt(reviewed.run.id, reviewed.fence, attempt(1, null), null);
  await save(reviewed, 2, 11);
  await save(reviewed, 3, 12);
  assert.equal(await store.registeredReport(reviewed), null, 'it starts from that checkpoint itself');
  await toVerifying(store, reviewed);
  await store.moveRun(reviewed, 'needs_review', { targets: 'needs_review', reason: 'no' }, 'worker-a');
  const published = await claimFor(first[1]!);
  await save(published, 1, 21);
  await publishRun(store, published, 7000 + people);

  const later = await claimFor(first[2]!);
  await save(later, 1, 31);
  assert.equal((await store.registeredReport(later))?.seconds, 11);
  assert.equal(await store.registeredReport({ ...later, tenant: 'other' }), null);
  const stranger = await claimed();
  assert.equal(await store.registeredReport(stranger.claim), null);
});

test('runs are listed a model', async () => {
  const { store } = world;
  const { model, claim } = await claimed();
  const page = await store.listRuns(TENANT, { limit: 5, model_id: model });
  assert.deepEqual(
    page.items.map((run) => run.id),
    [claim.run.id],
  );
  assert.ok((await store.listRuns(TENANT, { limit: 1 })).next);
  assert.deepEqual((await store.listRuns('other', { limit: 5 })).items, []);
});

test('the attempts of runs that have ended are told, newest first; those of a run that goes on are not', async () => {
  const { store } = world;
  const { model, claim } = await claimed();
  await store.moveRun(claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  const tried = (name: string) => ({ ...attempt(1, 'failed'), method: { name, params: {} }, steps: { unlearning: 9 } });
  for (const name of ['npo', 'wga']) await store.saveAttempt(claim.run.id, claim.fence, tried(name), null);
  assert.deepEqual(await store.pastAttempts(TENANT, model), []);
  await toVerifying(store, claim);
  await store.moveRun(claim, 'needs_review', { targets: 'needs_review', reason: 'not this time' }, 'worker-a');
  const past = await store.pastAttempts(TENANT, model);
  assert.deepEqual(
    past.map(({ attempt: { method, steps } }) => [method.name, steps]),
    [
      ['wga', { unlearning: 9 }],
      ['npo', { unlearning: 9 }],
    ],
  );
  assert.equal(past[0]?.counts.forget_records, claim.run.counts.forget_records);
  assert.deepEqual(await store.pastAttempts('other', model), []);
});
