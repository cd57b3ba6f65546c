import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkpoint, digest, openWorld, publication, publishRun, TENANT, toVerifying, type World } from './fixture.ts';

let world: World;
let now = Date.parse('2026-01-01T00:00:00Z');
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

const mine = (model: string) => (entry: { model_id: string }) => entry.model_id === model;

async function published(key: string, more: { retention: number; first: number }) {
  const model = await world.model([await world.corpus([[key], ['other']])], [], TENANT, more.first);
  await world.request([key]);
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  const made = publication(claim, more.first + 1, { parent_retention_ms: more.retention });
  assert.equal((await world.store.publish(claim, made)).status, 'published');
  return { model, claim };
}

test('a parent is due for deletion after its window, and deleted once', async () => {
  const { store } = world;
  const { model } = await published('ann', { retention: 1000, first: 10 });
  assert.deepEqual((await store.expiredCheckpoints()).filter(mine(model)), []);
  now += 1000;
  const due = [{ tenant: TENANT, digest: digest(10), model_id: model }];
  assert.deepEqual((await store.expiredCheckpoints()).filter(mine(model)), due);
  const removed: number[] = [];
  const remove = (n: number) =>
    store.deleteCheckpoint({ tenant: TENANT, model_id: model, digest: digest(n) }, 'sweep', async () => {
      removed.push(n);
    });
  const broken = store.deleteCheckpoint(due[0]!, 'sweep', async () => assert.fail('the disk is away'));
  await assert.rejects(broken, /the disk is away/);
  assert.deepEqual([await remove(10), await remove(10), await remove(11)], [true, false, false]);
  assert.deepEqual(removed, [10]);
  assert.deepEqual((await store.expiredCheckpoints()).filter(mine(model)), []);
  const states = (await store.listCheckpoints(TENANT, model)).map((checkpoint) => checkpoint.state);
  assert.deepEqual(states.sort(), ['active', 'deleted']);
  const gone = (await store.listCheckpoints(TENANT, model)).find((one) => one.state === 'deleted')!;
  assert.equal(gone.deleted_at, new Date(now).toISOString());
  const kept = (await store.keptCheckpoints(TENANT)).filter(mine(model));
  assert.deepEqual(kept, [{ model_id: model, digest: digest(11) }]);
  const entries = await store.readLedger({ limit: 1000 });
  assert.equal(entries.filter((entry) => entry.type === 'checkpoint.deleted').length, 1);
});

test('bytes that another model still uses are never due', async () => {
  const { store } = world;
  const { model } = await published('ben', { retention: 0, first: 20 });
  const twin = await world.model([await world.corpus([['ben2']], 'other')], [], 'other', 20);
  assert.deepEqual((await store.expiredCheckpoints()).filter(mine(model)), []);
  await world.request(['ben2'], { tenant: 'other' });
  await publishRun(store, await world.claim(twin), 25);
  assert.deepEqual((await store.expiredCheckpoints()).filter(mine(model)), [], 'the twin may still roll back');
  now += 3_600_000;
  const due = (await store.expiredCheckpoints()).filter((entry) => entry.digest === digest(20));
  assert.deepEqual(due.map((entry) => entry.model_id).sort(), [model, twin].sort());
});

test('a kept parent is retired before its time, with an entry that says who asked; nothing else is', async () => {
  const { store } = world;
  const { model } = await published('eva', { retention: 3_600_000, first: 40 });
  const retire = (of: number | string, tenant = TENANT) => store.retireCheckpoint(tenant, model, digest(of), 'officer');
  assert.deepEqual(await retire(41), { status: 'active' });
  assert.deepEqual(await retire(99), { status: 'unknown' });
  assert.deepEqual(await retire(40, 'other'), { status: 'unknown' });
  assert.deepEqual((await store.expiredCheckpoints()).filter(mine(model)), []);
  assert.deepEqual(await retire(40), { status: 'retired' });
  assert.deepEqual(await retire(40), { status: 'retired' }, 'asked again before the files are gone');
  assert.equal((await store.expiredCheckpoints()).filter(mine(model)).length, 1);
  const entries = (await store.readLedger({ limit: 1000 })).filter((entry) => entry.type === 'checkpoint.retired');
  assert.deepEqual(
    entries.map(({ actor, data }) => ({ actor, data })),
    [
      {
        actor: 'officer',
        data: {
          ...{ model_id: model, digest: digest(40) },
          was_kept_until: new Date(now + 3_600_000).toISOString(),
        },
      },
    ],
  );
  await store.deleteCheckpoint({ tenant: TENANT, model_id: model, digest: digest(40) }, 'officer', async () => {});
  assert.deepEqual(await retire(40), { status: 'deleted' });
});

test('a run that has not ended keeps the checkpoint that it starts from', async () => {
  const { store } = world;
  const model = await world.model([await world.corpus([['fay'], ['gil'], ['other']])], [], TENANT, 50);
  await world.request(['fay']);
  const slow = await world.claim(model);
  // somebody published meanwhile: the alias has moved on, the run has not noticed yet
  await world.sql(`update checkpoints set state = 'retained', delete_after = '2027-01-01' where model_id = '${model}'`);
  const outcome = await store.retireCheckpoint(TENANT, model, digest(50), 'officer');
  assert.deepEqual(outcome, { status: 'in_use', by: { run_id: slow.run.id } });
  assert.equal((await store.readLedger({ limit: 1000 })).filter((entry) => entry.data.digest === digest(50)).length, 0);
});

test('no model is made of a checkpoint in the moment in which its files go', async () => {
  const { store } = world;
  const { model } = await published('hal', { retention: 0, first: 60 });
  const going = Promise.withResolvers<void>();
  let there = true;
  const asked: boolean[] = [];
  const deleting = store.deleteCheckpoint(
    { tenant: TENANT, model_id: model, digest: digest(60) },
    'sweep',
    async () => {
      await going.promise;
      there = false;
    },
  );
  while ((await world.sql(`select from pg_locks where locktype = 'advisory'`)) === 0);
  const about = { architecture: 'gpt2', parameters: 1, corpora: [], has_recipe: false, warnings: [] };
  const present = async () => {
    asked.push(there);
    return there;
  };
  const twin = { ...about, name: 'twin-of-sixty', checkpoint: checkpoint(60) };
  const making = store.createModel(TENANT, twin, 'tester', present);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(asked, [], 'it waits');
  going.resolve();
  assert.equal(await deleting, true);
  assert.deepEqual(await making, { status: 'checkpoint_gone' });
  there = true;
  assert.equal((await store.createModel(TENANT, twin, 'tester', present)).status, 'created');
});
