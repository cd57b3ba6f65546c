import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import type { Claim, NewKeptProbes } from '../../src/runs/ports.ts';
import { digest, must, openWorld, publication, TENANT, toVerifying, type World } from './fixture.ts';

const HOUR = 3_600_000;
let world: World;
let now = Date.parse('2026-03-01T10:00:00.000Z');
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

async function requestId(key: string, more = {}): Promise<string> {
  const outcome = await world.request([key], more);
  assert.ok(outcome.status === 'created');
  return outcome.request.id;
}

const probesOf = (claim: Claim, request_id: string, keep_ms: number): NewKeptProbes => ({
  ...{ model_id: claim.model.id, run_id: claim.run.id, request_id, key_id: uuid() },
  ...{ wrapped_key: 'v1.wrapped', digest: digest(7), records: 1, keep_ms },
});

let checkpoints = 1;
/** Forgets the person of a key; keeps probes for so long, or none. */
async function forget(model: string, key: string, keep_ms: number | null) {
  const id = await requestId(key);
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  const kept = keep_ms === null ? [] : [probesOf(claim, id, keep_ms)];
  checkpoints += 1;
  const outcome = await world.store.publish(claim, publication(claim, checkpoints, { kept }));
  assert.equal(outcome.status, 'published');
  return { id, claim, kept: kept[0] ?? null };
}

const people = (name: string) => Array.from({ length: 6 }, (_, i) => [`${name}${i}`]);
const modelOf = async (name: string) => world.model([await world.corpus(people(name))], [], TENANT, ++checkpoints);
const earlierOf = ({ tenant, model, run }: Claim, but: string | null = run.id, most = 50, seed = 3) =>
  world.store.earlierRequests({ tenant, model_id: model.id, but }, { most, seed });
const ask = async (model: string, key: string) => {
  await requestId(key);
  return earlierOf(await world.claim(model));
};

test('records of a run by request, with how long each request lets them be kept', async () => {
  const model = await world.model(
    [await world.corpus([['ada', 'bo'], ['ada'], ['bo'], ['cy']])],
    [],
    TENANT,
    ++checkpoints,
  );
  const [ada, bo] = [await requestId('ada', { reverify_seconds: 0 }), await requestId('bo')];
  const found = await world.store.requestRecords(await world.claim(model));
  const rows = (id: string) => must(found.find(({ request_id }) => request_id === id));
  assert.deepEqual([rows(ada).keep_ms, rows(bo).keep_ms], [0, null]);
  assert.deepEqual(
    [rows(ada).rows.map((row) => row.ordinal), rows(bo).rows.map((row) => row.ordinal)],
    [
      [0, 1],
      [0, 2],
    ],
  );
  assert.equal(must(await world.store.getRequest(TENANT, ada)).reverify_for, 'P0D');
  assert.equal(must(await world.store.getRequest(TENANT, bo)).reverify_for, null);
});

test('a model that has forgotten nobody has nobody to look at again', async () => {
  const nobody = { requests: 0, unobservable_requests: 0, unobservable_since: null, sample: [] };
  assert.deepEqual(await ask(await modelOf('a'), 'a0'), nobody);
});

test('a key is there from publication on, and shredding it says so in the ledger, once', async () => {
  const model = await modelOf('b');
  const first = await forget(model, 'b0', HOUR);
  now += 1000;
  const never = now;
  await forget(model, 'b1', null);
  now += 1000;
  const short = await forget(model, 'b2', 60_000);
  now += 1000;
  const place = { model_id: model, request_id: first.id, run_id: first.claim.run.id, key_id: must(first.kept).key_id };
  const seen = await ask(model, 'b3');
  assert.deepEqual([seen.requests, seen.unobservable_requests], [3, 1]);
  assert.equal(seen.unobservable_since, new Date(never).toISOString());
  assert.deepEqual(
    seen.sample.find(({ request_id }) => request_id === first.id),
    { ...place, wrapped_key: 'v1.wrapped' },
  );
  assert.deepEqual(await world.store.expiredProbes(), []);

  now += 60_000;
  const due = await world.store.expiredProbes();
  assert.deepEqual(
    due.map(({ key_id }) => key_id),
    [must(short.kept).key_id],
  );
  const over = await earlierOf(first.claim, null);
  assert.deepEqual(
    over.sample.map(({ request_id }) => request_id),
    [first.id],
    'not used though it is still there',
  );
  assert.equal(over.unobservable_requests, 2);

  const file = { run_id: short.claim.run.id, key_id: must(short.kept).key_id };
  assert.deepEqual([...(await world.store.neededProbes([file]))], [file.key_id]);
  assert.equal(await world.store.shredProbes(due[0]!, 'sweeper', 'expired'), true);
  assert.equal(await world.store.shredProbes(due[0]!, 'sweeper', 'expired'), false);
  assert.equal((await world.store.neededProbes([file])).size, 0);
  assert.equal(await world.sql(`select from vault_keys where id = '${file.key_id}'`), 0);
  const entries = (await world.store.readLedger({ limit: 1000 })).filter(({ type }) => type.startsWith('probes.'));
  const shredded = entries.filter(({ type }) => type === 'probes.shredded');
  assert.equal(shredded.length, 1);
  const [{ data, at, actor }] = shredded as [(typeof shredded)[0]];
  assert.deepEqual([data.request_id, data.digest, data.why, actor], [short.id, digest(7), 'expired', 'sweeper']);
  assert.deepEqual([data.shredded_at, at], [new Date(now).toISOString(), new Date(now).toISOString()]);
  const kept = entries.find((entry) => entry.type === 'probes.kept' && entry.data.run_id === short.claim.run.id)!;
  assert.deepEqual((kept.data.probes as { until: string }[])[0]!.until, new Date(never + 61_000).toISOString());
  const after = await earlierOf(first.claim, null);
  assert.deepEqual([after.unobservable_requests, after.unobservable_since], [2, new Date(never).toISOString()]);
});

test('of many a sample by the seed; a run that is open keeps its files', async () => {
  const model = await modelOf('c');
  for (const i of [0, 1, 2, 3]) await forget(model, `c${i}`, HOUR);
  await requestId('c4');
  const claim = await world.claim(model);
  const ids = async (seed: number) =>
    (await earlierOf(claim, claim.run.id, 2, seed)).sample.map(({ request_id }) => request_id);
  assert.equal((await ids(1)).length, 2);
  assert.deepEqual(await ids(1), await ids(1));
  assert.equal(new Set([...(await ids(1)), ...(await ids(2)), ...(await ids(3)), ...(await ids(4))]).size > 2, true);
  const file = { run_id: claim.run.id, key_id: uuid() };
  assert.deepEqual([...(await world.store.neededProbes([file]))], [file.key_id]);
});
