// Retrained models that are kept: found again, refused to a lost run, gone with whom they saw.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Claim, DueReference } from '../../src/runs/ports.ts';
import { digest, openWorld, publication, publishRun, TENANT, toVerifying, type World } from './fixture.ts';

let world: World;
let now = Date.parse('2026-01-01T00:00:00Z');
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

const HOUR = 3_600_000;
const LIMITS = { unused_ms: HOUR, bytes: 1000 };
const NONE = async () => assert.fail('nothing may be removed');
let numbers = 500;
const fresh = () => numbers++;

async function model(people: string[]) {
  return world.model([await world.corpus(people.map((one) => [one]))], [], TENANT, fresh());
}
async function claimFor(modelId: string, person: string): Promise<Claim> {
  await world.request([person], { model_ids: [modelId] });
  return world.claim(modelId);
}
const keep = (claim: Claim, key: number, at = key, bytes = 10) =>
  world.store.keepReference(claim, { key: digest(key), digest: digest(at), bytes }, 'worker-a');
const due = async (limits = LIMITS) =>
  (await world.store.dueReferences(limits)).map(({ digest: at, reason }) => [at, reason]);
async function end(claim: Claim): Promise<void> {
  await world.store.moveRun(claim, 'failed', { targets: 'failed', reason: 'test' }, 'worker-a');
}

test('is found by what it was made from, by its own model alone, and in the place of one with the same key', async () => {
  const { store } = world;
  const claim = await claimFor(await model(['ann', 'bob']), 'ann');
  assert.equal(await store.takeReference(claim, digest(1)), null);
  assert.ok(await keep(claim, 1));
  assert.equal(await store.takeReference(claim, digest(1)), digest(1));
  assert.equal(await store.isOrphan(claim.run.id, digest(1)), false);
  assert.ok(await keep(claim, 1, 2));
  assert.equal(await store.takeReference(claim, digest(1)), digest(2));
  const other = await claimFor(await model(['ann']), 'ann');
  assert.equal(await store.takeReference(other, digest(1)), null);
  assert.equal(await keep({ ...claim, fence: claim.fence + 1 }, 3), false);
  assert.equal(await store.takeReference(claim, digest(3)), null);
  await end(claim);
  await end(other);
  assert.equal(await store.isOrphan(claim.run.id, digest(1)), true, 'what nobody names any more');
  assert.deepEqual(
    (await store.readLedger({ limit: 200 })).filter(({ type }) => type === 'reference.trained').length,
    2,
  );
  now += 2 * HOUR;
  for (const one of await store.dueReferences(LIMITS)) await store.dropReference(one, LIMITS, 'sweep', async () => {});
});

test('goes when somebody whom it saw is erased, and not for whom its own run or an earlier one forgot', async () => {
  const { store } = world;
  const id = await model(['cid', 'dora', 'eve']);
  const first = await claimFor(id, 'cid');
  await keep(first, 10);
  await publishRun(store, first, fresh());
  assert.deepEqual(await due(), [], 'it never saw cid');
  const second = await claimFor(id, 'dora');
  await keep(second, 11);
  assert.deepEqual(await due(), []);
  await publishRun(store, second, fresh());
  assert.deepEqual(await due(), [[digest(10), 'saw_erased']], 'the first saw dora');
  // a run that fails erases nobody: what another run makes for the same person stays
  const third = await claimFor(id, 'eve');
  await keep(third, 12);
  await end(third);
  const again = await claimFor(id, 'eve');
  await publishRun(store, again, fresh());
  assert.deepEqual(await due(), [
    [digest(10), 'saw_erased'],
    [digest(11), 'saw_erased'],
  ]);
  let removed = 0;
  for (const one of await store.dueReferences(LIMITS))
    assert.ok(await store.dropReference(one, LIMITS, 'sweep', async () => void removed++));
  assert.deepEqual([removed, await due()], [2, []]);
  const entries = await store.readLedger({ limit: 500 });
  const ended = entries.filter(({ type, data }) => type === 'reference.deleted' && data.reason === 'saw_erased');
  assert.deepEqual(
    ended.map(({ data }) => data.digest),
    [digest(10), digest(11)],
  );
});

test('its files stay where a model has them too: what was trained anew for a run may be what the run published', async () => {
  const { store } = world;
  const claim = await claimFor(await model(['hal', 'ivy']), 'hal');
  const published = fresh();
  await keep(claim, 40, published);
  await publishRun(store, claim, published);
  now += 2 * HOUR;
  const [kept] = (await store.dueReferences(LIMITS)).filter(({ digest: at }) => at === digest(published));
  assert.equal(kept!.reason, 'unused');
  assert.ok(await store.dropReference(kept!, LIMITS, 'sweep', NONE));
  assert.equal(await store.takeReference(claim, digest(40)), null);
  const last = (await store.readLedger({ limit: 500 })).findLast(({ type }) => type === 'reference.deleted');
  assert.deepEqual([last?.data.digest, last?.data.files_kept], [digest(published), true]);
  now -= 2 * HOUR;
});

test('a candidate that is the same training is named, and a checkpoint that is leaves its files when its window is over', async () => {
  const { store } = world;
  const claim = await claimFor(await model(['lou', 'meg']), 'lou');
  const same = fresh();
  assert.equal(await store.isNamed(digest(same)), false);
  await keep(claim, 50, same);
  assert.equal(await store.isNamed(digest(same)), true);
  await publishRun(store, claim, same);
  const next = await claimFor(claim.model.id, 'meg');
  await toVerifying(store, next);
  const made = publication(next, fresh(), { parent_retention_ms: 0 });
  assert.equal((await store.publish(next, made)).status, 'published');
  const [over] = (await store.expiredCheckpoints()).filter((one) => one.digest === digest(same));
  assert.ok(await store.deleteCheckpoint(over!, 'sweep', NONE));
  const last = (await store.readLedger({ limit: 500 })).findLast(({ type }) => type === 'checkpoint.deleted');
  assert.deepEqual([last?.data.digest, last?.data.files_kept], [digest(same), true]);
  assert.equal(await store.isNamed(digest(same)), true);
});

test('goes when nobody asks for it or the space is needed, but not under a run; files that another has stay', async () => {
  const { store } = world;
  const id = await model(['fay', 'gil']);
  const claim = await claimFor(id, 'fay');
  await keep(claim, 20, 30, 600);
  now += 1000;
  await keep(claim, 21, 30, 600);
  const ofModel = async (limits = LIMITS) =>
    (await store.dueReferences(limits)).filter(({ model_id }) => model_id === id) as DueReference[];
  now += 2 * HOUR;
  assert.deepEqual(await ofModel(), [], 'the run may still ask for them');
  await end(claim);
  now -= 2 * HOUR;
  const [oldest] = await ofModel();
  assert.deepEqual([oldest!.key, oldest!.reason], [digest(20), 'space']);
  assert.ok(await store.dropReference(oldest!, LIMITS, 'sweep', NONE));
  assert.equal(await store.dropReference(oldest!, LIMITS, 'sweep', NONE), false);
  assert.deepEqual(await ofModel(), []);
  now += 2 * HOUR;
  const [last] = await ofModel();
  assert.equal(last!.reason, 'unused');
  let removed = 0;
  assert.ok(await store.dropReference(last!, LIMITS, 'sweep', async () => void removed++));
  assert.equal(removed, 1);
});
