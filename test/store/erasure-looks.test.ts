import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digest, openWorld, publication, TENANT, toVerifying, type World } from './fixture.ts';

const HOUR = 3_600_000;
const AGAIN = { undone_ms: 60_000, needed_ms: HOUR, most_ms: 24 * HOUR };
let now = Date.now();
let world: World;
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

const created = async (...keys: string[]) => {
  const outcome = await world.request(keys);
  if (outcome.status !== 'created') throw new Error(outcome.status);
  return outcome.request.id;
};
const due = async (most = 10) =>
  (await world.store.dueErasures(0, most, AGAIN.most_ms)).map(({ request_id }) => request_id);
const of = (request_id: string) => ({ tenant: TENANT, request_id });
/** As the chore does where nothing can go. */
const put = async (request_id: string) =>
  assert.equal(await world.store.endErasure(of(request_id), AGAIN, 'test'), false);
/** A run of all that waits, whose parent is kept for so long. */
async function publish(model: string, n: number, hours: number): Promise<void> {
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  const outcome = await world.store.publish(claim, publication(claim, n, { parent_retention_ms: hours * HOUR }));
  assert.equal(outcome.status, 'published');
}
/** What the sweep does with a checkpoint whose time is over. */
const dropped = (model_id: string, n: number) =>
  world.store.deleteCheckpoint({ tenant: TENANT, model_id, digest: digest(n) }, 'sweep', async () => {});

test('requests that have no record are put off together, and are due as soon as an upload names their person', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 25; i++) ids.push(await created(`nobody-${i}`));
  assert.deepEqual(await due(3), [], 'none of them is in the way of those that have');
  const put_off = `update deletion_requests set version = version where erasure_look_at > '${new Date(now + 23 * HOUR).toISOString()}'`;
  assert.equal(await world.sql(put_off), 25);
  now += 2 * HOUR;
  assert.deepEqual(await due(), []);
  assert.equal(await world.sql(put_off), 25, 'nobody looks at them meanwhile');

  const corpus = await world.corpus([['stranger'], ['nobody-3']]);
  assert.deepEqual(await due(), [ids[3]]);
  await put(ids[3]!);
  assert.deepEqual(await due(), [], 'no model was made with it: nobody knows until when');
  now += HOUR;
  assert.deepEqual(await due(), [ids[3]]);
  await world.model([], [corpus]);
  const { free } = await world.store.erasurePlaces(of(ids[3]!));
  assert.deepEqual(free, [{ corpus_id: corpus, ordinal: 1 }]);
  await put(ids[3]!);
  now += AGAIN.undone_ms;
  assert.deepEqual(await due(), [ids[3]], 'what could go and did not is tried soon');
  // whatever the watch over uploads misses
  now += AGAIN.most_ms;
  await world.sql(`insert into subject_records
    select tenant_id, corpus_id, 'nobody-4', 0, type, key_version, normaliser_version, '{0}' from subject_records limit 1`);
  assert.deepEqual((await due()).sort(), [ids[3], ids[4]].sort(), 'looked at a day later all the same');
});

test('who waits for a rollback window is due when it ends, when somebody ends it, and a day later at the latest', async () => {
  const corpus = await world.corpus([['anna'], ['berta'], ['carla'], ['dora']]);
  const model = await world.model([corpus], [], TENANT, 50);
  const mine = async () => (await due()).filter((id) => asked.includes(id));
  const asked = [await created('anna')];
  await publish(model, 51, 5);
  assert.deepEqual(await mine(), asked);
  await put(asked[0]!);
  now += 5 * HOUR - 1;
  assert.deepEqual(await mine(), [], 'the window is open');
  now += 1;
  assert.deepEqual(await mine(), asked);
  await put(asked[0]!);
  assert.deepEqual(await mine(), [], 'the checkpoint is due, and something holds it');
  assert.equal(await dropped(model, 50), true);
  assert.deepEqual(await mine(), asked);
  assert.equal((await world.store.erasurePlaces(of(asked[0]!))).free.length, 1);

  const [berta] = asked.splice(0, 1, await created('berta')).map(() => asked[0]!);
  await publish(model, 52, 50);
  await put(berta!);
  now += 24 * HOUR - 1;
  assert.deepEqual(await mine(), []);
  now += 1;
  assert.deepEqual(await mine(), [berta]);
  await put(berta!);
  assert.equal((await world.store.retireCheckpoint(TENANT, model, digest(51), 'ann')).status, 'retired');
  assert.equal(await dropped(model, 51), true);
  assert.deepEqual(await mine(), [berta], 'at once');
});

test('a request that is open again and ends again is looked at afresh, as is one whose corpus was deleted', async () => {
  const [used, spare] = [await world.corpus([['emil']]), await world.corpus([['emil'], ['fritz']])];
  const model = await world.model([used], [], TENANT, 70);
  const emil = await created('emil');
  await publish(model, 71, 50);
  const isDue = async () => (await due()).includes(emil);
  await put(emil);
  assert.equal(await isDue(), false);
  const run = (await world.store.getRequest(TENANT, emil))!.targets[0]!.run_id!;
  const act = { tenant: TENANT, id: run, actor: 'ann', reason: null, parent_retention_ms: HOUR };
  assert.equal((await world.store.rollBackRun(act)).status, 'done');
  assert.equal((await world.act(emil, 'retry')).status, 'done');
  await publish(model, 72, 50);
  assert.equal(await isDue(), true);
  await put(emil);
  assert.equal(await isDue(), false);
  const ending = { tenant: TENANT, id: spare, actor: 'ann', reason: null, check() {} };
  assert.equal((await world.store.deleteCorpus(ending)).status, 'deleted');
  assert.equal(await isDue(), true);
});
