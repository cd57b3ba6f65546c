// The whole service on one machine: Postgres when none is given, the API and a worker. `up`, the demo and the
// end-to-end tests start it here.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, readConfig } from '../config.ts';
import { ExpungeError } from '../errors.ts';
import { refuseOpenDoor } from '../http/open-door.ts';
import { claimPort, localUrl } from './ports.ts';
import { API_SCRIPT, WORKER_SCRIPT } from './process.ts';
import { type Supervised, supervise } from './supervised.ts';
import { lockDataFolder } from './up-lock.ts';

export interface ServicesOptions {
  dataDir: string;
  /** Settings on top of the environment of this process. */
  env?: Record<string, string>;
  /** Show the processes' logs instead of writing them to `<dataDir>/logs`. */
  showLogs?: boolean;
  /** Hears of crashes that are followed by a new start. */
  onRestart?(text: string): void;
  /** Gives up the start. */
  signal?: AbortSignal;
}

export interface Services {
  /** Base URL of the API, without a slash at the end. */
  url: string;
  databaseUrl: string;
  /** Folder of the logs; null when they are shown. */
  logs: string | null;
  /** Process ids, which change when a process is started again. */
  pids(): { api: number | undefined; worker: number | undefined };
  /** Ends the processes, then Postgres. Idempotent. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 100;

/**
 * Starts everything and resolves when the API answers that it is ready. Throws `start-refused` with the end of the
 * log when a process does not come up; nothing is left running then.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const given = { ...process.env, ...options.env, DATA_DIR: options.dataDir };
  const config = readConfig(given);
  refuseOpenDoor(config);
  const release = await lockDataFolder(config.dataDir);
  const tell = options.onRestart ?? (() => undefined);
  const starting = async () => {
    const port = await claimPort(config.http.host, config.http.port);
    return { port, postgres: await startDatabase(config, tell) };
  };
  const { port, postgres } = await starting().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  const env = { ...given, DATABASE_URL: postgres.url, PORT: String(port) };
  const logs = options.showLogs ? null : join(config.dataDir, 'logs');
  const start = (name: string, script: string) =>
    supervise({ name, script, env, logFile: logs && join(logs, `${name}.log`) }, tell);
  // the API migrates the store; a worker beside it waits for that on the migrations' lock
  const api = start('api', API_SCRIPT);
  const worker = start('worker', WORKER_SCRIPT);
  const stop = once(async () => {
    await Promise.all([api.stop(), worker.stop()]);
    await postgres.stop();
    await release();
  });
  const url = localUrl(config.http.host, port);
  try {
    await ready(url, [api, worker], options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    databaseUrl: postgres.url,
    logs,
    pids: () => ({ api: api.pid(), worker: worker.pid() }),
    stop,
  };
}

const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
};

async function startDatabase(
  config: Config,
  tell: (text: string) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, stop: async () => undefined };
  const { startEmbeddedPostgres } = await import('../store/embedded.ts');
  return startEmbeddedPostgres(config.dataDir, tell);
}

/** Resolves when the API is ready; rejects when a process ends first, at the limit, or when `signal` says so. */
async function ready(url: string, processes: Supervised[], signal: AbortSignal | undefined): Promise<void> {
  // ends the polling when a process has failed: it would hold up our own end
  const over = new AbortController();
  const limit = AbortSignal.any([over.signal, AbortSignal.timeout(READY_TIMEOUT_MS), ...(signal ? [signal] : [])]);
  const poll = async () => {
    while (!limit.aborted) {
      const answer = await fetch(`${url}/health/ready`, { signal: limit }).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      await sleep(READY_POLL_MS);
    }
    if (signal?.aborted) throw new ExpungeError('cancelled', 'The start was interrupted');
    const detail = `The service at ${url} did not get ready within ${READY_TIMEOUT_MS / 1000} s; its logs say more`;
    throw new ExpungeError('start-refused', detail);
  };
  try {
    await Promise.race([poll(), ...processes.map(({ failed }) => failed)]);
  } finally {
    over.abort();
  }
  for (const { settle } of processes) settle();
}
