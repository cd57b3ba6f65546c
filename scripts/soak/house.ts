// The installation that a soak runs on: processes as in production, and what can happen to them.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimPort } from '../../src/cli/ports.ts';
import { API_SCRIPT, endProcess, startProcess, WORKER_SCRIPT } from '../../src/cli/process.ts';
import { childrenOf, isAlive } from '../../test/helpers/processes.ts';
import { wipePostgresQueue } from '../../test/helpers/queues.ts';
import type { Fault, FaultName } from './faults.ts';

const WORKERS = 2;
const GRACE_MS = 15_000;
const READY_MS = 90_000;

export interface HouseOptions {
  dir: string;
  importDir: string;
  databaseUrl: string;
  /** Null: the queue lives in Postgres. */
  redis: { url: string; port: number } | null;
}

/** Shorter than the defaults, so that more accidents fit into the time; and a budget that lets nearly everybody go on one day. */
const PACE = {
  LEASE_SECONDS: '6',
  SWEEP_SECONDS: '1',
  PARENT_RETENTION_HOURS: '0.001',
  MAX_RESTARTS: '8',
  BUDGET_PEOPLE: '1000000',
};

/** Processes start often here, and most of what that costs is compiling. */
const COMPILED = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'expunge-soak');

export interface House {
  url: string;
  env: Record<string, string>;
  /** What was done; false where there was nothing to do it to. */
  suffer(fault: Fault): Promise<boolean>;
  /** Every process is there again. */
  whole(): Promise<void>;
  /** Ends all processes; returns those of them, and of their children, that are still there. */
  stop(): Promise<number[]>;
  counts: Partial<Record<FaultName, number>>;
}

type Role = 'api' | `worker-${number}`;

export async function openHouse({ dir, importDir, databaseUrl, redis }: HouseOptions): Promise<House> {
  const port = await claimPort('127.0.0.1', 0);
  const url = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    ...{ DATA_DIR: dir, DATABASE_URL: databaseUrl, REDIS_URL: redis?.url ?? '', IMPORT_DIR: importDir },
    ...{ PORT: String(port), COMPUTE_THREADS: '1', NODE_COMPILE_CACHE: COMPILED, ...PACE },
  };
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const running = new Map<Role, ReturnType<typeof startProcess>>();
  const seen = new Set<number>();
  const counts: House['counts'] = {};

  function start(role: Role): void {
    const log = openSync(join(dir, 'logs', `${role}.log`), 'a');
    const child = startProcess(role === 'api' ? API_SCRIPT : WORKER_SCRIPT, { ...process.env, ...env }, log);
    closeSync(log);
    running.set(role, child);
    seen.add(child.pid!);
  }
  const isUp = (role: Role): boolean => {
    const child = running.get(role);
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  };
  async function end(role: Role, how: 'killed' | 'asked'): Promise<boolean> {
    const child = running.get(role)!;
    if (!isUp(role)) return false;
    for (const pid of childrenOf(child.pid!)) seen.add(pid);
    const gone = once(child, 'exit');
    if (how === 'killed') child.kill('SIGKILL');
    else await endProcess(child, GRACE_MS);
    await gone;
    return true;
  }
  async function comeBack(role: Role, how: 'killed' | 'asked', awayMs: number): Promise<boolean> {
    const ended = await end(role, how);
    await sleep(awayMs);
    start(role);
    return ended;
  }
  function killCompute(role: Role): boolean {
    const children = isUp(role) ? childrenOf(running.get(role)!.pid!) : [];
    for (const pid of children) {
      seen.add(pid);
      process.kill(pid, 'SIGKILL');
    }
    return children.length > 0;
  }
  async function wipe(): Promise<boolean> {
    if (redis === null) await wipePostgresQueue(databaseUrl);
    else execFileSync('redis-cli', ['-p', String(redis.port), 'flushall'], { stdio: 'ignore' });
    return true;
  }
  function carryOut({ name, which, away_ms }: Fault): Promise<boolean> | boolean {
    const worker: Role = `worker-${which % WORKERS}`;
    if (name === 'worker killed') return comeBack(worker, 'killed', away_ms);
    if (name === 'worker stopped') return comeBack(worker, 'asked', away_ms);
    if (name === 'compute killed') return killCompute(worker);
    if (name === 'api killed') return comeBack('api', 'killed', away_ms);
    if (name === 'api restarted') return comeBack('api', 'asked', away_ms);
    return wipe();
  }
  const roles: Role[] = ['api', ...Array.from({ length: WORKERS }, (_, i): Role => `worker-${i}`)];
  for (const role of roles) start(role);
  return {
    ...{ url, env, counts },
    async suffer(fault) {
      const done = await carryOut(fault);
      if (done) counts[fault.name] = (counts[fault.name] ?? 0) + 1;
      return done;
    },
    async whole() {
      for (const role of roles) if (!isUp(role)) start(role);
      for (const until = Date.now() + READY_MS; ; await sleep(200)) {
        const answer = await fetch(`${url}/health/ready`).catch(() => null);
        await answer?.body?.cancel();
        if (answer?.ok) return;
        if (Date.now() > until) throw new Error(`the API was not ready within ${READY_MS / 1000} s`);
      }
    },
    async stop() {
      await Promise.all(roles.map((role) => end(role, 'asked')));
      await sleep(1000);
      return [...seen].filter(isAlive);
    },
  };
}
