// A run that would not fit the memory, from the configuration to its end: real worker code, a real compute process.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { openWorkerDeps } from '../../workers/deps.ts';
import { openTinyInstallation, type TinyInstallation } from '../helpers/tiny-installation.ts';

let place: TinyInstallation;
before(async () => {
  place = await openTinyInstallation();
});
after(() => place?.close());

async function runWith(env: Record<string, string>) {
  const before = (await place.store.getModel(place.tenant, place.modelId))!;
  const request = await place.request();
  const worker = await openWorkerDeps(
    readConfig({ ...place.env, ...env, LOG_LEVEL: 'silent', COMPUTE_BACKEND: 'onnxruntime/cpu' }),
  );
  try {
    await workModel(worker.deps, place.modelId, new AbortController().signal);
  } finally {
    await worker.close();
  }
  const { state, targets } = (await place.store.getRequest(place.tenant, request))!;
  const run = (await place.store.getRun(place.tenant, targets[0]!.run_id!))!;
  const model = (await place.store.getModel(place.tenant, place.modelId))!;
  return { state, run, moved: model.active !== before.active };
}

test('it ends failed with the figures and the remedy, and the model stays as it was', async () => {
  const { state, run, moved } = await runWith({ MEMORY_BUDGET_BYTES: '150000000' });
  assert.deepEqual([state, run.state, run.restarts, moved], ['failed', 'failed', 0, false]);
  assert.match(
    run.reason!,
    /^memory-budget-exceeded: Training all \d+ weights takes about 0\.\d+ GB, and 0\.15 GB are/,
  );
  assert.match(run.reason!, /take a machine with room for 0\.\d+ GB/);
  assert.deepEqual(await place.workFolders(), []);
});

test('what fits says what was planned and what it took', async () => {
  const { state, run, moved } = await runWith({});
  assert.deepEqual([state, moved], ['completed', true]);
  const [attempt] = run.attempts;
  assert.ok(attempt!.planned_memory_bytes! > 1e8, `${attempt!.planned_memory_bytes}`);
  assert.ok(attempt!.peak_memory_bytes! > 1e8);
});
