import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { PRESETS } from '../../src/domain/policies.ts';
import { earlierDigest } from '../../src/runs/digests.ts';
import { policyInForce } from '../../src/runs/policy.ts';
import { queueReverifications } from '../../src/runs/reverify.ts';
import { digest, LEASE, must, openWorld, publication, report, TENANT, toVerifying, type World } from './fixture.ts';

const DAY = 86_400_000;
const { policy } = PRESETS.standard;
let world: World;
let now = Date.parse('2026-03-01T10:00:00.000Z');
let model: string;
let active: string;
before(async () => {
  world = await openWorld(() => new Date(now));
  model = await world.model([await world.corpus([['ada'], ['bo'], ['cy']])]);
  await forget('ada', 2, 40 * DAY);
});
after(() => world.close());

async function forget(key: string, n: number, keep_ms: number) {
  await world.request([key]);
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  const [request_id] = claim.run.request_ids;
  const place = { model_id: model, run_id: claim.run.id, request_id: request_id!, key_id: uuid() };
  const kept = [{ ...place, wrapped_key: 'v1.wrapped', digest: digest(7), records: 3, keep_ms }];
  assert.equal((await world.store.publish(claim, publication(claim, n, { kept }))).status, 'published');
  active = digest(n);
}
const due = (every: number | null = 7) => world.store.dueReverifications(every);
const sweep = () => queueReverifications({ store: world.store, policy, worker: 'worker-a' });
const open = async () =>
  (await world.store.listVerifications(TENANT, active, { limit: 50 })).items.filter((one) => one.finished_at === null);
const claim = (id: string) => world.store.claimVerification(id, 'worker-a', LEASE);

test('due is a checkpoint in use that nobody looked at for as long as the policy of its model says', async () => {
  const { store } = world;
  now += 7 * DAY - 1000;
  assert.deepEqual(await due(), [], 'the run that published it looked at everybody');
  now += 1000;
  const one = { tenant: TENANT, model_id: model, checkpoint_id: active, records: 3 };
  assert.deepEqual([await due(), await due(null)], [[one], []]);
  await store.choosePolicy(TENANT, null, { ...policy, reverify_every_days: null }, 'test');
  assert.deepEqual(await due(), [], 'the tenant wants none');
  await store.choosePolicy(TENANT, model, { ...policy, reverify_every_days: 8 }, 'test');
  assert.deepEqual(await due(), [], 'the model wants it later');
  await store.choosePolicy(TENANT, model, policy, 'test');
  assert.deepEqual(await due(), [one]);
});

test('one at a time for a model, and none for a checkpoint that is no longer in use', async () => {
  const { store } = world;
  const [one] = await due();
  const wish = {
    ...one!,
    policy: await policyInForce(store, TENANT, model, policy),
    query_digest: earlierDigest(model),
  };
  assert.equal(await store.queueReverification({ ...wish, id: uuid(), checkpoint_id: digest(1) }, 'test'), false);
  const queue = () => store.queueReverification({ ...wish, id: uuid() }, 'test');
  assert.deepEqual((await Promise.all([queue(), queue(), queue()])).filter(Boolean), [true]);
  await sweep();
  const [waiting] = await open();
  assert.deepEqual([waiting!.asks, waiting!.records, waiting!.against_checkpoint_id], ['earlier', 3, null]);
  const entries = (await store.readLedger({ limit: 100 })).filter(({ type }) => type === 'verification.requested');
  assert.deepEqual(
    entries.map(({ data }) => [data.verification_id, data.asks]),
    [[waiting!.id, 'earlier']],
  );
});

test('it waits while a run of the model is wanted or under way, is lost with its worker and found again', async () => {
  const { store } = world;
  const [waiting] = await open();
  const request = await world.request(['bo']);
  assert.ok(request.status === 'created');
  assert.deepEqual([await store.verificationsToRing(), await claim(waiting!.id)], [[], null]);
  const run = await world.claim(model);
  assert.deepEqual([await store.verificationsToRing(), await claim(waiting!.id)], [[], null]);
  await store.releaseRun(run.run.id, run.fence, 'gone');
  await world.act(request.request.id, 'cancel');
  await store.claim(model, 'worker-a', LEASE);
  assert.deepEqual(await store.verificationsToRing(), [waiting!.id]);
  const lost = must(await claim(waiting!.id));
  await store.renewVerification(waiting!.id, lost.fence, 0);
  assert.deepEqual(await store.verificationsToRing(), [waiting!.id]);
  const again = must(await claim(waiting!.id));
  const end = { report: report('failed'), report_digest: digest(9), came_back: ['a'] };
  assert.equal(await store.finishVerification(waiting!.id, lost.fence, end, 'test'), false);
  assert.equal(await store.finishVerification(waiting!.id, again.fence, end, 'test'), true);
  now += 6 * DAY;
  assert.deepEqual(await due(), []);
  now += DAY;
  assert.equal((await due()).length, 1, 'a failed one is no reason to stop looking');
});

test('one that could not be done is tried again after a day; nobody looks when nothing is kept any more', async () => {
  await sweep();
  const [waiting] = await open();
  const held = must(await claim(waiting!.id));
  await world.store.finishVerification(waiting!.id, held.fence, { reason: 'the disk is away' }, 'test');
  now += DAY - 1000;
  assert.deepEqual(await due(), []);
  now += 1000;
  assert.equal((await due()).length, 1);
  now += 40 * DAY;
  assert.deepEqual(await due(), []);
});
