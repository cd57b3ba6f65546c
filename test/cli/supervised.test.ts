import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { backoffMs, supervise } from '../../src/cli/supervised.ts';

const script = fileURLToPath(new URL('./child-idle.ts', import.meta.url));
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'expunge-supervised-'));
});
after(() => rm(folder, { recursive: true }));

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(25)) if (await condition()) return;
  assert.fail(`not within 15 s: ${what}`);
}
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const logOf = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');
const idle = (logFile: string, mode = '') => ({
  name: 'idle',
  script,
  env: { ...process.env, MODE: mode },
  logFile: join(folder, logFile),
});

test('waits grow and are bounded', () => {
  assert.deepEqual([1, 2, 3, 7, 50].map(backoffMs), [500, 1000, 2000, 30_000, 30_000]);
});

test('a process that dies at its start fails the start, with the end of its log', { timeout: 60_000 }, async () => {
  const child = supervise(idle('crash.log', 'crash'), () => assert.fail('started again'));
  await assert.rejects(child.failed, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'start-refused');
    assert.match(error.message, /exit code 3.*disk is full of feathers/s);
    return true;
  });
  await child.stop();
});

test('a settled process is started again after a crash, until it is stopped', { timeout: 60_000 }, async () => {
  const restarts: string[] = [];
  const child = supervise(idle('restart.log'), (text) => restarts.push(text));
  await until('first start', async () => (await logOf('restart.log')).includes('started'));
  child.settle();
  const first = child.pid()!;
  process.kill(first, 'SIGKILL');
  await until('second start', async () => (await logOf('restart.log')).split('started').length === 3);
  const second = child.pid()!;
  assert.notEqual(first, second);
  assert.match(restarts.join(), /SIGKILL.*again in 0.5 s/);
  await child.stop();
  await child.stop();
  assert.ok(!alive(second));
  assert.equal((await stat(join(folder, 'restart.log'))).mode & 0o777, 0o600);
  assert.equal(restarts.length, 1);
});

test('a child does not outlive a parent that is killed', { timeout: 60_000 }, async () => {
  const parentScript = fileURLToPath(new URL('./parent-of-idle.ts', import.meta.url));
  const parent = spawn(process.execPath, [parentScript, join(folder, 'orphan.log')], {
    env: { ...process.env, MODE: 'deaf' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const child = Number(line.toString());
  await until('the child runs', async () => (await logOf('orphan.log')).includes('started'));
  assert.ok(alive(child));
  parent.kill('SIGKILL');
  await until('the child is gone', () => !alive(child));
});
