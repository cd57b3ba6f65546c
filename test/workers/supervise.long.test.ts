import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CompleteJob, UnlearnJob } from '../../src/domain/compute.ts';
import { createCompute } from '../../workers/supervise.ts';

const entry = new URL('../fixtures/compute-child.ts', import.meta.url);
const never = () => new AbortController().signal;
const job = (backend: string, more: Partial<CompleteJob> = {}): CompleteJob => ({
  stage: 'complete',
  checkpoint_dir: '',
  prompts: ['a', 'b'],
  max_new_tokens: 1,
  threads: 1,
  backend,
  ...more,
});

/** Until `isAlive` says no; fails after `ms`. */
async function ends(pid: number, ms: number): Promise<number> {
  const start = Date.now();
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return Date.now() - start;
    }
    assert.ok(Date.now() - start < ms, `process ${pid} still lives after ${ms} ms`);
    await sleep(20);
  }
}

async function textOf(file: string): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text !== '') return text;
    await sleep(20);
  }
  throw new Error(`${file} was never written`);
}

test('a result and every progress message cross the border in order', async () => {
  const compute = createCompute({ entry, environment: {} });
  const steps: number[] = [];
  const result = await compute.run(job('answer'), {
    // until the child speaks, the supervisor says that it is loading
    progress: ({ progress }) => progress.phase !== 'loading' && steps.push(progress.step),
    signal: never(),
  });
  assert.deepEqual(result, { stage: 'complete', answers: ['a!', 'b!'] });
  // what was said last may be said again
  assert.deepEqual(
    steps.filter((step, i) => step !== steps[i - 1]),
    [1, 2, 3],
  );
});

test('the child sees the given environment and nothing else', async () => {
  const compute = createCompute({ entry, environment: { LANG: 'C' } });
  const result = await compute.run(job('environment'), { progress: () => undefined, signal: never() });
  assert.ok(result.stage === 'complete');
  const own = ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];
  assert.deepEqual(
    result.answers.filter((name) => !own.includes(name)),
    ['LANG'],
  );
});

test('a failure keeps its code and text', async () => {
  const compute = createCompute({ entry, environment: {} });
  await assert.rejects(compute.run(job('fail'), { progress: () => undefined, signal: never() }), {
    code: 'recipe-missing',
    message: 'No recipe here',
  });
});

test('a crash names the exit code or signal, and the end of stderr is handed over', async () => {
  const written: string[] = [];
  const compute = createCompute({ entry, environment: {}, onStderr: (tail) => written.push(tail) });
  const on = { progress: () => undefined, signal: never() };
  await assert.rejects(compute.run(job('crash'), on), { code: 'compute-crashed', message: /exit code 7/ });
  assert.match(written.join(), /about to fall/);
  await assert.rejects(compute.run(job('abort'), on), { code: 'compute-crashed', message: /SIGABRT/ });
});

test('a child that ran out of memory says so', async () => {
  const compute = createCompute({ entry, environment: {} });
  const on = { progress: () => undefined, signal: never() };
  await assert.rejects(compute.run(job('heap'), on), {
    code: 'compute-crashed',
    message: /SIGABRT; it ran out of memory/,
  });
  await assert.rejects(compute.run(job('killed'), on), {
    code: 'compute-crashed',
    message: /SIGKILL; the system may be out of memory/,
  });
});

test('while one step keeps the child silent, progress goes on, its time left counted down', async () => {
  const compute = createCompute({ entry, environment: {} });
  const heard: { at: number; seconds: number | null }[] = [];
  await compute.run(job('longstep'), {
    progress: ({ progress }) => heard.push({ at: Date.now(), seconds: progress.seconds_left }),
    signal: never(),
  });
  const step = heard.filter(({ seconds }) => seconds !== null);
  assert.ok(step.length >= 4, `${step.length} messages in three seconds`);
  step.slice(1).forEach(({ at, seconds }, i) => {
    // half a second where the machine is quiet; vital-signs.test.ts has the exact rule
    assert.ok(at - step[i]!.at <= 2000, `${at - step[i]!.at} ms of silence`);
    assert.ok(seconds! < step[i]!.seconds!);
  });
});

test('a step that never ends is found by its silence', async () => {
  const compute = createCompute({ entry, environment: {}, stallSeconds: 1 });
  const started = Date.now();
  await assert.rejects(compute.run(job('hung'), { progress: () => undefined, signal: never() }), {
    code: 'compute-hung',
    message: /no sign of life for 1 s/,
  });
  // a second of silence, a second until SIGTERM, and the start of the process
  assert.ok(Date.now() - started < 15_000, `${Date.now() - started} ms`);
});

test('a child that cannot be started is a crash, not a hang', async () => {
  const compute = createCompute({ entry: new URL('../fixtures/no-such-file.ts', import.meta.url), environment: {} });
  await assert.rejects(compute.run(job('answer'), { progress: () => undefined, signal: never() }), {
    code: 'compute-crashed',
  });
});

test('cancelling ends a busy child within seconds', async () => {
  const compute = createCompute({ entry, environment: {} });
  const abort = new AbortController();
  const folder = await mkdtemp(join(tmpdir(), 'expunge-supervise-'));
  try {
    const pidFile = join(folder, 'pid');
    const run = compute.run(job('busy', { checkpoint_dir: pidFile }), {
      progress: () => undefined,
      signal: abort.signal,
    });
    const pid = Number(await textOf(pidFile));
    abort.abort();
    const start = Date.now();
    await assert.rejects(run, { code: 'cancelled' });
    assert.ok(Date.now() - start < 4000);
    await ends(pid, 100);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a signal that was aborted before starts nothing', async () => {
  const compute = createCompute({ entry, environment: {} });
  await assert.rejects(compute.run(job('busy'), { progress: () => undefined, signal: AbortSignal.abort() }), {
    code: 'cancelled',
  });
});

test('the time limit ends a child that ignores every polite request', async () => {
  const compute = createCompute({ entry, environment: {} });
  const limited: UnlearnJob = {
    stage: 'unlearn',
    run_id: 'r',
    corpora: {},
    sets_file: '',
    parent_dir: '',
    seed: 1,
    threads: 1,
    backend: 'deaf',
    time_limit_seconds: 0.2,
    ...{ memory_budget_bytes: null, base_dir: null },
    method: { name: 'npo', params: {} },
    out_dir: '',
    weight_types: 'float32',
  };
  const start = Date.now();
  await assert.rejects(compute.run(limited, { progress: () => undefined, signal: never() }), {
    code: 'compute-timeout',
  });
  assert.ok(Date.now() - start < 9000);
});

test('SIGKILL of the parent leaves no orphan, even in the middle of a synchronous step', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-orphan-'));
  try {
    const pidFile = join(folder, 'pid');
    const parent = spawn(
      process.execPath,
      [fileURLToPath(new URL('../fixtures/compute-parent.ts', import.meta.url)), pidFile],
      { stdio: 'ignore' },
    );
    const pid = Number(await textOf(pidFile));
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await ends(pid, 3000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
