// Workers, compute processes and queues are killed in the middle of real runs over a real model. Run by kill.long.test.ts
// (queue on Postgres) and kill.redis.test.ts.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Run } from '../../src/domain/resources.ts';
import { childrenOf, isAlive, startWorker, type TestProcess, until } from '../helpers/processes.ts';
import { openTinyInstallation, type TinyInstallation } from '../helpers/tiny-installation.ts';

export interface KillBackend {
  /** Environment that selects the queue; given the installation's database. */
  env(databaseUrl: string): Record<string, string>;
  /** Everything in the queue disappears. */
  wipe(databaseUrl: string): Promise<void>;
}

/** A lease and a sweep at their defaults: the bounds below are what an operator gets. */
const RESTART_MS = 30_000;
const FINISH_MS = 120_000;

export function killContract(label: string, backend: KillBackend): void {
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

  async function start(): Promise<TestProcess> {
    const worker = await startWorker({ ...place.env, ...backend.env(place.databaseUrl) });
    workers.push(worker);
    return worker;
  }
  const runOf = async (request: string): Promise<Run | null> => {
    const target = (await place.store.getRequest(place.tenant, request))?.targets[0];
    return target?.run_id ? place.store.getRun(place.tenant, target.run_id) : null;
  };
  /** Resolves when the run's compute process is in the middle of its work; returns that process's id. */
  async function midRun(worker: TestProcess, request: string): Promise<number> {
    let compute: number | undefined;
    await until('a compute process works for the run', 60_000, async () => {
      const run = await runOf(request);
      const unlearning = run?.state === 'unlearning' && run.progress.phase === 'unlearning' && run.progress.step > 0;
      // on a machine that is busy with others, unlearning may be over between two looks
      if (unlearning || run?.state === 'verifying') [compute] = childrenOf(worker.pid);
      return compute !== undefined;
    });
    return compute!;
  }
  async function completes(request: string): Promise<Run> {
    await until('the request is completed', FINISH_MS, async () => {
      const { state, targets } = (await place.store.getRequest(place.tenant, request))!;
      assert.ok(!['failed', 'needs_review'].includes(state), `the request ended ${state}: ${targets[0]?.reason}`);
      return state === 'completed';
    });
    return (await runOf(request))!;
  }
  /** Whatever happened: one publication, one new checkpoint, sound on disk, and nothing left over. */
  async function publishedOnce(run: Run): Promise<void> {
    const ledger = await place.store.readLedger({ limit: 10_000 });
    const published = ledger.filter((entry) => entry.type === 'run.published' && entry.data.run_id === run.id);
    assert.equal(published.length, 1);
    const made = (await place.store.listCheckpoints(place.tenant, run.model_id)).filter((one) => one.run_id === run.id);
    assert.equal(made.length, 1);
    assert.ok(await place.checkpoints.verify(made[0]!.digest));
    const model = await place.store.getModel(place.tenant, run.model_id);
    assert.equal(model?.active, made[0]!.digest);
    await until('no work folder is left', 20_000, async () => (await place.workFolders()).length === 0);
  }

  test(`${label}: a request whose doorbell never rang (the API was killed after the commit) completes`, async () => {
    const request = await place.request();
    await start();
    const run = await completes(request);
    assert.equal(run.restarts, 0);
    await publishedOnce(run);
  });

  test(`${label}: SIGKILL of the worker leaves no orphan; the run restarts within 30 s and completes`, async (t) => {
    const first = await start();
    const request = await place.request();
    const compute = await midRun(first, request);
    await first.kill('SIGKILL');
    const killed = Date.now();
    await until('the compute process is gone', 10_000, () => !isAlive(compute));
    await start();
    await until('the run is taken over', RESTART_MS - (Date.now() - killed), async () => {
      return (await runOf(request))?.restarts === 1;
    });
    t.diagnostic(`taken over ${Date.now() - killed} ms after the kill`);
    const run = await completes(request);
    assert.equal(run.restarts, 1);
    await publishedOnce(run);
  });

  test(`${label}: a queue wiped in mid-run loses nothing`, async () => {
    const worker = await start();
    const request = await place.request();
    await midRun(worker, request);
    await backend.wipe(place.databaseUrl);
    const run = await completes(request);
    await publishedOnce(run);
  });

  test(`${label}: SIGTERM gives the run back at once, and another worker completes it`, async () => {
    const first = await start();
    const request = await place.request();
    const compute = await midRun(first, request);
    const asked = Date.now();
    assert.equal(await first.kill('SIGTERM'), 0, first.output());
    assert.ok(Date.now() - asked < 12_000);
    assert.ok(!isAlive(compute));
    const given = await runOf(request);
    assert.deepEqual([given?.state, given?.restarts], ['planned', 0]);
    await start();
    const run = await completes(request);
    assert.equal(run.restarts, 0);
    await publishedOnce(run);
  });

  test(`${label}: SIGKILL of the compute process is a restart by the same worker`, async () => {
    const worker = await start();
    const request = await place.request();
    process.kill(await midRun(worker, request), 'SIGKILL');
    const run = await completes(request);
    assert.equal(run.restarts, 1);
    await publishedOnce(run);
  });
}
