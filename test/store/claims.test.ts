import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE, must, openWorld, progress, publishRun, report, TENANT, toVerifying, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const SHORT = { lease_ms: 60, max_restarts: 2 };
const expire = () => sleep(90);
let people = 0;
/** A model with waiting requests of so many people. */
async function waitingModel(count = 1): Promise<{ model: string; keys: string[] }> {
  const keys = Array.from({ length: count }, () => `person-${++people}`);
  const model = await world.model([await world.corpus([...keys.map((key) => [key]), ['other']])]);
  for (const key of keys) await world.request([key]);
  return { model, keys };
}

test('a claim takes all waiting requests into one run, and the model is busy then', async () => {
  const { store } = world;
  const { model } = await waitingModel(3);
  const claim = await world.claim(model);
  assert.equal(claim.run.request_ids.length, 3);
  assert.deepEqual([claim.run.state, claim.run.restarts, claim.fence, claim.tenant], ['planned', 0, 1, TENANT]);
  assert.equal(claim.run.parent, claim.model.active);
  assert.deepEqual(claim.run.plan, []);
  assert.deepEqual(await store.claim(model, 'worker-b', LEASE), { status: 'busy' });
  const request = must(await store.getRequest(TENANT, claim.run.request_ids[0]!));
  assert.deepEqual([request.state, request.targets[0]?.run_id], ['queued', claim.run.id]);
});

test('nothing waits: nothing is claimed; of parallel claims one gets the run', async () => {
  const { store } = world;
  const idle = await world.model([]);
  assert.deepEqual(await store.claim(idle, 'worker-a', LEASE), { status: 'nothing' });
  const unknown = '00000000-0000-7000-8000-000000000000';
  assert.deepEqual(await store.claim(unknown, 'worker-a', LEASE), { status: 'nothing' });
  const { model } = await waitingModel(2);
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => store.claim(model, `worker-${i}`, LEASE)));
  assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), [...Array(7).fill('busy'), 'claimed']);
});

test('requests that name another method wait for the next run', async () => {
  const { store } = world;
  const model = await world.model([await world.corpus([['m1'], ['m2'], ['m3']])]);
  const npo = { name: 'npo', params: { beta: 0.1, steps: 10 } };
  const first = await world.request(['m1'], { method: npo });
  await world.request(['m2']);
  await world.request(['m3'], { method: { name: 'npo', params: { steps: 10, beta: 0.1 } } });
  const claim = await world.claim(model);
  assert.equal(claim.run.request_ids.length, 2);
  assert.deepEqual(claim.run.plan, [npo]);
  assert.ok(first.status === 'created' && claim.run.request_ids.includes(first.request.id));
  await store.moveRun(claim, 'failed', { reason: 'no memory' }, 'worker-a');
  const next = await world.claim(model);
  assert.deepEqual([next.run.request_ids.length, next.run.plan], [1, []]);
});

test('a run whose lease ran out is taken over: fence and restarts grow, the old worker is refused everything', async () => {
  const { store } = world;
  const { model } = await waitingModel();
  const old = await world.claim(model, 'worker-a', SHORT);
  await toVerifying(store, old);
  await store.saveProgress(old.run.id, old.fence, progress(7), [
    { step: 7, phase: 'unlearning', forget_loss: 1, retain_loss: null },
  ]);
  await expire();
  assert.ok((await store.modelsToRing()).includes(model));
  const claim = await world.claim(model, 'worker-b');
  assert.equal(claim.run.id, old.run.id);
  assert.deepEqual([claim.fence, claim.run.restarts, claim.run.state, claim.run.candidate], [2, 1, 'planned', null]);
  assert.deepEqual([claim.run.progress.phase, claim.run.progress.step], ['waiting', 0]);
  assert.deepEqual(await store.getCurve(TENANT, claim.run.id), []);
  const request = must(await store.getRequest(TENANT, claim.run.request_ids[0]!));
  assert.equal(request.state, 'queued');
  const told = (await store.readLedger({ limit: 1000 })).slice(-2);
  assert.deepEqual([told[0]!.type, told[1]!.type], ['run.released', 'run.claimed']);
  assert.deepEqual(told[0]!.data, { run_id: old.run.id, from: 'verifying', request_ids: [request.id] });

  assert.equal(await store.renewLease(old.run.id, old.fence, 1000), false);
  assert.equal(await store.releaseRun(old.run.id, old.fence, 'late'), false);
  assert.equal(await store.moveRun(old, 'failed', {}, 'worker-a'), false);
  assert.equal(await store.saveProgress(old.run.id, old.fence, progress(8), []), false);
  const attempt = { method: { name: 'npo', params: {} }, seed: 1, candidate: null, verdict: null, reason: null };
  const late = { ...attempt, seconds: {}, peak_memory_bytes: null, backend: 'tfjs-cpu' };
  assert.equal(await store.saveAttempt(old.run.id, old.fence, late, report()), false);
  assert.equal((await store.getRun(TENANT, claim.run.id))?.progress.step, 0);
});

test('a run that is given back before it began moves nothing, and nobody is told that it did', async () => {
  const { store } = world;
  const { model } = await waitingModel();
  const claim = await world.claim(model, 'worker-a');
  const id = claim.run.request_ids[0]!;
  const before = must(await store.getRequest(TENANT, id));
  assert.equal(await store.releaseRun(claim.run.id, claim.fence, 'shut down'), true);
  assert.deepEqual(must(await store.getRequest(TENANT, id)), before);
  const [last] = (await store.readLedger({ limit: 1000 })).slice(-1);
  assert.deepEqual(last!.data, { run_id: claim.run.id, from: 'planned', request_ids: [] });
  assert.equal((await world.claim(model, 'worker-b')).run.id, claim.run.id);
});

test('a renewed lease keeps the run', async () => {
  const { store } = world;
  const { model } = await waitingModel();
  const claim = await world.claim(model, 'worker-a', SHORT);
  assert.equal(await store.renewLease(claim.run.id, claim.fence, 15_000), true);
  await expire();
  assert.deepEqual(await store.claim(model, 'worker-b', LEASE), { status: 'busy' });
  assert.ok(!(await store.modelsToRing()).includes(model));
});

test('a run that is started too often is given up, and its requests fail', async () => {
  const { store } = world;
  const { model } = await waitingModel();
  const first = await world.claim(model, 'worker-a', SHORT);
  for (const restarts of [1, 2]) {
    await expire();
    const claim = await world.claim(model, `worker-${restarts}`, SHORT);
    assert.equal(claim.run.restarts, restarts);
  }
  await expire();
  assert.deepEqual(await store.claim(model, 'worker-z', SHORT), { status: 'gave_up', run_id: first.run.id });
  const run = must(await store.getRun(TENANT, first.run.id));
  assert.deepEqual([run.state, run.finished_at !== null], ['failed', true]);
  assert.match(run.reason ?? '', /started 3 times/);
  const request = must(await store.getRequest(TENANT, run.request_ids[0]!));
  assert.equal(request.state, 'failed');
  assert.match(request.targets[0]?.reason ?? '', /started 3 times/);
  assert.deepEqual(await store.claim(model, 'worker-z', SHORT), { status: 'nothing' });
});

test('a run that was given back is no restart, and rings', async () => {
  const { store } = world;
  const { model } = await waitingModel();
  const claim = await world.claim(model);
  await store.moveRun(claim, 'unlearning', { targets: 'unlearning' }, 'worker-a');
  assert.equal(await store.releaseRun(claim.run.id, claim.fence, 'shutdown'), true);
  assert.equal(await store.releaseRun(claim.run.id, claim.fence, 'shutdown'), false);
  assert.equal(await store.renewLease(claim.run.id, claim.fence, 1000), false);
  const run = must(await store.getRun(TENANT, claim.run.id));
  assert.deepEqual([run.state, run.reason, run.restarts], ['planned', 'shutdown', 0]);
  assert.ok((await store.modelsToRing()).includes(model));
  const again = await world.claim(model, 'worker-b');
  assert.deepEqual([again.run.id, again.run.restarts, again.run.reason], [claim.run.id, 0, null]);
  assert.ok(again.fence > claim.fence);
});

test('a request that comes while a run works waits, rings when it is over, and gets the next run', async () => {
  const { store } = world;
  const model = await world.model([await world.corpus([['now'], ['later']])]);
  await world.request(['now']);
  const claim = await world.claim(model);
  await world.request(['later']);
  assert.ok(!(await store.modelsToRing()).includes(model));
  await toVerifying(store, claim);
  await store.moveRun(claim, 'needs_review', { verdict: 'failed', reason: 'utility fell' }, 'worker-a');
  assert.ok((await store.modelsToRing()).includes(model));
  const next = await world.claim(model);
  assert.notEqual(next.run.id, claim.run.id);
  assert.equal(next.run.request_ids.length, 1);
});

test('who has nothing left to forget ends without a run; what is left of the others is counted again', async () => {
  const { store } = world;
  const model = await world.model([await world.corpus([['una', 'vic'], ['una', 'wim'], ['wim'], ['xia']])]);
  await world.request(['una']);
  const first = await world.claim(model);
  // they come while the records that they share with the first are being forgotten
  const ids = new Map<string, string>();
  for (const key of ['vic', 'wim']) {
    const made = await world.request([key]);
    assert.ok(made.status === 'created');
    ids.set(key, made.request.id);
  }
  await publishRun(store, first, 2);
  const second = await world.claim(model);
  assert.deepEqual(second.run.request_ids, [ids.get('wim')]);
  const [vic, wim] = [await store.getRequest(TENANT, ids.get('vic')!), await store.getRequest(TENANT, ids.get('wim')!)];
  assert.deepEqual(
    [vic?.state, vic?.targets[0]?.records, vic?.targets[0]?.run_id, vic?.completed_at !== null],
    ['completed_no_data', 0, null, true],
  );
  assert.deepEqual([wim?.state, wim?.targets[0]?.records], ['queued', 1]);
  assert.ok((await store.uncertified()).some((item) => item.request_id === ids.get('vic') && item.run_id === null));
});

const WINDOW = { max_wait: null, promptness: 60, reserve: 7 * 86_400 };
/** As if the model had had so many runs of an hour, each of one person. */
const history = (model: string, runs: number) =>
  world.sql(`
    with made as (
      insert into runs (id, tenant_id, model_id, state, plan, parent, counts, progress, restarts, fence, version,
        created_at, started_at, finished_at, updated_at)
      select gen_random_uuid(), '${TENANT}', m.id, 'needs_review', '[]', m.active, '{"people": 1, "requests": 1}', '{}', 0, 1, 1,
        now(), now(), now(), now() from models m, generate_series(1, ${runs}) where m.id = '${model}' returning id)
    insert into run_attempts (tenant_id, run_id, position, attempt)
    select '${TENANT}', id, 0, '{"seconds": {"unlearning": 3000, "verifying": 600}}' from made`);

test('requests wait for others once it is known what a run costs; an urgent one ends the window for all', async () => {
  const { store } = world;
  const names = Array.from({ length: 40 }, (_, i) => [`window-${i}`]);
  const model = await world.model([await world.corpus(names)]);
  const now = { submitted_at: new Date().toISOString() };
  await world.request(['window-0'], now);
  const options = { ...LEASE, window: WINDOW };
  await history(model, 3);
  // so many came lately that another one is to be expected
  await world.sql(`update models set created_at = now() - interval '12 hours' where id = '${model}'`);
  const waits = await store.claim(model, 'worker-a', options);
  assert.ok(waits.status === 'waits', JSON.stringify(waits));
  const days = (Date.parse(waits.until) - Date.now()) / 86_400_000;
  assert.ok(days > 1 && days < 24, String(days));
  assert.ok(!(await store.modelsToRing()).includes(model), 'the sweep does not ask again before anything changes');
  const { models, at_risk } = await store.forecast(TENANT, 100);
  const seen = must(models.find((one) => one.model_id === model) ?? null);
  assert.deepEqual(
    [seen.waiting, seen.window?.ends_at, seen.at_risk, Math.round(must(seen.run_seconds))],
    [1, waits.until, false, 3600],
  );
  assert.ok(at_risk.every((one) => one.model_id !== model));

  const late = await world.request(['window-1'], { ...now, urgent: true });
  assert.ok(late.status === 'created');
  assert.ok((await store.modelsToRing()).includes(model));
  const claim = await store.claim(model, 'worker-a', options);
  assert.ok(claim.status === 'claimed' && claim.claim.run.request_ids.length === 2);
});

test('a model may have a bound of its own; a worker is shown only what it can take', async () => {
  const { store } = world;
  const { model } = await waitingModel(1);
  await history(model, 3);
  const none = { max_wait_hours: 0, promptness: null, backend: 'onnxruntime/cuda', memory_bytes: 8e9 };
  assert.equal(await store.chooseScheduling(TENANT, model, none, 'tester'), true);
  assert.equal(must(await store.schedulingOf(TENANT, model)).max_wait_hours, 0);
  const worker = { id: 'w1', backend: 'tfjs-cpu', memory_bytes: null, max_parameters: null, accelerator: null };
  const gpu = { ...worker, id: 'w2', backend: 'onnxruntime/cuda', accelerator: 'host/gpu-0' };
  assert.deepEqual([await store.mayTake(model, worker), await store.mayTake(model, gpu)], [false, true]);
  assert.ok(!(await store.modelsToRun(worker)).includes(model));
  assert.ok((await store.modelsToRun(gpu)).includes(model));

  const note = ({ id, ...can }: typeof gpu | typeof worker) =>
    store.noteWorker({ ...can, worker: id, tasks: 'runs', device: 'cores', gpus: [] });
  await note(worker);
  const { models, at_risk } = await store.forecast(TENANT, 100);
  const seen = must(models.find((one) => one.model_id === model) ?? null);
  const risks = at_risk.filter((one) => one.model_id === model);
  assert.deepEqual([seen.expected_done_at, seen.at_risk, risks.length], [null, true, 1], 'no worker can take it');
  assert.deepEqual((await store.figures([])).forecast.workers, 1);
  assert.ok((await store.figures([])).forecast.at_risk >= 1);
  await store.forgetWorker('w1');

  await note(gpu);
  const claim = await store.claim(model, gpu.id, { ...LEASE, window: WINDOW });
  assert.equal(claim.status, 'claimed');
  assert.deepEqual(await store.modelsToRun({ ...gpu, id: 'w3' }), [], 'one run at a time on an accelerator');
});

test('a tenant has no more runs at a time than it may', async () => {
  const { store } = world;
  const [one, two] = [await waitingModel(), await waitingModel()];
  await world.sql(`update runs set lease_expires_at = now() where lease_expires_at is not null`);
  const options = { ...LEASE, tenant_runs: 1 };
  assert.equal((await store.claim(one.model, 'worker-a', options)).status, 'claimed');
  assert.deepEqual(await store.claim(two.model, 'worker-b', options), { status: 'busy' });
});

test('a run that failed for all is split; its halves are runs of their own, in their order, and nobody joins them', async () => {
  const { store } = world;
  const { model } = await waitingModel(3);
  const claim = await world.claim(model);
  await toVerifying(store, claim);
  const [a, b, c] = claim.run.request_ids;
  const change = { reason: 'the attack found somebody', verdict: 'failed' as const, suspects: [b!] };
  assert.equal(await store.splitRun({ ...claim, fence: 99 }, change, 'worker-a'), null);
  assert.equal(await store.splitRun(claim, change, 'worker-a'), true);
  const parent = must(await store.getRun(TENANT, claim.run.id));
  assert.deepEqual([parent.state, parent.verdict, parent.finished_at !== null], ['split', 'failed', true]);
  await world.request(['other'], { model_ids: [model] });
  assert.equal(must(await store.getRequest(TENANT, b!)).state, 'queued');

  const first = await world.claim(model);
  assert.deepEqual([first.run.request_ids, first.run.split_of], [[a, c], parent.id]);
  await publishRun(store, first, 2);
  const second = await world.claim(model);
  assert.deepEqual([second.run.request_ids, second.run.split_of], [[b], parent.id]);
  assert.equal(second.run.parent, first.run.candidate ?? must(await store.getRun(TENANT, first.run.id)).candidate);
  await toVerifying(store, second);
  assert.equal(await store.splitRun(second, change, 'worker-a'), false, 'one alone is not split');
  await store.moveRun(second, 'needs_review', { targets: 'needs_review', reason: 'failed alone' }, 'worker-a');
  const third = await world.claim(model);
  assert.deepEqual([third.run.request_ids.length, third.run.split_of], [1, null]);
  // who is tried again waits with everybody else
  await store.moveRun(third, 'failed', { reason: 'no memory' }, 'worker-a');
  await world.act(b!, 'retry');
  assert.equal((await world.claim(model)).run.split_of, null);
});
