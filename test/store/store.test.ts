import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { digest, LEASE, must, openWorld, publishRun, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

test('several processes may migrate an empty database at once, and again', async () => {
  const database = await createTestDatabase();
  const stores = Array.from({ length: 4 }, () => createStore({ url: database.url, max: 2 }));
  try {
    await Promise.all(stores.map((store) => store.migrate()));
    await stores[0]!.migrate();
    assert.deepEqual((await stores[1]!.listModels(TENANT, { limit: 1 })).items, []);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    await stores[0]!.close();
    await database.drop();
  }
});

test('a server that is away is `service-unavailable`, for every method', async () => {
  const store = createStore({ url: 'postgres://nobody:none@127.0.0.1:1/none' });
  try {
    await assert.rejects(store.ping(), { code: 'service-unavailable' });
    await assert.rejects(store.getModel(TENANT, 'x'), { code: 'service-unavailable' });
    await assert.rejects(store.modelsToRing(), { code: 'service-unavailable' });
    await assert.rejects(store.claim('x', 'w', LEASE), { code: 'service-unavailable' });
  } finally {
    await store.close();
  }
});

test('connections that the server ends are replaced', async () => {
  const { store } = world;
  await store.ping();
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
  // the pool notices with its next use at the latest
  await store.ping().catch(() => {});
  await store.ping();
});

test('the database itself refuses nonsense', async () => {
  const model = await world.model([await world.corpus([['ada'], ['bob']])]);
  await world.request(['ada']);
  await publishRun(world.store, await world.claim(model), 2);
  await world.request(['bob']);
  const { run } = await world.claim(model);
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  const refused: [name: string, statement: string][] = [
    ['an alias to an unknown checkpoint', `update models set active = '${digest(66)}' where id = '${model}'`],
    [
      'two active checkpoints',
      `update checkpoints set state = 'active', delete_after = null where model_id = '${model}'`,
    ],
    ['a published run that did not pass', `update runs set verdict = 'failed' where state = 'published'`],
    ['an unknown state', `update request_targets set state = 'gone'`],
    [
      'a second open run',
      `insert into runs select (jsonb_populate_record(r, '{"id": "${TENANT_RUN}"}')).* from runs r where id = '${run.id}'`,
    ],
    [
      'a record of no corpus',
      `insert into record_ids select tenant_id, gen_random_uuid(), 0, array[gen_random_uuid()] from models limit 1`,
    ],
    ['a completed target without a run', `update request_targets set run_id = null where state = 'completed'`],
  ];
  try {
    for (const [name, statement] of refused) {
      await assert.rejects(client.query(statement), { code: /^23/ }, name);
    }
  } finally {
    await client.end();
  }
});
const TENANT_RUN = '00000000-0000-7000-8000-000000000001';

test('requests, cancellations, claims and publications of one model at once: no deadlock, nothing lost', async () => {
  const { store } = world;
  const keys = Array.from({ length: 24 }, (_, i) => `crowd-${i}`);
  const model = await world.model([await world.corpus([...keys.map((key) => [key]), ['rest']])]);
  const outcomes = await Promise.all([...keys, ...keys].map((key) => world.request([key])));
  const ids = outcomes.flatMap((outcome) => (outcome.status === 'created' ? [outcome.request.id] : []));
  assert.equal(ids.length, keys.length);
  const cancelled = new Set<string>();
  const cancel = async (id: string) => {
    if ((await world.act(id, 'cancel')).status === 'done') cancelled.add(id);
  };
  let version = 1;
  const work = async (worker: string) => {
    for (let round = 0; round < 6; round++) {
      const outcome = await store.claim(model, worker, LEASE);
      if (outcome.status !== 'claimed') continue;
      if (round % 2 === 0) await store.releaseRun(outcome.claim.run.id, outcome.claim.fence, 'shutdown');
      else await publishRun(store, outcome.claim, 1000 + version++);
    }
  };
  await Promise.all([...ids.slice(0, 12).map(cancel), ...['a', 'b', 'c'].map(work)]);
  for (let outcome = await store.claim(model, 'last', LEASE); outcome.status === 'claimed'; ) {
    await publishRun(store, outcome.claim, 1000 + version++);
    outcome = await store.claim(model, 'last', LEASE);
  }
  for (const id of ids) {
    const request = must(await store.getRequest(TENANT, id));
    assert.equal(request.state, cancelled.has(id) ? 'cancelled' : 'completed');
  }
  const checkpoints = await store.listCheckpoints(TENANT, model);
  assert.equal(checkpoints.filter((checkpoint) => checkpoint.state === 'active').length, 1);
});
