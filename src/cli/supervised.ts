// One child process that is started again when it crashes.
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExpungeError } from '../errors.ts';
import { endProcess, startProcess } from './process.ts';

export interface ChildSpec {
  name: string;
  script: string;
  env: NodeJS.ProcessEnv;
  /** File that its output is appended to; null: our own output. */
  logFile: string | null;
}

export interface Supervised {
  /** Rejects with `start-refused` when the process ends before `settle`. Never resolves. */
  failed: Promise<never>;
  /** From now on a crash means a new start. */
  settle(): void;
  pid(): number | undefined;
  stop(): Promise<void>;
}

const STABLE_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const TAIL_BYTES = 2000;

/** Wait before start number `failures` + 1: half a second, doubled each time, at most 30 s. */
export const backoffMs = (failures: number): number => Math.min(30_000, 500 * 2 ** Math.max(0, failures - 1));

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function openLog(path: string | null): number | 'inherit' {
  if (path === null) return 'inherit';
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, 'a', 0o600);
}

/** Starts the process; `onRestart` hears of every crash that is followed by a new start. */
export function supervise(spec: ChildSpec, onRestart: (text: string) => void): Supervised {
  let child: ChildProcess;
  let settled = false;
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // whoever waits for the start sees it; after that nobody may be listening
  failed.catch(() => undefined);

  const ended = (how: string, startedAt: number, logFrom: number) => {
    if (stopping) return;
    if (!settled) return reject(startFailure(spec, how, logFrom));
    failures = Date.now() - startedAt > STABLE_MS ? 1 : failures + 1;
    const wait = backoffMs(failures);
    onRestart(`The ${spec.name} process ended (${how}); it is started again in ${wait / 1000} s`);
    timer = setTimeout(start, wait);
  };
  const start = () => {
    const log = openLog(spec.logFile);
    const logFrom = spec.logFile === null ? 0 : sizeOf(spec.logFile);
    const startedAt = Date.now();
    child = startProcess(spec.script, spec.env, log);
    if (log !== 'inherit') closeSync(log);
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`, startedAt, logFrom));
    child.once('error', (error) => {
      if (child.pid === undefined) ended(error.message, startedAt, logFrom);
    });
  };
  start();
  return {
    failed,
    settle() {
      settled = true;
    },
    pid: () => child.pid,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await endProcess(child, STOP_GRACE_MS);
    },
  };
}

function startFailure({ name, logFile }: ChildSpec, how: string, logFrom: number): ExpungeError {
  const tail = logFile === null ? '' : readFileSync(logFile).subarray(logFrom).subarray(-TAIL_BYTES).toString('utf8');
  const where = logFile === null ? '' : `; ${logFile} ends with:\n${tail.trimEnd()}`;
  return new ExpungeError('start-refused', `The ${name} process ended at its start (${how})${where}`);
}
