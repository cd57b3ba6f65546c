// Workers that can different things, as processes of their own on one Redis, as hosts of a pool are: each takes only what fits it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { childrenOf, isAlive, startWorker, type TestProcess, until } from '../helpers/processes.ts';
import { openTinyInstallation, type TinyInstallation } from '../helpers/tiny-installation.ts';

const given = process.env.REDIS_URL;
if (!given) throw new Error('Set REDIS_URL to a Redis whose database 8 the tests may use');
// a database of its own: other tests must neither hear these rings nor lose theirs
const url = new URL(given);
url.pathname = '/8';

const FINISH_MS = 300_000;
let place: TinyInstallation;
let workers: TestProcess[] = [];
before(async () => {
  place = await openTinyInstallation();
});
after(() => place?.close());
afterEach(async (context) => {
  if ('passed' in context && !context.passed) for (const worker of workers) console.error(worker.output());
  await Promise.all(workers.map((worker) => (isAlive(worker.pid) ? worker.kill('SIGKILL') : null)));
  workers = [];
});

async function host(env: Record<string, string>): Promise<TestProcess> {
  const worker = await startWorker({ ...place.env, REDIS_URL: url.href, SWEEP_SECONDS: '1', ...env });
  workers.push(worker);
  return worker;
}
const GB = 2 ** 30;
const needs = (of: { backend?: string; memory_bytes?: number }) =>
  place.store.chooseScheduling(
    place.tenant,
    place.modelId,
    { max_wait_hours: 0, promptness: null, backend: of.backend ?? null, memory_bytes: of.memory_bytes ?? null },
    'test',
  );
const requestOf = async (id: string) => (await place.store.getRequest(place.tenant, id))!;
const runOf = async (id: string) => {
  const { run_id } = (await requestOf(id)).targets[0]!;
  return run_id ? place.store.getRun(place.tenant, run_id) : null;
};
/** Waits for the end; `took`: the one of these hosts whose log says that it claimed the run. */
async function completes(id: string): Promise<TestProcess[]> {
  await until('the request is completed', FINISH_MS, async () => {
    const { state, targets } = await requestOf(id);
    assert.ok(!['failed', 'needs_review'].includes(state), `the request ended ${state}: ${targets[0]?.reason}`);
    return state === 'completed';
  });
  const run = (await runOf(id))!;
  return workers.filter((worker) => worker.output().includes(`"run_id":"${run.id}"`));
}
/** Long enough for every host to sweep and to be rung several times. */
const untouched = async (id: string) => {
  const from = Date.now();
  await until('some sweeps are over', 60_000, () => Date.now() - from > 5000);
  assert.deepEqual([(await requestOf(id)).state, await runOf(id)], ['queued', null]);
};

test('a run goes to a host with its backend, its memory and room for so many weights, and to no other', async () => {
  const small = await host({ COMPUTE_BACKEND: 'tfjs-cpu', MEMORY_BUDGET_BYTES: String(GB) });
  const { parameters } = (await place.store.getModel(place.tenant, place.modelId))!;
  const short = await host({ COMPUTE_BACKEND: 'onnxruntime/cpu', WORKER_MAX_PARAMETERS: String(parameters - 1) });
  await needs({ backend: 'onnxruntime', memory_bytes: 2 * GB });
  const id = await place.request();
  await untouched(id);
  const { models, at_risk } = await place.store.forecast(place.tenant, 10);
  assert.deepEqual(
    [models[0]?.expected_done_at, at_risk.length],
    [null, 1],
    'nobody there can take it, and that is told',
  );

  const large = await host({ COMPUTE_BACKEND: 'onnxruntime/cpu', MEMORY_BUDGET_BYTES: String(4 * GB) });
  const took = await completes(id);
  assert.ok(took.includes(large) && !took.includes(small) && !took.includes(short));
});

test('a host that is drained hands its run back, and the next that fits it goes on; one accelerator has one run at a time', async () => {
  await needs({ backend: 'onnxruntime' });
  const card = { COMPUTE_BACKEND: 'onnxruntime/cpu', WORKER_ACCELERATOR: 'rack-1/gpu-0' };
  const first = await host(card);
  const id = await place.request();
  await until('the run is under way', 120_000, async () => {
    return ['unlearning', 'verifying'].includes((await runOf(id))?.state ?? '') && childrenOf(first.pid).length > 0;
  });
  const second = await host(card);
  const news = { id: 'another', backend: 'onnxruntime/cpu', memory_bytes: null, max_parameters: null };
  const other = { ...news, accelerator: 'rack-1/gpu-0' };
  if ((await runOf(id))?.finished_at === null) {
    assert.equal(await place.store.mayTake(place.modelId, other), false, 'somebody else computes on the card');
    assert.equal(await place.store.mayTake(place.modelId, { ...other, accelerator: 'rack-1/gpu-1' }), true);
    assert.equal(childrenOf(second.pid).length, 0);
  }
  assert.equal(await first.kill('SIGTERM'), 0, first.output());
  const took = await completes(id);
  const run = (await runOf(id))!;
  assert.ok(took.includes(second), 'the other host on the card ended it');
  assert.equal(run.restarts, 0, 'handing back is no restart');
});
