// Starting the processes of the service as children of the command line.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { HEAP_FLAGS } from '../compute-environment.ts';

export const API_SCRIPT = fileURLToPath(new URL('../main.ts', import.meta.url));
export const WORKER_SCRIPT = fileURLToPath(new URL('../../workers/worker.ts', import.meta.url));
const LIFELINE = new URL('./lifeline.ts', import.meta.url).href;
/** Reading and compiling modules is much of what a start costs, and every run starts two processes. Where nobody may write, it stays so. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/expunge', import.meta.url));

/**
 * A Node process that ends when we do, even when we are killed. It has a process group of its own: Ctrl-C in the
 * terminal reaches only us, and we decide the order in which things end. `log`: where its output goes.
 */
export function startProcess(script: string, env: NodeJS.ProcessEnv, log: number | 'inherit'): ChildProcess {
  return spawn(process.execPath, [...HEAP_FLAGS, '--import', LIFELINE, script], {
    env: { NODE_COMPILE_CACHE: COMPILED, ...env, EXPUNGE_PARENT_PID: String(process.pid) },
    stdio: ['ignore', log, log],
    detached: true,
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `stop` at the first request to end; returns a function that takes the listeners away. */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, stop);
  return () => {
    for (const signal of SIGNALS) process.off(signal, stop);
  };
}

/** Runs one process until it ends, passing stop signals on. Resolves with 0 when it ended well, else 1. */
export async function runInForeground(script: string): Promise<number> {
  const child = startProcess(script, process.env, 'inherit');
  const release = onStopSignal(() => child.kill('SIGTERM'));
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0 ? 0 : 1;
  } finally {
    release();
  }
}

/** Asks a process to end and makes it after `graceMs`. Resolves once it is gone. */
export async function endProcess(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}
