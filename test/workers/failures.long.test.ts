// However a compute process ends, its run ends with a reason that says how, and leaves nothing on the disk. Real
// processes (test/fixtures/compute-child.ts) under a real worker's code and store.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { workModel } from '../../src/runs/work-model.ts';
import { createCompute } from '../../workers/supervise.ts';
import { until } from '../helpers/processes.ts';
import { createTestWorker, TENANT, type TestWorker } from '../helpers/worker.ts';

const entry = new URL('../fixtures/compute-child.ts', import.meta.url);
const RESTARTS = 1;

let worker: TestWorker;
beforeEach(async () => {
  worker = await createTestWorker(createCompute({ entry, environment: {} }));
});
afterEach(() => worker.close());

/** What the fixture's child does is named by its backend. */
const doing = (backend: string) => ({
  ...worker.deps,
  ...(backend === 'hung' ? { compute: createCompute({ entry, environment: {}, stallSeconds: 3 }) } : {}),
  settings: { ...worker.deps.settings, backend, maxRestarts: RESTARTS },
});
const runOf = async (request: string) => {
  const { run_id } = (await worker.store.getRequest(TENANT, request))!.targets[0]!;
  return run_id === null ? null : worker.store.getRun(TENANT, run_id);
};

for (const [behaviour, { reason, restarts }] of Object.entries({
  crash: { reason: /started 2 times.*The last time: .*exit code 7/, restarts: RESTARTS },
  killed: { reason: /started 2 times.*The last time: .*SIGKILL; the system may be out of memory/, restarts: RESTARTS },
  heap: { reason: /started 2 times.*The last time: .*SIGABRT; it ran out of memory/, restarts: RESTARTS },
  hung: { reason: /^compute-hung: .*no sign of life for 3 s/, restarts: 0 },
  fail: { reason: /^recipe-missing: No recipe here/, restarts: 0 },
})) {
  test(`a compute process that ends by ${behaviour}: the run fails, says so and leaves no file`, async () => {
    const request = await worker.request(0);
    await workModel(doing(behaviour), worker.model.id, new AbortController().signal);
    const run = (await runOf(request))!;
    assert.equal(run.state, 'failed');
    assert.match(run.reason!, reason);
    assert.equal(run.restarts, restarts);
    const { state, targets } = (await worker.store.getRequest(TENANT, request))!;
    assert.deepEqual([state, targets[0]!.reason], ['failed', run.reason]);
    assert.deepEqual(await readdir(join(worker.checkpointDir, 'work')), []);
    assert.equal((await readdir(worker.checkpointDir)).filter((name) => name.startsWith('sha256-')).length, 1);
    assert.equal((await worker.store.getModel(TENANT, worker.model.id))!.active, worker.model.active);
  });
}

test('a run is cancelled in the middle of a step that never ends, within seconds, and leaves no file', async () => {
  const request = await worker.request(0);
  const stop = new AbortController();
  const working = workModel({ ...doing('hung'), compute: worker.deps.compute }, worker.model.id, stop.signal);
  await until('the step began', 120_000, async () => (await runOf(request))?.progress.step === 1);
  const asked = Date.now();
  stop.abort(new Error('shutdown'));
  await working;
  assert.ok(Date.now() - asked < 4000, `${Date.now() - asked} ms`);
  assert.equal((await runOf(request))!.state, 'planned');
  assert.deepEqual(await readdir(join(worker.checkpointDir, 'work')), []);
});

test('what a client reads of a run moves at least once a second while one step takes several', async () => {
  const request = await worker.request(0);
  const stop = new AbortController();
  const working = workModel({ ...doing('hung'), compute: worker.deps.compute }, worker.model.id, stop.signal);
  await until('the step began', 120_000, async () => (await runOf(request))?.progress.step === 1);
  const seen = new Map<string, number>();
  for (const end = Date.now() + 4000; Date.now() < end; await sleep(20)) {
    const { progress } = (await runOf(request))!;
    assert.equal(progress.step, 1, 'it is still the same step');
    seen.set(progress.updated_at, progress.seconds_left!);
  }
  stop.abort(new Error('enough'));
  await working;
  const times = [...seen.keys()].map((text) => Date.parse(text));
  assert.ok(times.length >= 4, `${times.length} states in four seconds`);
  // below a second where the machine is quiet
  for (const [i, at] of times.entries()) if (i > 0) assert.ok(at - times[i - 1]! <= 2000, `${at - times[i - 1]!} ms`);
  const left = [...seen.values()];
  assert.ok(left.at(-1)! < left[0]! - 2, 'the time left is counted down');
});
