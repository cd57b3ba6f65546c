import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import type { Certificate } from '../../src/domain/resources.ts';
import { must, openWorld, publication, TENANT, toVerifying, type World } from './fixture.ts';

let world: World;
let now = Date.parse('2026-01-01T00:00:00Z');
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

async function published(key: string, more: { retention: number; first?: number }) {
  const model = await world.model([await world.corpus([[key], ['other']])], [], TENANT, more.first ?? 1);
  await world.request([key]);
  const claim = await world.claim(model);
  await toVerifying(world.store, claim);
  const made = publication(claim, (more.first ?? 1) + 1, { parent_retention_ms: more.retention });
  assert.equal((await world.store.publish(claim, made)).status, 'published');
  return { model, claim };
}

test('only one leads the sweep at a time', async () => {
  const { store } = world;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const started = Promise.withResolvers<void>();
  const first = store.withSweepLock(async () => {
    started.resolve();
    await held;
  });
  await started.promise;
  assert.equal(await store.withSweepLock(async () => assert.fail('two leaders')), false);
  release();
  assert.equal(await first, true);
  await assert.rejects(
    store.withSweepLock(async () => {
      throw new Error('sweep failed');
    }),
    /sweep failed/,
  );
  assert.equal(await store.withSweepLock(async () => {}), true, 'a failed sweep lets go of the lock');
});

test('a published target is certified once; the request shows it and its version grows', async () => {
  const { store } = world;
  const { claim } = await published('cyd', { retention: 1000, first: 30 });
  const request_id = claim.run.request_ids[0]!;
  const before = must(await store.getRequest(TENANT, request_id));
  const target_id = before.targets[0]!.id;
  const open = (await store.uncertified()).filter((entry) => entry.request_id === request_id);
  assert.deepEqual(open, [{ tenant: TENANT, request_id, target_id, run_id: claim.run.id }]);
  const certificate = (): Certificate => ({
    ...{ id: uuid(), request_id, target_id, run_id: claim.run.id, kid: 'signing-1', jws: 'a.b.c' },
    ...{ revoked_at: null, created_at: '2026-01-01T00:00:00.000Z' },
  });
  const saved = certificate();
  await store.saveCertificate(TENANT, saved);
  await store.saveCertificate(TENANT, certificate());
  const request = must(await store.getRequest(TENANT, request_id));
  assert.deepEqual([request.certificate_ids, request.targets[0]?.certificate_id], [[saved.id], saved.id]);
  assert.equal(request.version, before.version + 1);
  assert.equal(request.completed_at, before.completed_at);
  assert.deepEqual(await store.getCertificate(TENANT, saved.id), saved);
  assert.equal(await store.getCertificate('other', saved.id), null);
  assert.deepEqual((await store.listCertificates(TENANT, { limit: 5, request_id })).items, [saved]);
  assert.deepEqual(
    (await store.uncertified()).filter((entry) => entry.request_id === request_id),
    [],
  );
});

test('a search without result is certified without a target, once', async () => {
  const { store } = world;
  const outcome = await world.request(['nobody']);
  const request_id = outcome.status === 'created' ? outcome.request.id : '';
  const certificate = { request_id, target_id: null, run_id: null, kid: 'signing-1', jws: 'a.b.d' };
  const created_at = '2026-01-01T00:00:00.000Z';
  await store.saveCertificate(TENANT, { id: uuid(), ...certificate, created_at });
  await store.saveCertificate(TENANT, { id: uuid(), ...certificate, created_at });
  assert.equal((await store.listCertificates(TENANT, { limit: 5, request_id })).items.length, 1);
  assert.ok((await store.uncertified()).every((entry) => entry.request_id !== request_id));
});

test('probes are answered once, read by their tenant, and end', async () => {
  const { store } = world;
  const model_id = await world.model([]);
  const id = uuid();
  const expires_at = new Date(now + 600_000).toISOString();
  const probe = { id, tenant: TENANT, model_id, sealed_prompts: 'sealed', max_new_tokens: 8, expires_at };
  await store.createProbe(probe);
  const waiting = { ...probe, state: 'waiting', sealed_answers: null, error: null };
  assert.deepEqual(await store.takeProbe(id), waiting);
  assert.equal(await store.getProbe('other', id), null);
  await store.answerProbe(id, { sealed_answers: 'sealed too' });
  await store.answerProbe(id, { error: 'too late' });
  assert.equal(await store.takeProbe(id), null);
  assert.deepEqual(await store.getProbe(TENANT, id), { ...waiting, state: 'answered', sealed_answers: 'sealed too' });
  const failing = { ...probe, id: uuid() };
  await store.createProbe(failing);
  await store.answerProbe(failing.id, { error: 'compute-crashed' });
  assert.equal((await store.getProbe(TENANT, failing.id))?.state, 'failed');
  await store.deleteProbe(TENANT, id);
  assert.equal(await store.getProbe(TENANT, id), null);
  now += 600_000;
  assert.equal(await store.getProbe(TENANT, failing.id), null);
  assert.equal(await store.deleteExpiredProbes(), 1);
});
