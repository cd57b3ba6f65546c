import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { workModel } from '../../src/runs/work-model.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
before(async () => {
  worker = await createTestWorker();
});
after(() => worker.close());

test('a run that finds somebody whom the model never learned holds that request, and the others are forgotten without it', async () => {
  const [known, poison] = [await worker.request(0), await worker.request(1)];
  const read = async (id: string) => (await worker.store.getRequest(TENANT, id))!;
  let looked = 0;
  const compute = scripted({
    // the second person of the first run alone
    unusual: () =>
      looked++ === 0 ? [{ person: 1, signal: 'unlearned-loss', value: 9, limit: 3, text: '9 nats' }] : [],
  });
  const deps = { ...worker.deps, compute, settings: { ...worker.deps.settings, unusual: { loss: 2 } } };
  await workModel(deps, worker.model.id, new AbortController().signal);
  const [done, held] = [await read(known), await read(poison)];
  assert.deepEqual([done.state, held.state], ['completed', 'awaiting_approval']);
  assert.deepEqual([held.approval_required, held.suspicion?.score], [true, 3]);
  assert.equal(held.suspicion?.signals[0]?.signal, 'unlearned-loss');
  const ledger = await worker.store.readLedger({ limit: 1000 });
  const entries = ledger.filter(({ type }) => type === 'request.unusual');
  assert.deepEqual(
    entries.map(({ data }) => data.request_ids),
    [[poison]],
  );
  const { items } = await worker.store.listRuns(TENANT, { limit: 10 });
  assert.deepEqual(items.map(({ state }) => state).toSorted(), ['cancelled', 'published']);

  // somebody finds it usual: then nobody looks again
  const { target_id } = (await worker.store.plannableTargets(TENANT, poison))![0]!;
  const { active: checkpoint } = (await worker.store.getModel(TENANT, worker.model.id))!;
  const targets = [{ target_id, model_id: worker.model.id, checkpoint, steps: [{ name: 'npo', params: {} }] }];
  const deed = { action: 'approve' as const, plan_digest: 'd', present_digest: 'd', targets, four_eyes: false };
  await worker.store.actOnRequest({ tenant: TENANT, id: poison, actor: 'ann', reason: null, deed });
  await workModel(deps, worker.model.id, new AbortController().signal);
  assert.equal((await read(poison)).state, 'completed');
  assert.ok(compute.jobs.some((job) => job.stage === 'unlearn' && job.watch === undefined));
});

test('a run that is unusual as a whole holds all its requests, and whoever comes later is forgotten meanwhile', async (t) => {
  const own = await createTestWorker();
  t.after(() => own.close());
  const attack = [await own.request(0), await own.request(1)];
  const spread = { signal: 'shard-spread' as const, value: 10_001, limit: 1000, text: '10 of 10 shards' };
  const compute = scripted({ unusual: () => [0, 1].map((person) => ({ person, ...spread })) });
  const work = (more = {}) =>
    workModel(
      { ...own.deps, compute, settings: { ...own.deps.settings, unusual: { spread: 1000 } }, ...more },
      own.model.id,
      new AbortController().signal,
    );
  await work();
  const read = async (id: string) => (await own.store.getRequest(TENANT, id))!;
  for (const id of attack) {
    const { state, suspicion } = await read(id);
    assert.deepEqual([state, suspicion?.score, suspicion?.signals], ['awaiting_approval', 10, [spread]]);
  }
  const later = await own.request(2);
  await work({ compute: scripted() });
  assert.deepEqual([(await read(later)).state, (await read(attack[0]!)).state], ['completed', 'awaiting_approval']);
});

test('a request for records of several people is held when any of them is unusual, whoever most of its records are of', async (t) => {
  const own = await createTestWorker();
  t.after(() => own.close());
  const train = own.model.corpora.find(({ role }) => role === 'train')!.corpus_id;
  // two of the first person, one of the second
  const places = [0, 1, 2].map((ordinal) => ({ corpus_id: train, ordinal }));
  const several = await own.request(0, null, { subjects: [], places });
  const about = await own.request(2);
  let looked = 0;
  const second = { person: 1, signal: 'unlearned-loss' as const, value: 9, limit: 3, text: '9 nats' };
  const compute = scripted({ unusual: () => (looked++ === 0 ? [second] : []) });
  const deps = { ...own.deps, compute, settings: { ...own.deps.settings, unusual: { loss: 2 } } };
  await workModel(deps, own.model.id, new AbortController().signal);
  const states = await Promise.all([several, about].map(async (id) => (await own.store.getRequest(TENANT, id))!.state));
  assert.deepEqual(states, ['awaiting_approval', 'completed']);
});
