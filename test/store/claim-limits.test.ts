// One run on an accelerator, so many of a tenant: whoever claims, at whatever moment, and whether the run is new or was given back.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim, ClaimOptions } from '../../src/runs/ports.ts';
import { LEASE, openWorld, publishRun, TENANT, type World } from './fixture.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const ON_CARD = { ...LEASE, accelerator: 'gpu0' };
const ONE_RUN = { ...LEASE, tenant_runs: 1 };

/** So many models, each with a request that waits; returns their ids. */
async function waitingModels(count: number, tenant = TENANT): Promise<string[]> {
  const models: string[] = [];
  for (let i = 0; i < count; i++) {
    models.push(await world.model([await world.corpus([[`${tenant}-${i}`], ['other']], tenant)], [], tenant, 100 + i));
    await world.request([`${tenant}-${i}`], { tenant });
  }
  return models;
}

const newsOf = (id: string, accelerator: string | null) => ({
  ...{ id, backend: 'onnxruntime/cuda', memory_bytes: null, max_parameters: null, accelerator },
});
function comes(worker: string, accelerator: string | null = 'gpu0') {
  const { id: _, ...can } = newsOf(worker, accelerator);
  return world.store.noteWorker({ ...can, worker, tasks: 'runs', device: 'card', gpus: [] });
}
const liveRuns = () => world.sql(`select from runs where lease_expires_at > clock_timestamp()`);

/** Every claim at once; returns what was claimed. */
async function claimAll(asked: readonly [model: string, worker: string, options: ClaimOptions][]): Promise<Claim[]> {
  const outcomes = await Promise.all(asked.map(([model, worker, o]) => world.store.claim(model, worker, o)));
  const others = outcomes.filter(({ status }) => status !== 'claimed');
  assert.deepEqual([...new Set(others.map(({ status }) => status))], others.length > 0 ? ['busy'] : []);
  return outcomes.flatMap((outcome) => (outcome.status === 'claimed' ? [outcome.claim] : []));
}

test('two workers of one accelerator that saw it free both claim: one has it, and the other once it is given back', async () => {
  const [one, two] = await waitingModels(2);
  await Promise.all([comes('wa'), comes('wb')]);
  const seen = await Promise.all(['wa', 'wb'].map((id) => world.store.modelsToRun(newsOf(id, 'gpu0'))));
  assert.deepEqual(
    seen.map((models) => models.length),
    [2, 2],
  );
  const [claim, ...more] = await claimAll([
    [one!, 'wa', ON_CARD],
    [two!, 'wb', ON_CARD],
  ]);
  assert.deepEqual([more.length, await liveRuns()], [0, 1]);
  const [free, other] = claim!.model.id === one ? [two!, 'wb'] : [one!, 'wa'];
  assert.deepEqual(await world.store.claim(free, other, ON_CARD), { status: 'busy' });
  await comes('elsewhere', 'gpu1');
  assert.equal((await world.store.claim(free, 'elsewhere', { ...LEASE, accelerator: 'gpu1' })).status, 'claimed');
  assert.equal(await world.store.releaseRun(claim!.run.id, claim!.fence, 'shut down'), true);
  const again = await world.claim(claim!.model.id, other, ON_CARD);
  assert.equal(again.run.id, claim!.run.id, 'a run that was given back goes to whoever has the accelerator now');
});

test('a worker that is not listed yet takes nothing on an accelerator; a lease that ran out keeps nobody from it', async () => {
  const [one, two] = await waitingModels(2);
  assert.deepEqual(await world.store.claim(one!, 'wa', ON_CARD), { status: 'busy' });
  assert.equal((await world.store.claim(one!, 'wa', { ...LEASE, accelerator: null })).status, 'claimed');
  await comes('wa');
  await comes('wb');
  assert.deepEqual(await world.store.claim(two!, 'wb', ON_CARD), { status: 'busy' });
  await world.sql(`update runs set lease_expires_at = clock_timestamp()`);
  assert.equal((await world.store.claim(two!, 'wb', ON_CARD)).status, 'claimed');
});

test('claims of many models at once: a tenant has as many runs as it may, and another tenant its own', async () => {
  const [mine, theirs] = [await waitingModels(5), await waitingModels(3, 'globex')];
  const two = { ...LEASE, tenant_runs: 2 };
  const claims = await claimAll([...mine, ...theirs].map((model, i) => [model, `w${i}`, two]));
  const count = (tenant: string) => claims.filter((claim) => claim.tenant === tenant).length;
  assert.deepEqual([count(TENANT), count('globex'), await liveRuns()], [2, 2, 4]);
});

test('runs that were given back count as others do: one after the other, and each has its turn', async () => {
  const models = await waitingModels(2);
  for (const model of models) {
    const { run, fence } = await world.claim(model);
    await world.store.releaseRun(run.id, fence, 'redeployed');
  }
  const asked = models.map((model, i) => [model, `w${i}`, ONE_RUN] as [string, string, ClaimOptions]);
  const [first, ...more] = await claimAll(asked);
  assert.deepEqual([more.length, await liveRuns()], [0, 1]);
  await publishRun(world.store, first!, 900);
  const second = await world.claim(models.find((model) => model !== first!.model.id)!, 'w9', ONE_RUN);
  assert.deepEqual([second.run.restarts, await liveRuns()], [0, 1]);
});

test('a lease that ran out counts for nothing, and what cannot go on ends though there is no room', async () => {
  const [lost, other] = await waitingModels(2);
  await world.claim(lost!, 'w1', { lease_ms: 40, max_restarts: 0 });
  await sleep(60);
  const held = await world.claim(other!, 'w2', ONE_RUN);
  assert.equal((await world.store.claim(lost!, 'w3', ONE_RUN)).status, 'busy', 'it would be a second run');
  assert.equal((await world.store.claim(lost!, 'w3', { ...ONE_RUN, max_restarts: 0 })).status, 'gave_up');
  assert.equal((await world.store.claim(other!, 'w4', ONE_RUN)).status, 'busy', held.run.id);
});

test('with both limits, claims, publications and other acts at once: nobody waits in a circle', async () => {
  const models = await waitingModels(6);
  for (const i of models.keys()) await comes(`w${i}`, `gpu${i % 2}`);
  const at = (i: number): ClaimOptions => ({ ...LEASE, accelerator: `gpu${i % 2}`, tenant_runs: 3 });
  let done = 0;
  for (let round = 0; done < models.length; round++) {
    assert.ok(round < 20, 'each model has its turn');
    const claims = await claimAllOf(models, at);
    assert.ok(claims.length >= 1 && claims.length <= 2, String(claims.length));
    done += claims.length;
    await Promise.all([
      ...claims.map((claim, i) => publishRun(world.store, claim, 1000 + 10 * round + i)),
      claimAllOf(models, at, 'nobody'),
    ]);
  }
  assert.equal(await world.sql(`select from runs where state = 'published'`), models.length);
});

/** By all workers at once, each for a model of its own; `nobody` is not listed and gets none. */
async function claimAllOf(models: readonly string[], at: (i: number) => ClaimOptions, name = 'w'): Promise<Claim[]> {
  const outcomes = await Promise.all(models.map((model, i) => world.store.claim(model, `${name}${i}`, at(i))));
  return outcomes.flatMap((outcome) => (outcome.status === 'claimed' ? [outcome.claim] : []));
}
