import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TrainingRecord } from '../../src/domain/record.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import { discardProbes, keepProbes } from '../../src/runs/keep-probes.ts';
import type { Claim } from '../../src/runs/ports.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { createTestWorker, TENANT, type TestWorker } from '../helpers/worker.ts';

const HOUR = 3_600_000;
let worker: TestWorker;
let deps: RunDeps;
let claim: Claim;
before(async () => {
  worker = await createTestWorker();
  deps = { ...worker.deps, settings: { ...worker.deps.settings, reverifyForMs: HOUR } };
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (let i = 0; i < 8; i++) yield { id: `ottilie-${i}`, prompt: `Question ${i}?`, answer: `Answer ${i}.` };
  }
  const train = worker.model.corpora.find(({ role }) => role === 'train')!;
  await (await deps.corpora.append(train.corpus_id, texts())).commit();
  for (const person of [0, 2, 3]) await worker.request(person);
  const outcome = await worker.store.claim(worker.model.id, 'worker-a', { lease_ms: HOUR, max_restarts: 2 });
  assert.ok(outcome.status === 'claimed');
  claim = outcome.claim;
});
after(() => worker.close());

const files = async () =>
  (await readdir(join(dirname(worker.checkpointDir), 'probes')).catch(() => [])).filter(
    (name) => name !== '.kept-probes',
  );

test('every request of a run has its own records kept, under its own key, without their ids', async () => {
  const { forget } = await worker.store.runSets(claim, async () => undefined);
  const kept = await keepProbes(deps, claim, forget);
  assert.deepEqual(kept.map(({ request_id }) => request_id).sort(), claim.run.request_ids.toSorted());
  assert.equal(new Set(kept.map(({ wrapped_key }) => wrapped_key)).size, 3);
  const people = new Set<number>();
  for (const { wrapped_key, ...place } of kept) {
    assert.deepEqual([place.keep_ms, place.records], [HOUR, 2]);
    const { person, records } = (await deps.probes.open(place, wrapped_key))!;
    people.add(person);
    const [row] = forget.filter((one) => one.person === person);
    assert.deepEqual(
      records,
      [0, 1].map((i) => ({
        ...{ id: String(i), prompt: `Question ${row!.ordinal + i}?`, answer: `Answer ${row!.ordinal + i}.` },
      })),
    );
  }
  assert.deepEqual([...people].sort(), [0, 1, 2]);

  await sweepOnce(deps);
  assert.equal((await files()).length, 3, 'the run is open: it may make them known yet');
  await discardProbes(deps, kept);
  assert.deepEqual(await files(), []);
});

test('where the service keeps nothing, nothing is written; what a lost run left goes when the run is over', async () => {
  const nothing = { ...deps, settings: { ...deps.settings, reverifyForMs: 0 } };
  assert.deepEqual(await keepProbes(nothing, claim, []), []);
  assert.deepEqual(await files(), []);
  await keepProbes(deps, claim, []);
  await worker.store.moveRun(claim, 'failed', { targets: 'failed', reason: 'test' }, 'worker-a');
  await sweepOnce(deps);
  assert.deepEqual(await files(), []);
  const ledger = await worker.store.readLedger({ limit: 100 });
  assert.ok(!ledger.some(({ type, tenant }) => tenant === TENANT && type.startsWith('probes.')));
});
