import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DeletionRequest } from '../../src/domain/resources.ts';
import type { CreateRequestOutcome } from '../../src/runs/ports.ts';
import { must, openWorld, publishRun, subject, TENANT, type World, wish } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

function created(outcome: CreateRequestOutcome): DeletionRequest {
  if (outcome.status !== 'created') throw new Error(outcome.status);
  return outcome.request;
}

test('a request targets every model trained on a matching record, and no other', async () => {
  const [a, b, held] = [
    await world.corpus([['ada'], ['ada'], ['bob']]),
    await world.corpus([['ada']]),
    await world.corpus([['ada']]),
  ];
  const both = await world.model([a, b]);
  const second = await world.model([b]);
  await world.model([], [held]);
  const outcome = await world.request(['ada', 'unheard-of']);
  const request = created(outcome);
  assert.deepEqual(new Map(request.targets.map((t) => [t.model_id, t.records])), new Map([[both, 3]]).set(second, 1));
  assert.ok(request.targets.every((target) => target.state === 'queued' && target.run_id === null));
  assert.deepEqual(outcome.status === 'created' && outcome.ring.sort(), [both, second].sort());
  assert.equal(request.due_at, '2026-02-28T10:00:00.000Z');
  assert.deepEqual(request.identifier_types, ['email']);
  assert.equal(request.state, 'queued');
  assert.equal(request.completed_at, null);
});

test('nobody by that name: the request ends at once, and waits for a certificate of the search', async () => {
  const request = created(await world.request(['nobody']));
  assert.equal(request.state, 'completed_no_data');
  assert.deepEqual(request.targets, []);
  assert.ok(request.completed_at);
  const open = await world.store.uncertified();
  assert.deepEqual(
    open.filter((entry) => entry.request_id === request.id),
    [{ tenant: TENANT, request_id: request.id, target_id: null, run_id: null }],
  );
});

test('named models each get a target; one without a record ends at once; an unknown one is refused', async () => {
  const knows = await world.model([await world.corpus([['eve']])]);
  const ignorant = await world.model([await world.corpus([['bob2']])]);
  const request = created(await world.request(['eve'], { model_ids: [knows, ignorant, knows] }));
  const states = new Map(request.targets.map((target) => [target.model_id, target.state]));
  assert.deepEqual(states, new Map<string, string>([[knows, 'queued']]).set(ignorant, 'completed_no_data'));
  assert.equal(request.state, 'queued');
  const model_id = '00000000-0000-7000-8000-000000000000';
  const unknown = await world.request(['eve'], { model_ids: [model_id] });
  assert.deepEqual(unknown, { status: 'unknown_model', model_id });
});

test('any overlap with an open target on the same model is refused; another model is not', async () => {
  const [x, y] = [await world.corpus([['kim', 'name:n-kim']]), await world.corpus([['kim']])];
  const [mx, my] = [await world.model([x]), await world.model([y])];
  const first = created(await world.request(['kim'], { model_ids: [mx] }));
  const again = await world.request([], { subjects: [subject('kim'), subject('n-kim', 'name')], model_ids: [mx] });
  assert.deepEqual(again, { status: 'already_open', request_id: first.id });
  assert.equal((await world.request(['kim'], { model_ids: [my] })).status, 'created');
  assert.equal((await world.act(first.id, 'cancel')).status, 'done');
  assert.equal((await world.request(['kim'], { model_ids: [mx] })).status, 'created');
});

test('of twenty parallel requests for one person exactly one is created', async () => {
  await world.model([await world.corpus([['lea', 'name:n-lea'], ['lea']])]);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      // some give the email, some the name, some both: all overlap through the email
      world.request([], { subjects: i % 2 ? [subject('lea')] : [subject('n-lea', 'name'), subject('lea')] }),
    ),
  );
  const winners = outcomes.filter((outcome) => outcome.status === 'created');
  assert.equal(winners.length, 1);
  const id = created(winners[0]!).id;
  assert.ok(outcomes.every((o) => o.status === 'created' || (o.status === 'already_open' && o.request_id === id)));
});

test('an external id is used once a tenant, also in parallel', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, i) => world.request([`someone-${i}`], { external_id: 'case-1' })),
  );
  const id = created(outcomes.find((outcome) => outcome.status === 'created')!).id;
  assert.equal(outcomes.filter((o) => o.status === 'external_id_taken' && o.request_id === id).length, 7);
  assert.equal((await world.request(['x'], { external_id: 'case-1', tenant: 'other' })).status, 'created');
});

test('records that a model has forgotten do not count again', async () => {
  const model = await world.model([await world.corpus([['mia'], ['mia'], ['bob3']])]);
  created(await world.request(['mia']));
  await publishRun(world.store, await world.claim(model), 2);
  const again = created(await world.request(['mia']));
  assert.equal(again.state, 'completed_no_data');
  const named = created(await world.request(['mia'], { model_ids: [model] }));
  assert.deepEqual(
    [named.state, named.targets[0]?.state, named.targets[0]?.records],
    ['completed_no_data', 'completed_no_data', 0],
  );
});

test('lists filter by state and external id; a request of another tenant is unknown', async () => {
  const { store } = world;
  await world.model([await world.corpus([['pat'], ['quin']], 'lists')], [], 'lists');
  const open = created(await world.request(['pat'], { tenant: 'lists', external_id: 'p-1' }));
  const done = created(await world.request(['nobody'], { tenant: 'lists' }));
  const ids = async (query: { state?: string; external_id?: string }) =>
    (await store.listRequests('lists', { limit: 10, ...query })).items.map((request) => request.id);
  assert.deepEqual(await ids({}), [done.id, open.id]);
  assert.deepEqual(await ids({ state: 'queued' }), [open.id]);
  assert.deepEqual(await ids({ external_id: 'p-1' }), [open.id]);
  assert.equal(await store.getRequest(TENANT, open.id), null);
  assert.equal((await world.act(open.id, 'cancel')).status, 'unknown');
});

test('the subject digest depends on the keys alone, not on their order', async () => {
  const { store } = world;
  const a = created(await world.request(['s1', 's2']));
  const b = created(await world.request(['s2', 's1', 's1']));
  const c = created(await world.request(['s1']));
  const digestOf = (request: DeletionRequest) => store.subjectDigest(TENANT, request.id);
  assert.equal(await digestOf(a), await digestOf(b));
  assert.notEqual(await digestOf(a), await digestOf(c));
  assert.match(must(await digestOf(a)), /^sha256:[0-9a-f]{64}$/);
  await assert.rejects(store.subjectDigest('other', a.id), { code: 'not-found' });
});

test('cancelling takes what waits and leaves what a worker holds', async () => {
  const { store } = world;
  const [held, idle] = [
    await world.model([await world.corpus([['rio']])]),
    await world.model([await world.corpus([['rio']])]),
  ];
  const request = created(await world.request(['rio']));
  const claim = await world.claim(held);
  const outcome = await world.act(request.id, 'cancel');
  assert.equal(outcome.status, 'done');
  const after = must(await store.getRequest(TENANT, request.id));
  const states = new Map(after.targets.map((target) => [target.model_id, target.state]));
  assert.deepEqual(states, new Map<string, string>([[held, 'queued']]).set(idle, 'cancelled'));
  const held_by = { run_id: claim.run.id, allowed: [] };
  assert.deepEqual(await world.act(request.id, 'cancel'), { status: 'conflict', state: 'queued', ...held_by });
  assert.ok(after.version > request.version);

  // given back, the run holds nobody any more; its last request gone, it ends with the next claim
  assert.equal(await store.releaseRun(claim.run.id, claim.fence, 'shutdown'), true);
  assert.equal((await world.act(request.id, 'cancel')).status, 'done');
  assert.deepEqual(await store.claim(held, 'worker-b', { lease_ms: 1000, max_restarts: 1 }), { status: 'nothing' });
  assert.equal((await store.getRun(TENANT, claim.run.id))?.state, 'cancelled');
  assert.equal((await store.getRequest(TENANT, request.id))?.state, 'cancelled');
});

test('a preview says what a request would come to, and writes nothing', async () => {
  const train = await world.corpus([['kay'], ['kay'], ['lou'], ['lou'], ['max']]);
  const knows = await world.model([train], [await world.corpus([['nan'], ['nan']])]);
  const ignorant = await world.model([await world.corpus([['oli']])]);
  const preview = (keys: string[], more: Partial<Parameters<typeof world.request>[1]> = {}) =>
    world.store.previewRequest(wish(keys, more));
  const outcome = await preview(['kay'], { model_ids: [knows, ignorant] });
  assert.ok(outcome.status === 'possible', outcome.status);
  assert.deepEqual(
    outcome.targets.map(({ model, ...counts }) => [model.id, counts]),
    [
      [knows, { forget: 2, retain: 3, holdout: 2 }],
      [ignorant, { forget: 0, retain: 1, holdout: 0 }],
    ],
  );
  assert.deepEqual(await preview(['nobody-at-all']), { status: 'possible', targets: [] });
  const request = created(await world.request(['kay'], { external_id: 'kay-1' }));
  const taken = { request_id: request.id };
  assert.deepEqual(await preview(['kay']), { status: 'already_open', ...taken });
  assert.deepEqual(await preview(['lou'], { external_id: 'kay-1' }), {
    status: 'external_id_taken',
    ...taken,
    is_open: true,
  });
  const model_id = '00000000-0000-7000-8000-000000000000';
  assert.deepEqual(await preview(['lou'], { model_ids: [model_id] }), { status: 'unknown_model', model_id });
});

test('requests that come at once share a transaction: each sees those before it, and one that fails fails no other', async () => {
  const model = await world.model([await world.corpus([['grace'], ['heidi']])]);
  const ledger = async () => (await world.store.ledgerEntries(TENANT, { after: 0, limit: 1000 })).length;
  const before = await ledger();
  const [grace, again, wrong, heidi, nobody] = await Promise.allSettled([
    world.request(['grace'], { external_id: 'crowd-1', cooling_off_ms: 60_000 }),
    world.request(['grace']),
    // Postgres' text holds no such character
    world.request(['ivan'], { ground: '\u0000' }),
    world.request(['heidi', 'sms:heidi'], { model_ids: [model], reverify_seconds: 86_400 }),
    world.request(['nobody-else'], {
      verified: false,
      group_id: model,
      method: { name: 'npo', params: { beta: 0.5 } },
    }),
  ]);
  assert.equal(wrong!.status, 'rejected');
  const outcomes = [grace, again, heidi, nobody].map((one) => must(one?.status === 'fulfilled' ? one.value : null));
  const first = created(outcomes[0]!);
  assert.deepEqual(outcomes[1], { status: 'already_open', request_id: first.id });
  for (const outcome of [outcomes[0]!, outcomes[2]!, outcomes[3]!]) {
    const request = created(outcome);
    assert.deepEqual(request, await world.store.getRequest(TENANT, request.id));
  }
  assert.equal(await ledger(), before + 3);
});
