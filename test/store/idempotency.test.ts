import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorld, subject, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const KEY = 'a'.repeat(64);
const CALL = { key_digest: KEY, fingerprint: 'f' };

test('a key is held by saying so, only by the call that has it, and only until it is answered', async () => {
  const { store } = world;
  const take = (busy_ms: number) => store.takeKey(TENANT, CALL, { busy_ms, keep_ms: 60_000 });
  const first = await take(0);
  assert.ok(first.status === 'first');
  await store.renewKey(TENANT, KEY, first.token, 60_000);
  assert.equal((await take(0)).status, 'busy');
  await store.renewKey(TENANT, KEY, first.token, 0);
  await sleep(2);
  const second = await take(0);
  assert.ok(second.status === 'first');
  // too late
  await store.renewKey(TENANT, KEY, first.token, 60_000);
  const third = await take(60_000);
  assert.ok(third.status === 'first');
  const answer = { status: 202, headers: {}, body: 'done' };
  assert.ok(await store.saveAnswer(TENANT, KEY, third.token, answer));
  await store.renewKey(TENANT, KEY, third.token, 60_000);
  assert.deepEqual(await take(0), { status: 'answered', answer });
});

test('what a call makes has one id until its answer is kept, whatever became of a try; a new call has another', async () => {
  const { store } = world;
  const own = { ...CALL, key_digest: 'b'.repeat(64) };
  const take = async (busy_ms: number, keep_ms = 60_000, call = own) => {
    const taken = await store.takeKey(TENANT, call, { busy_ms, keep_ms });
    return taken.status === 'first' ? taken : assert.fail(taken.status);
  };
  const first = await take(0);
  assert.equal(first.again, false);
  // its process died
  const second = await take(60_000);
  assert.deepEqual([second.makes, second.again], [first.makes, true]);
  // it failed on our side
  await store.releaseKey(TENANT, own.key_digest, second.token);
  const third = await take(60_000);
  assert.deepEqual([third.makes, third.again], [first.makes, true]);
  await store.releaseKey(TENANT, own.key_digest, third.token);
  const other = await take(60_000, 0, { ...own, fingerprint: 'g' });
  assert.deepEqual([other.makes === first.makes, other.again], [false, false]);
  // its time is over
  const later = await take(60_000, 60_000, { ...own, fingerprint: 'g' });
  assert.deepEqual([later.makes === other.makes, later.again], [false, false]);
});

test('a call is taken in once, whatever became of its request, and spoils nothing for those beside it', async () => {
  const { store } = world;
  const wish = (name: string, call: string) => ({
    ...{ tenant: TENANT, external_id: null, ground: null, model_ids: null, method: null, actor: 'tester' },
    ...{ subjects: [subject(name)], submitted_at: '2026-01-31T10:00:00.000Z', batch_line: { call, line: 0 } },
  });
  const first = await store.createRequest(wish('nobody', 'c1'));
  assert.ok(first.status === 'created');
  const crowd = await Promise.allSettled([
    store.createRequest(wish('nobody', 'c1')),
    ...['c2', 'c3'].map((call) => store.createRequest(wish(`other-${call}`, call))),
  ]);
  assert.deepEqual(
    crowd.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled'],
  );
  assert.deepEqual(await store.batchLines(TENANT, 'c1'), [
    { line: 0, request_id: first.request.id, state: 'completed_no_data' },
  ]);
});
