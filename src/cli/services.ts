// The whole service on one machine: Postgres when none is given, the API and a worker. `up`, the demo and the
// end-to-end tests start it here.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, readConfig } from '../config.ts';
import { ExpungeError } from '../errors.ts';
import { refuseOpenDoor } from '../http/open-door.ts';
import { claimPort, localUrl } from './ports.ts';
import { API_SCRIPT, WORKER_SCRIPT } from './process.ts';
import { graceMs, type Reasons, reasonsOf, serves, shownReasons, warningsOf } from './start-answer.ts';
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
  /** What keeps /health/ready from saying yes though the service can be used, each with what to do; mostly none. */
  warnings: string[];
  /** Process ids, which change when a process is started again. */
  pids(): { api: number | undefined; worker: number | undefined };
  /** Ends the processes, then Postgres. Idempotent. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 100;
/** An answer is given again for as long, and calls of an address may be limited. */
const ANSWERED_POLL_MS = 1000;

/**
 * Starts everything and resolves when the API answers that it is ready, or can be used without what is missing, as with a disk that is
 * nearly full: room is made through it. Throws `start-refused` with the end of the
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
  let warnings: string[];
  try {
    warnings = await ready(url, [api, worker], options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    databaseUrl: postgres.url,
    logs,
    warnings,
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

/** Asks until the API is ready, or does its work for as long as what is missing may still be starting. Returns what is missing then. */
async function poll(url: string, limit: AbortSignal): Promise<{ up: boolean; reasons: Reasons | null }> {
  let reasons: Reasons | null = null;
  let servesSince: number | null = null;
  while (!limit.aborted) {
    const answer = await fetch(`${url}/health/ready`, { signal: limit }).catch(() => null);
    const body: unknown = await answer?.json().catch(() => null);
    if (answer?.ok) return { up: true, reasons: null };
    const heard = reasonsOf(body);
    if (heard !== null) {
      reasons = heard;
      servesSince = serves(heard) ? (servesSince ?? performance.now()) : null;
    }
    if (reasons !== null && servesSince !== null && performance.now() - servesSince >= graceMs(reasons))
      return { up: true, reasons };
    // ends early with the limit, which is looked at next
    await sleep(answer ? ANSWERED_POLL_MS : READY_POLL_MS, null, { signal: limit }).catch(() => undefined);
  }
  return { up: servesSince !== null, reasons };
}

/** Resolves with warnings when the API can be used; rejects when a process ends first, at the limit, or when `signal` says so. */
async function ready(url: string, processes: Supervised[], signal: AbortSignal | undefined): Promise<string[]> {
  // ends the polling when a process has failed: it would hold up our own end
  const over = new AbortController();
  const limit = AbortSignal.any([over.signal, AbortSignal.timeout(READY_TIMEOUT_MS), ...(signal ? [signal] : [])]);
  const asked = async () => {
    const { up, reasons } = await poll(url, limit);
    if (signal?.aborted) throw new ExpungeError('cancelled', 'The start was interrupted');
    if (up) return warningsOf(reasons ?? {});
    const detail = `The service at ${url} did not get ready within ${READY_TIMEOUT_MS / 1000} s${shownReasons(reasons)}; its logs say more`;
    throw new ExpungeError('start-refused', detail);
  };
  let warnings: string[];
  try {
    warnings = await Promise.race([asked(), ...processes.map(({ failed }) => failed)]);
  } finally {
    over.abort();
  }
  for (const { settle } of processes) settle();
  return warnings;
}
