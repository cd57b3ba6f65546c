import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openWorld, publishRun, TENANT, type World } from './fixture.ts';

let now = Date.now();
let world: World;
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

const created = async (keys: string[], more = {}) => {
  const outcome = await world.request(keys, more);
  if (outcome.status !== 'created') throw new Error(outcome.status);
  return outcome.request.id;
};
const ordinals = (places: readonly { ordinal: number }[]) => places.map(({ ordinal }) => ordinal);
async function look(request_id: string) {
  const { free, waiting, gone } = await world.store.erasurePlaces({ tenant: TENANT, request_id });
  return { free: ordinals(free), waiting, gone };
}
const AGAIN = { undone_ms: 60_000, needed_ms: 3_600_000, most_ms: 24 * 3_600_000 };
const windowsEnd = () =>
  world.sql(`update checkpoints set state = 'deleted', deleted_at = now() where state = 'retained'`);

test('text stays while a model knows it, while a checkpoint does that can be rolled back to, and while another request needs it', async () => {
  const corpus = await world.corpus([['anna'], ['anna', 'berta'], ['berta'], ['carla']]);
  const [first, second] = [await world.model([corpus]), await world.model([corpus], [], TENANT, 50)];
  const id = await created(['anna'], { model_ids: [first] });
  await publishRun(world.store, await world.claim(first), 2);
  assert.deepEqual(await look(id), { free: [], waiting: 2, gone: 0 });
  await windowsEnd();
  assert.deepEqual(await look(id), { free: [], waiting: 2, gone: 0 }, 'the second model knows her');
  await created(['anna'], { model_ids: [second] });
  await publishRun(world.store, await world.claim(second), 52);
  assert.deepEqual(await look(id), { free: [], waiting: 2, gone: 0 }, 'and could be rolled back');
  await windowsEnd();
  const other = await created(['berta'], { model_ids: [second] });
  assert.equal((await world.act(other, 'hold')).status, 'done');
  assert.deepEqual(await look(id), { free: [0], waiting: 1, gone: 0 }, 'a hold keeps the shared record');
  const of = { tenant: TENANT, request_id: id };
  const record = (ordinal: number) => ({ ordinal, digest: 'd' });
  assert.equal(await world.store.markErased(of, corpus, [record(0), record(1)], null), false);
  assert.deepEqual(await look(id), { free: [0], waiting: 1, gone: 0 }, 'all or nothing');
  await world.act(other, 'cancel');
  assert.equal(await world.store.markErased(of, corpus, [record(0), record(1)], null), true);
  await world.store.finishErasure(of, corpus, [record(0), record(1)], 'test');
  assert.equal(await world.store.endErasure(of, AGAIN, 'test'), true);
  assert.equal((await world.store.getRequest(TENANT, id))!.erased_at, new Date(now).toISOString());

  // berta asks later: the record that she shared is gone whole, and there is no text to forget it by
  const late = await created(['berta'], { model_ids: [second] });
  const claim = await world.claim(second);
  const retained: number[] = [];
  const sets = await world.store.runSets(claim, async (rows) => void retained.push(...ordinals(rows)));
  assert.deepEqual([ordinals(sets.forget), retained, sets.gone], [[2], [3], undefined]);
  assert.deepEqual((await look(late)).gone, 1);
});

test('records that are held out go too, those of a corpus that no model was made with wait, and gone ones are in no set', async () => {
  const corpora = [
    await world.corpus([['dora'], ['emil']]),
    await world.corpus([['dora'], ['fritz'], ['gerda']]),
    await world.corpus([['dora']]),
  ] as const;
  const model = await world.model([corpora[0]], [corpora[1]], TENANT, 70);
  const id = await created(['dora']);
  await publishRun(world.store, await world.claim(model), 72);
  await windowsEnd();
  assert.deepEqual(await look(id), { free: [0, 0], waiting: 1, gone: 0 });
  const of = { tenant: TENANT, request_id: id };
  assert.equal(await world.store.endErasure(of, AGAIN, 'test'), false);
  const due = async (after_ms: number) =>
    (await world.store.dueErasures(after_ms, 10, AGAIN.most_ms)).some(({ request_id }) => request_id === id);
  assert.equal(await due(0), false, 'not looked at again at once');
  now += 61_000;
  assert.equal(await due(0), true);
  assert.equal(await due(3_600_000), false);

  // a model that comes later knows nothing of it: what is gone is neither retained nor held out, and cannot be forgotten by
  const gone = { tenant: TENANT, version: 1 as const, deletion_request_id: id, erased_at: new Date(now).toISOString() };
  for (const corpus_id of corpora.slice(0, 2))
    await world.store.restoreDeletions({ ...gone, corpus_id }, [{ ordinal: 0, digest: null }]);
  await world.store.restoreDeletions({ ...gone, corpus_id: corpora[1] }, [{ ordinal: 2, digest: null }]);
  const late = await world.model([corpora[0]], [corpora[1]], TENANT, 80);
  await created(['dora'], { model_ids: [late] });
  const retained: number[] = [];
  const claim = await world.claim(late);
  const sets = await world.store.runSets(claim, async (rows) => void retained.push(...ordinals(rows)));
  assert.deepEqual([ordinals(sets.forget), sets.gone, retained, ordinals(sets.holdout)], [[0], 1, [1], [1]]);
  const counts = await world.store.erasedCounts(
    TENANT,
    corpora.map((corpus_id) => ({ corpus_id, records: 2 })),
  );
  assert.deepEqual(
    [...counts],
    [
      [corpora[0], 1],
      [corpora[1], 1],
    ],
  );
});
