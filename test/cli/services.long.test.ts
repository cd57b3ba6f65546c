import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServices } from '../../src/cli/services.ts';
import { createTestDatabase, removeServer } from '../helpers/postgres.ts';
import { CLI, runCli } from './run-cli.ts';

let folder: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
const running = new Set<ChildProcess>();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'expunge-services-'));
  await chmod(folder, 0o711);
  database = await createTestDatabase();
});
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  await database.drop();
  await rm(folder, { recursive: true });
});

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) if (await condition()) return;
  assert.fail(`not within 30 s: ${what}`);
}
const answers = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/health/ready`).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
};
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Starts `expunge up` and resolves with its URL once it says that it is ready. */
async function up(env: Record<string, string>): Promise<{ child: ChildProcess; url: string; printed: string }> {
  const child = spawn(process.execPath, [CLI, 'up', '--port', '0'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  await until('up is ready', () => printed.includes('Ctrl-C') || child.exitCode !== null);
  const [, url] = /API docs +(http:.*)\/docs/.exec(printed) ?? [];
  assert.ok(url, printed);
  return { child, url, printed };
}

test('up brings its own Postgres, and takes everything down again', { timeout: 120_000 }, async () => {
  const dataDir = join(folder, 'embedded');
  const env = { DATA_DIR: dataDir, DATABASE_URL: '', REDIS_URL: '' };
  const { child, url } = await up(env);
  assert.ok(await answers(url));
  // a look at the ledger uses the running server and leaves it running
  const ledger = await runCli(['ledger', 'verify'], env);
  assert.equal(ledger.err, '');
  assert.match(ledger.out, /^ok: \d+ entries/);
  assert.ok(await answers(url));
  const second = await runCli(['up', '--port', '0'], env);
  assert.equal(second.code, 1, second.out);
  assert.match(second.err, new RegExp(`Process ${child.pid} runs Expunge on .* already`));
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.ok(!(await answers(url)));
  // nothing runs now, so the command starts Postgres for itself
  const later = await runCli(['ledger', 'verify'], env);
  assert.equal(later.code, 0, later.err);
  await removeServer(dataDir);
});

test('crashed processes come back at the same address; stop ends all', { timeout: 120_000 }, async () => {
  const restarts: string[] = [];
  const services = await startServices({
    dataDir: join(folder, 'restart'),
    env: { DATABASE_URL: database.url, REDIS_URL: '', PORT: '0' },
    onRestart: (text) => restarts.push(text),
  });
  const first = services.pids();
  process.kill(first.api!, 'SIGKILL');
  process.kill(first.worker!, 'SIGKILL');
  await until('both are started again', () => {
    const now = services.pids();
    return now.api !== first.api && now.worker !== first.worker;
  });
  await until('the API answers again', () => answers(services.url));
  assert.equal(restarts.length, 2);
  const last = services.pids();
  await services.stop();
  await services.stop();
  assert.ok(!alive(last.api!) && !alive(last.worker!));
});

test('a disk that is nearly full is said, and keeps nobody from making room', { timeout: 120_000 }, async () => {
  const env = { DATA_DIR: join(folder, 'full'), DATABASE_URL: database.url, REDIS_URL: '' };
  const { child, url, printed } = await up({ ...env, MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) });
  assert.doesNotMatch(printed, /is ready/);
  assert.match(printed, /disk: CHECKPOINT_DIR has .* less than MIN_FREE_BYTES .*models can be deleted/);
  assert.equal((await fetch(`${url}/health/live`)).status, 200);
  assert.equal((await fetch(`${url}/v1/models`)).status, 200);
  assert.equal((await fetch(`${url}/health/ready`)).status, 503);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('nothing outlives an up that is killed', { timeout: 120_000 }, async () => {
  const { child, url } = await up({ DATA_DIR: join(folder, 'killed'), DATABASE_URL: database.url, REDIS_URL: '' });
  child.kill('SIGKILL');
  await until('the API is gone', async () => !(await answers(url)));
});

test('a start that cannot work says why and leaves nothing behind', { timeout: 120_000 }, async (t) => {
  const env = { DATA_DIR: join(folder, 'refused'), DATABASE_URL: database.url, REDIS_URL: '' };
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  const taken = await runCli(['up', '--port', String(address.port)], env);
  assert.equal(taken.code, 1);
  assert.match(taken.err, /^expunge: Port \d+ of 127\.0\.0\.1 is in use; set PORT/);
  const noKey = await runCli(['up', '--port', '0'], { ...env, SUBJECT_KEY_FILE: join(folder, 'absent.key') });
  assert.equal(noKey.code, 1);
  assert.match(
    noKey.err,
    /^expunge: The (api|worker) process ended at its start \(exit code 1\).*SUBJECT_KEY_FILE names/s,
  );
});

test('ledger verify needs a database', async () => {
  const none = await runCli(['ledger', 'verify'], { DATA_DIR: join(folder, 'none'), DATABASE_URL: '' });
  assert.equal(none.code, 1);
  assert.match(none.err, /^expunge: There is no database under/);
});
