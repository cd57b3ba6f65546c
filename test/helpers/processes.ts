// Real processes for the tests that kill them.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where a test run keeps compiled modules. */
const COMPILED = process.env.NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE } : {};
const WORKER = fileURLToPath(new URL('../../workers/worker.ts', import.meta.url));

export interface TestProcess {
  pid: number;
  /** What it logged so far, for the text of a failure. */
  output(): string;
  /** Resolves with the exit code (null after a signal) once it is gone. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

function keep(child: ChildProcess, lines: string[]): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
}

/** Starts workers/worker.ts and resolves when it takes jobs. */
export async function startWorker(env: Record<string, string>): Promise<TestProcess> {
  const child = spawn(process.execPath, [WORKER], {
    env: { PATH: process.env.PATH ?? '', ...COMPILED, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  keep(child, lines);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const output = () => lines.join('\n');
  await until('the worker takes jobs', 60_000, () => {
    assert.equal(child.exitCode, null, `the worker ended at its start:\n${output()}`);
    return lines.some((line) => line.includes('"msg":"working"'));
  });
  return {
    pid: child.pid!,
    output,
    async kill(signal) {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/** Process ids of the children of a process. */
export function childrenOf(parent: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Polls until `check` gives something true; fails naming what was waited for. Returns the milliseconds it took. */
export async function until(what: string, ms: number, check: () => unknown): Promise<number> {
  const start = Date.now();
  while (!(await check())) {
    assert.ok(Date.now() - start < ms, `waited ${ms} ms in vain until ${what}`);
    await sleep(50);
  }
  return Date.now() - start;
}
