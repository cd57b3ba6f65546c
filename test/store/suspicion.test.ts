import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ForgetBudget } from '../../src/domain/suspicion.ts';
import type { CreateManyOutcome, CreateRequest } from '../../src/runs/ports.ts';
import { createStore } from '../../src/store/store.ts';
import { openWorld, publishRun, TENANT, type World, wish } from './fixture.ts';

/** Of a model of 30 people with two records each: three people a day. */
const BUDGET: ForgetBudget = { window_ms: 86_400_000, share: 0.1, people: 1, request_people: 5, compute_seconds: 0 };

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

let worlds = 0;
/** A model whose people are `p0` to `p29` of this call alone. */
async function trained() {
  const name = (i: number) => `w${worlds}-p${i}`;
  worlds++;
  const first = worlds - 1;
  const people = Array.from({ length: 30 }, (_, i) => [`w${first}-p${i}`]);
  const model = await world.model([await world.corpus([...people, ...people])]);
  const ask = (i: number, more: Partial<CreateRequest> = {}) => wish([`w${first}-p${i}`], { budget: BUDGET, ...more });
  return { model, ask, name };
}
const states = (outcomes: CreateManyOutcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'created' ? outcome.state : outcome.status));
const idOf = (outcome: CreateManyOutcome) => (outcome.status === 'created' ? outcome.request_id : '');

test('what goes beyond the budget of the day waits for approval, in one batch or one by one, and the ledger says why', async () => {
  const { model, ask } = await trained();
  const made = await world.store.createRequests([0, 1, 2, 3].map((i) => ask(i)));
  assert.deepEqual(states(made), ['queued', 'queued', 'queued', 'awaiting_approval']);
  const request = (await world.store.getRequest(TENANT, idOf(made[3]!)))!;
  assert.deepEqual([request.state, request.approval_required], ['awaiting_approval', true]);
  assert.deepEqual(
    request.suspicion?.signals.map(({ signal, value, limit }) => [signal, value, limit]),
    [
      ['records-budget', 8, 6],
      ['people-budget', 4, 3],
    ],
  );
  const created = (await world.store.readLedger({ limit: 1000 })).filter(({ type }) => type === 'request.created');
  assert.deepEqual(created.at(-1)!.data.suspicion, request.suspicion);
  assert.equal(created.at(-2)!.data.suspicion, undefined);

  assert.deepEqual(states(await world.store.createRequests([ask(4)])), ['awaiting_approval']);
  // what waits for approval takes nobody's place, and what is withdrawn gives its own back
  assert.equal((await world.act(idOf(made[0]!), 'cancel')).status, 'done');
  assert.deepEqual(states(await world.store.createRequests([ask(5), ask(6)])), ['queued', 'awaiting_approval']);
  const claim = await world.claim(model);
  assert.equal(claim.run.request_ids.length, 3, 'those within the budget go on meanwhile');
  await publishRun(world.store, claim, 2);
  assert.deepEqual(
    states(await world.store.createRequests([ask(7)])),
    ['awaiting_approval'],
    'what is forgotten counts',
  );
});

test('one request for much of the model waits, whatever the budget; strangers, other models and other days do not', async () => {
  const { ask } = await trained();
  const wide = ask(0, { subjects: Array.from({ length: 7 }, (_, i) => ask(i).subjects[0]!) });
  const [large] = await world.store.createRequests([{ ...wide, budget: { ...BUDGET, share: 0 } }]);
  assert.deepEqual(states([large!]), ['awaiting_approval']);
  const { suspicion } = (await world.store.getRequest(TENANT, idOf(large!)))!;
  assert.deepEqual([suspicion?.signals[0]?.signal, suspicion?.score], ['request-size', 1.4]);
  const other = await trained();
  const calm = [wish(['nobody-at-all'], { budget: BUDGET }), ...[0, 1, 2].map((i) => other.ask(i))];
  assert.deepEqual(states(await world.store.createRequests(calm)), ['completed_no_data', 'queued', 'queued', 'queued']);
  await world.sql(`update deletion_requests set received_at = received_at - interval '25 hours'`);
  assert.deepEqual(states(await world.store.createRequests([other.ask(3)])), ['queued']);
  // whoever names no budget is not judged
  assert.deepEqual(
    states(await world.store.createRequests([4, 5, 6, 7].map((i) => other.ask(i, { budget: undefined })))),
    [...Array(4).fill('queued')],
  );
});

test('time that runs took is counted, with what the plan, or else earlier runs, say of the next one', async () => {
  const { model, ask } = await trained();
  const budget = { ...BUDGET, share: 0, compute_seconds: 100 };
  const [dear, cheap] = await world.store.createRequests([
    ask(0, { budget, estimated_seconds: { [model]: 1e6 } }),
    ask(1, { budget, estimated_seconds: { [model]: 5 } }),
  ]);
  assert.deepEqual(states([dear!, cheap!]), ['awaiting_approval', 'queued']);
  await publishRun(world.store, await world.claim(model), 2);
  await world.sql(`update runs set started_at = finished_at - interval '60 seconds' where model_id = '${model}'`);
  assert.deepEqual(
    states(await world.store.createRequests([ask(2, { budget })])),
    ['awaiting_approval'],
    '60 s and 60 s',
  );
  assert.deepEqual(states(await world.store.createRequests([ask(3, { budget, estimated_seconds: { [model]: 30 } })])), [
    'queued',
  ]);
});

test('a run costs what it computed, and not what it waits for a worker or for somebody to publish it', async () => {
  const { model, ask } = await trained();
  const budget = { ...BUDGET, share: 0, compute_seconds: 5000 };
  await world.store.createRequests([ask(0, { budget })]);
  const claim = await world.claim(model);
  const attempt = { method: { name: 'npo', params: {} }, seed: 1, candidate: null, verdict: null, reason: null };
  const seconds = { unlearning: 40, verifying: 20 };
  await world.store.saveAttempt(claim.run.id, claim.fence, { ...attempt, seconds, peak_memory_bytes: null }, null);
  const id = `id = '${claim.run.id}'`;
  await world.sql(
    `update runs set started_at = clock_timestamp() - interval '3 days', state = 'unlearning' where ${id}`,
  );
  const one = { budget: { ...budget, window_ms: 7 * BUDGET.window_ms }, estimated_seconds: { [model]: 5 } };
  assert.deepEqual(states(await world.store.createRequests([ask(1, one)])), ['awaiting_approval'], 'at work for days');
  await world.sql(`update runs set state = 'planned' where ${id}`);
  assert.deepEqual(states(await world.store.createRequests([ask(2, one)])), ['queued']);
});

test('a process that starts counts what its first groups take in beside each other', async () => {
  const people = Array.from({ length: 400 }, (_, i) => [`start-${i}`]);
  await world.model([await world.corpus(people)]);
  // 160 people a day, whatever the share, of whom 120 were taken in by others
  const budget = { ...BUDGET, share: 0.0001, people: 160, request_people: 0 };
  let next = 0;
  const ask = (store: World['store'], count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const outcome = await store.createRequest(wish([`start-${next++}`], { budget }));
        return outcome.status === 'created' ? outcome.request.state : outcome.status;
      }),
    );
  const queued = (states: string[]) => states.filter((state) => state === 'queued').length;
  assert.equal(queued(await ask(world.store, 120)), 120);
  // a clock that goes on by being looked at: what is believed does not get out of date meanwhile
  let now = Date.now();
  const starting = createStore({ url: world.url, clock: () => new Date(now++) });
  try {
    const first = ask(starting, 20);
    for (let i = 0; i < 3; i++) await setImmediate();
    const [one, two] = await Promise.all([first, ask(starting, 20)]);
    assert.equal(queued([...one, ...two]), 40);
    assert.equal(queued(await ask(starting, 10)), 0);
  } finally {
    await starting.close();
  }
});
