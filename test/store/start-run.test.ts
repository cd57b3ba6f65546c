// What begins on a model where a training for nobody waits beside requests that wait for others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LEASE, must, openWorld, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const HOUR = 3600;
const WINDOW = { max_wait: null, promptness: 60, reserve: 0 };
const CAN = { backend: 'tfjs-cpu', memory_bytes: null, max_parameters: null, accelerator: null };
const WORKER = { id: 'w1', ...CAN };

let made = 0;
/** Runs of the model as if they had been; what windows follow from has none that failed. */
const pastRuns = (model: string, runs: number, method: string, seconds: number) =>
  world.sql(`
    with made as (
      insert into runs (id, tenant_id, model_id, state, plan, parent, counts, progress, restarts, fence, version,
        created_at, started_at, finished_at, updated_at)
      select gen_random_uuid(), m.tenant_id, m.id, '${method === 'retrain' ? 'failed' : 'needs_review'}', '[]', m.active, '{"people": 1, "requests": 1}', '{}', 0, 1, 1,
        now(), now(), now(), now() from models m, generate_series(1, ${runs}) where m.id = '${model}' returning id, tenant_id)
    insert into run_attempts (tenant_id, run_id, position, attempt)
    select tenant_id, id, 0, '{"method": {"name": "${method}"}, "seconds": {"unlearning": ${seconds}}}' from made`);

/** A model whose runs take an hour, with a request that waits for others, and a consolidation. */
async function windowedModel(dueInHours: number, tenant = TENANT): Promise<string> {
  const n = ++made;
  const names = Array.from({ length: 40 }, (_, i) => [`m${n}-${i}`]);
  const model = await world.model([await world.corpus(names, tenant)], [], tenant, 100 + n);
  await pastRuns(model, 3, 'npo', HOUR);
  await ask(model, 0, dueInHours, tenant, n);
  // so many came lately that another one is to be expected
  await world.sql(`update models set created_at = now() - interval '12 hours' where id = '${model}'`);
  const id = `0192f0c1-5b8f-7c3d-9a4e-2f6b1d0e8a${String(n).padStart(2, '0')}`;
  const one = { tenant, model_id: model, why: 'asked' as const, reason: null, actor: 'test' };
  assert.deepEqual(await world.store.queueConsolidation({ ...one, id }), { status: 'queued' });
  return model;
}
async function ask(model: string, person: number, dueInHours: number, tenant = TENANT, n = made): Promise<void> {
  const now = { submitted_at: new Date().toISOString(), model_ids: [model], tenant };
  const request = await world.request([`m${n}-${person}`], now);
  assert.ok(request.status === 'created');
  const { id } = request.request;
  await world.sql(`update deletion_requests set due_at = now() + interval '${dueInHours} hours' where id = '${id}'`);
}

const claim = (model: string) => world.store.claim(model, WORKER.id, { ...LEASE, window: WINDOW });
const kindOf = async (model: string) => {
  const outcome = await claim(model);
  return outcome.status === 'claimed' ? outcome.claim.run.kind : outcome.status;
};
const begins = async (model: string) => (await world.store.modelsToRun(WORKER)).includes(model);

test('a training uses a window where nobody is due within three days, in its own turn and not in the requests’', async () => {
  const model = await windowedModel(20 * 24);
  assert.equal(await kindOf(model), 'waits', 'the window was to be decided: others’ requests may be waiting');
  assert.ok(await begins(model), 'it is rung for');
  await ask(model, 1, 20 * 24);
  assert.equal(await kindOf(model), 'waits', 'and again for whoever comes');
  assert.equal(await kindOf(model), 'consolidation');
});

test('a request that is due within three days is not made to wait for a day of training; a short one fits before it', async () => {
  const model = await windowedModel(60);
  const waits = await claim(model);
  assert.ok(waits.status === 'waits', JSON.stringify(waits));
  assert.equal(await begins(model), false);
  assert.equal(await kindOf(model), 'waits', 'nobody knows how long it takes');
  const long = (Date.parse(waits.until) - Date.now()) / 1000;
  await pastRuns(model, 1, 'retrain', Math.round(long * 1.2));
  assert.deepEqual([await kindOf(model), await begins(model)], ['waits', false], 'it would end after the window');
  await world.sql(`delete from run_attempts where attempt->'method'->>'name' = 'retrain'`);
  await pastRuns(model, 1, 'retrain', Math.round(long * 0.5));
  assert.equal(await begins(model), true);
  assert.equal(await kindOf(model), 'consolidation');
});

test('one that has waited for a day goes first, but for who is urgent', async () => {
  const model = await windowedModel(20 * 24);
  await world.sql(`update consolidations set created_at = now() - interval '25 hours' where model_id = '${model}'`);
  const urgent = { submitted_at: new Date().toISOString(), model_ids: [model], urgent: true };
  await world.request([`m${made}-2`], urgent);
  assert.equal(await kindOf(model), 'deletion');
  const run = must((await world.store.listRuns(TENANT, { limit: 1 })).items[0]);
  assert.equal(run.request_ids.length, 2);
});
