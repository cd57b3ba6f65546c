// Runs a compute process and answers for its end: result, failure, crash, hang, time limit or cancellation.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HEAP_FLAGS } from '../src/compute-environment.ts';
import type { ComputeJob, ComputeResult, FromCompute, ToCompute } from '../src/domain/compute.ts';
import { ExpungeError, PROBLEMS, type ProblemCode } from '../src/errors.ts';
import type { Compute } from '../src/runs/ports.ts';
import { watchVitalSigns } from './vital-signs.ts';

export interface SuperviseOptions {
  /** Module of the child, workers/compute.ts in production. */
  entry: URL;
  /** The whole environment of the child: no database, no keys. */
  environment: Record<string, string>;
  /** The end of what a child without a result wrote to stderr, once it is gone. */
  onStderr?(tail: string, about: { stage: ComputeJob['stage']; pid: number | undefined }): void;
  /** Limit of a `complete` job, which carries none of its own. */
  completeLimitSeconds?: number;
  /** Silence of the child after which it counts as hung; default 900. */
  stallSeconds?: number;
}

const TERM_AFTER_MS = 1000;
const KILL_AFTER_MS = 5000;
/** The child knows its limit and gives up by itself first, with a better text. */
const LIMIT_GRACE_MS = 2000;
const STDERR_TAIL_BYTES = 8192;

type Ending = 'cancelled' | 'timeout' | 'hung';
interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Asks the child to end, and makes it: message, SIGTERM after 1 s, SIGKILL after 5 s. */
function endChild(child: ChildProcess): NodeJS.Timeout[] {
  const cancel: ToCompute = { type: 'cancel' };
  if (child.connected) child.send(cancel, () => undefined);
  return [
    setTimeout(() => child.kill('SIGTERM'), TERM_AFTER_MS),
    setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS),
  ];
}

function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL_BYTES);
  });
  return () => tail;
}

/** Resolves when the child is gone and its pipes are read; a child that could not be started counts as gone. */
const gone = (child: ChildProcess) =>
  new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });

/** What runtimes write before they end for want of memory. */
const NO_MEMORY = /heap out of memory|bad_alloc|cannot allocate memory/i;

function crash(exit: Exit, stderr: string): ExpungeError {
  const how =
    exit.signal === 'SIGKILL'
      ? 'was killed by SIGKILL; the system may be out of memory'
      : exit.signal !== null
        ? `was killed by ${exit.signal}`
        : `ended without a result, exit code ${exit.code}`;
  const memory = NO_MEMORY.test(stderr) ? '; it ran out of memory' : '';
  return new ExpungeError('compute-crashed', `The compute process ${how}${memory}`);
}

/** Why a child that we ended has no result. */
function ended(why: Ending, limitSeconds: number, stallSeconds: number): ExpungeError {
  if (why === 'cancelled') return new ExpungeError('cancelled', 'The compute process was told to stop');
  if (why === 'timeout') return new ExpungeError('compute-timeout', `No result within ${limitSeconds} s`);
  const detail = `The compute process gave no sign of life for ${stallSeconds} s and was ended: one step hung`;
  return new ExpungeError('compute-hung', detail);
}

const asError = (message: Extract<FromCompute, { type: 'error' }>) =>
  new ExpungeError(message.code in PROBLEMS ? (message.code as ProblemCode) : 'compute-failed', message.message);

const limitMs = (job: ComputeJob, completeLimitSeconds: number) =>
  (job.stage === 'complete' ? completeLimitSeconds : job.time_limit_seconds) * 1000;

/** Starts one process for every job; see the port for what it rejects with. */
export function createCompute(options: SuperviseOptions): Compute {
  return {
    async run(job, on) {
      const { completeLimitSeconds = 300, stallSeconds = 900 } = options;
      const limit = limitMs(job, completeLimitSeconds);
      if (on.signal.aborted) throw ended('cancelled', limit / 1000, stallSeconds);
      const child = fork(fileURLToPath(options.entry), [String(process.pid)], {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: options.environment,
        execArgv: [...HEAP_FLAGS],
      });
      const exit = gone(child);
      const tail = keepTail(child);
      const timers: NodeJS.Timeout[] = [];
      let ending: Ending | undefined;
      let outcome: { result: ComputeResult } | { error: ExpungeError } | undefined;
      const end = (why: Ending) => {
        if (ending !== undefined) return;
        ending = why;
        timers.push(...endChild(child));
      };
      // a timer of more than 24.8 days would fire at once
      timers.push(setTimeout(() => end('timeout'), Math.min(limit + LIMIT_GRACE_MS, 2 ** 31 - 1)));
      const abort = () => end('cancelled');
      on.signal.addEventListener('abort', abort, { once: true });
      const signs = watchVitalSigns(
        { progress: (message) => ending === undefined && on.progress(message), hung: () => end('hung') },
        stallSeconds * 1000,
      );
      child.on('message', (message: FromCompute) => {
        signs.heard(message);
        const start: ToCompute = { type: 'start', job };
        if (message.type === 'ready' && ending === undefined) child.send(start, () => undefined);
        else if (message.type === 'result') outcome ??= { result: message.result };
        else if (message.type === 'error') outcome ??= { error: asError(message) };
      });
      try {
        const how = await exit;
        if (outcome && 'result' in outcome) return outcome.result;
        if (ending !== undefined) throw ended(ending, limit / 1000, stallSeconds);
        throw outcome?.error ?? crash(how, tail());
      } finally {
        signs.stop();
        for (const timer of timers) clearTimeout(timer);
        on.signal.removeEventListener('abort', abort);
        const written = tail();
        if (written !== '' && !(outcome && 'result' in outcome))
          options.onStderr?.(written, { stage: job.stage, pid: child.pid });
      }
    },
  };
}
