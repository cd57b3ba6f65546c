// In which order models begin where a training for nobody waits, and what the forecast says of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LEASE, must, openWorld, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const HOUR = 3600;
const CAN = { backend: 'tfjs-cpu', memory_bytes: null, max_parameters: null, accelerator: null };
const WORKER = { id: 'w1', ...CAN };
const UUID = '0192f0c1-5b8f-7c3d-9a4e-2f6b1d0e8a';

/** A model of a tenant of its own, whose runs take an hour; a training took a day. */
async function model(tenant: string, n: number): Promise<string> {
  const id = await world.model([await world.corpus([[`${tenant}-a`], [`${tenant}-b`]], tenant)], [], tenant, 100 * n);
  const past = (count: number, method: string, seconds: number) =>
    world.sql(`
      with made as (
        insert into runs (id, tenant_id, model_id, state, plan, parent, counts, progress, restarts, fence, version,
          created_at, finished_at, updated_at)
        select gen_random_uuid(), m.tenant_id, m.id, '${method === 'retrain' ? 'failed' : 'needs_review'}', '[]', m.active,
          '{"people": 1, "requests": 1}', '{}', 0, 1, 1, now(), now(), now()
        from models m, generate_series(1, ${count}) where m.id = '${id}' returning id, tenant_id)
      insert into run_attempts (tenant_id, run_id, position, attempt)
      select tenant_id, id, 0, '{"method": {"name": "${method}"}, "seconds": {"unlearning": ${seconds}}}' from made`);
  await past(3, 'npo', HOUR);
  await past(1, 'retrain', 24 * HOUR);
  return id;
}
const ask = (tenant: string, model_id: string, person = 'a') =>
  world.request([`${tenant}-${person}`], {
    ...{ tenant, model_ids: [model_id], submitted_at: new Date().toISOString() },
  });
/** A window as a claim keeps it. */
const windowOf = (id: string, hours: number) =>
  world.sql(`
    insert into model_windows (tenant_id, model_id, waiting, starts_at, decided_at, reason)
    select tenant_id, id, 1, now() + interval '${hours} hours', now(), 'to be worth a run' from models where id = '${id}'
    on conflict (tenant_id, model_id) do update set starts_at = excluded.starts_at, decided_at = excluded.decided_at`);
const order = () => world.store.modelsToRun(WORKER);
async function hoursOf(tenant: string, id: string): Promise<number> {
  const { at, models } = await world.store.forecast(tenant, 10);
  const { expected_start_at } = must(models.find((one) => one.model_id === id));
  return Math.round((Date.parse(must(expected_start_at)) - Date.parse(at)) / (HOUR * 1000));
}
const dueIn = (tenant: string, hours: number) =>
  world.sql(`update deletion_requests set due_at = now() + interval '${hours} hours' where tenant_id = '${tenant}'`);

test('a training in a window goes after everybody’s requests, whatever is due; the forecast plays it out', async () => {
  await world.store.noteWorker({ ...CAN, worker: WORKER.id, tasks: 'runs', device: 'cores', gpus: [] });
  const [windowed, other] = [await model('acme', 1), await model('globex', 2)];
  await ask('acme', windowed);
  await windowOf(windowed, 6);
  assert.deepEqual([await order(), await hoursOf('acme', windowed)], [[], 6]);

  const one = { tenant: 'acme', model_id: windowed, why: 'asked' as const, reason: null, actor: 'test' };
  assert.equal((await world.store.queueConsolidation({ ...one, id: `${UUID}01` })).status, 'queued');
  assert.deepEqual([await order(), await hoursOf('acme', windowed)], [[windowed], 24]);

  // whoever begins goes before, though due later, and of a tenant that has had more
  await ask('globex', other);
  await dueIn('globex', 28 * 24);
  await dueIn('acme', 20 * 24);
  await world.sql(`update runs set started_at = now() - interval '9 hours' where tenant_id = 'globex'`);
  assert.deepEqual(await order(), [other, windowed]);
  assert.deepEqual([await hoursOf('globex', other), await hoursOf('acme', windowed)], [0, 25]);

  // due within three days, and a day of training is longer than the window
  await dueIn('acme', 60);
  assert.deepEqual([await order(), await hoursOf('acme', windowed)], [[other], 6]);
  await windowOf(windowed, 30);
  assert.deepEqual([await order(), await hoursOf('acme', windowed)], [[other, windowed], 30]);
});

test('a training that was given back is nobody’s until somebody waits behind it, whose due date it has then', async () => {
  const [left, other] = [await model(TENANT, 3), await model('initech', 4)];
  const one = { tenant: TENANT, model_id: left, why: 'asked' as const, reason: null, actor: 'test' };
  await world.store.queueConsolidation({ ...one, id: `${UUID}02` });
  const { run, fence } = await world.claim(left, WORKER.id, LEASE);
  assert.equal(run.kind, 'consolidation');
  await ask('initech', other);
  assert.equal(await world.store.releaseRun(run.id, fence, 'redeployed'), true);
  const two = async () => (await order()).filter((id) => id === left || id === other);
  assert.deepEqual(await two(), [other, left]);
  await ask(TENANT, left);
  await dueIn(TENANT, 30);
  assert.deepEqual(await two(), [left, other]);
});
