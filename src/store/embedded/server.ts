// The server process: started, found again, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ExpungeError } from '../../errors.ts';
import { clusterOf, type Place, saveConnection, urlOf } from './cluster.ts';
import { isAlive } from './lock.ts';

const START_MS = 60_000;
const STOP_MS = 30_000;

// a small footprint; durability stays as it is by default
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_connections: '100',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  io_method: 'sync',
  jit: 'off',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  // neither statements nor the values of a violated key belong in a log
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** A data folder may be reached by links, and by others the next time. */
const real = (path: string): Promise<string> => realpath(path).catch(() => path);

type Answer = 'ready' | 'starting' | 'nobody' | 'stranger';

/** Who answers on the connection's port: our cluster, our cluster on its way up, nobody, or another server. */
async function ask(place: Place): Promise<Answer> {
  if (place.connection.port === 0) return 'nobody';
  const client = new pg.Client({ connectionString: urlOf(place.connection), connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    const ours = (await real(rows[0]?.data_directory ?? '')) === (await real(clusterOf(place)));
    return ours ? 'ready' : 'stranger';
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === '57P03') return 'starting';
    return code === 'ECONNREFUSED' ? 'nobody' : 'stranger';
  } finally {
    await client.end().catch(() => {});
  }
}

/** Process id of the cluster's server; null when the file names none, or a process that is not Postgres. */
async function serverPid(place: Place): Promise<number | null> {
  const text = await readFile(join(clusterOf(place), 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  // after a reboot the number may be somebody else's; where /proc is missing, the number alone must do
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'postgres');
  return command.includes('postgres') ? pid : null;
}

/** True when the cluster's server runs already (and answers, if need be after its recovery). */
export async function adopt(place: Place): Promise<boolean> {
  const until = Date.now() + START_MS;
  for (;;) {
    const answer = await ask(place);
    if (answer === 'ready') return true;
    if ((await serverPid(place)) === null) return false;
    if (Date.now() > until) {
      const { port } = place.connection;
      const what = answer === 'stranger' ? `port ${port} is another server's: free it` : 'does not answer: end it';
      const detail = `A Postgres process holds ${clusterOf(place)}, and ${what} and start again.`;
      throw new ExpungeError('start-refused', detail);
    }
    await sleep(100);
  }
}

/** The port of the last time where it is free, so that addresses stay valid over a restart; else any free one. */
async function choosePort(wanted: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<number | null>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(null));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
      });
    });
  const port = (wanted > 0 ? await listen(wanted) : null) ?? (await listen(0));
  if (port === null) throw new ExpungeError('start-refused', 'No port is free on 127.0.0.1.');
  return port;
}

const logOf = (place: Place) => join(place.home, 'server.log');

/** Starts the process. It outlives this one on purpose: whoever comes next finds it and adopts it. */
async function launch(place: Place, native: string): Promise<ChildProcess> {
  const log = await open(logOf(place), 'w', 0o600);
  try {
    const settings = Object.entries({ ...SETTINGS, port: String(place.connection.port) });
    const flags = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(native, 'bin/postgres'), ['-D', clusterOf(place), ...flags], {
      cwd: place.folder,
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '' },
      // a process group of its own: Ctrl-C in a terminal reaches the service, which then stops the server last
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...place.user,
    });
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

async function untilReady(place: Place, child: ChildProcess): Promise<boolean> {
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });
  const until = Date.now() + START_MS;
  while (!ended && Date.now() < until) {
    if ((await ask(place)) === 'ready') return true;
    await sleep(40);
  }
  return false;
}

/** Starts the server and waits until it answers. Throws `start-refused` with the end of the server's log. */
export async function start(place: Place, native: string): Promise<void> {
  if ((await serverPid(place)) === null) await rm(join(clusterOf(place), 'postmaster.pid'), { force: true });
  let log = '';
  // again after a lost race for the port, or while the last children of a killed server are still going
  for (let attempt = 0; attempt < 20; attempt++) {
    place.connection.port = await choosePort(attempt === 0 ? place.connection.port : 0);
    await saveConnection(place);
    const child = await launch(place, native);
    if (await untilReady(place, child)) return;
    log = await readFile(logOf(place), 'utf8').catch(() => '');
    if (!/in use|could not bind|lock file .* already exists/i.test(log)) break;
    await sleep(500);
  }
  const tail = log.trim().split('\n').slice(-5).join(' | ');
  throw new ExpungeError('start-refused', `Postgres did not start in ${place.folder}: ${tail || 'no output'}`);
}

/** Fast shutdown: sessions end, everything is written. Returns when the process is gone. */
export async function stop(place: Place): Promise<void> {
  const pid = await serverPid(place);
  if (pid === null) return;
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  signal('SIGINT');
  const until = Date.now() + STOP_MS;
  while (isAlive(pid)) {
    if (Date.now() > until) {
      // recovers at the next start
      signal('SIGQUIT');
      return;
    }
    await sleep(25);
  }
}
