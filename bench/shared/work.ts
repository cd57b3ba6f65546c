// Work that is done once and kept: each task runs in a process of its own, and its outcome stays in the work folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainFailure } from '../../src/compute/failure.ts';
import { peakMemoryBytes } from '../../src/compute/peak-memory.ts';
import { timed } from './measure.ts';

/** What a process took. */
export interface Effort {
  seconds: number;
  /** Of all its threads: what other work on the machine hardly moves. */
  cpu_seconds: number;
  peak_memory_bytes: number;
}

export type Outcome<Result> =
  | ({ ok: true; result: Result } & Effort)
  | ({ ok: false; code: string; message: string } & Effort);

/** Tasks of a benchmark by `kind`, and what comes back of each kind. */
export interface Runner<Task extends { kind: string }, Results extends Record<Task['kind'], unknown>> {
  /** Outcome of a task, or of an earlier run of it; `name` is a path below the work folder. */
  run<Kind extends Task['kind']>(name: string, task: Extract<Task, { kind: Kind }>): Promise<Outcome<Results[Kind]>>;
  /** The same, and the result; throws where the task failed. */
  result<Kind extends Task['kind']>(name: string, task: Extract<Task, { kind: Kind }>): Promise<Results[Kind]>;
  /** What is kept of a task is removed. */
  forget(name: string): Promise<void>;
}

interface Options {
  /** Work folder. */
  dir: string;
  /** Program that serves the tasks, with `serveTask`. */
  child: string;
  /** What a compute process may see. */
  environment: NodeJS.ProcessEnv;
  say(text: string): void;
}

export function createRunner<Task extends { kind: string }, Results extends Record<Task['kind'], unknown>>({
  dir,
  child: program,
  environment,
  say,
}: Options): Runner<Task, Results> {
  async function run(name: string, task: Task): Promise<Outcome<never>> {
    const outcomeFile = join(dir, `${name}.json`);
    if (existsSync(outcomeFile)) return JSON.parse(await readFile(outcomeFile, 'utf8')) as Outcome<never>;
    const [taskFile, fresh] = [join(dir, `${name}.task`), join(dir, `${name}.unfinished`)];
    await mkdir(dirname(outcomeFile), { recursive: true });
    await writeFile(taskFile, JSON.stringify(task), { mode: 0o600 });
    say(`${name} ...`);
    const child = spawn(process.execPath, [program, taskFile, fresh], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    await rm(taskFile);
    if (code !== 0) throw new Error(`${name} ended with ${signal ?? `exit code ${code}`}; its message is above`);
    await rename(fresh, outcomeFile);
    const outcome = JSON.parse(await readFile(outcomeFile, 'utf8')) as Outcome<never>;
    say(`${name}: ${outcome.ok ? '' : `${outcome.code}, `}${outcome.cpu_seconds.toFixed(1)} s of CPU time`);
    return outcome;
  }
  return {
    run: run as Runner<Task, Results>['run'],
    forget: (name) => rm(join(dir, `${name}.json`), { force: true }),
    async result(name, task) {
      const outcome = await (run as Runner<Task, Results>['run'])(name, task as never);
      if (!outcome.ok) throw new Error(`${name}: ${outcome.message}`);
      return outcome.result as never;
    },
  };
}

/** The other side: the file of a task in, the file of its outcome out, as the arguments of this process name them. */
export async function serveTask<Task>(perform: (task: Task) => Promise<unknown>): Promise<void> {
  const [taskFile, outcomeFile] = process.argv.slice(2) as [string, string];
  const task = JSON.parse(await readFile(taskFile, 'utf8')) as Task;
  const { result, ...time } = await timed(() =>
    perform(task).then(
      (value) => ({ ok: true as const, result: value }),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        return { ok: false as const, ...explainFailure(error) };
      },
    ),
  );
  const outcome: Outcome<unknown> = { ...result, ...time, peak_memory_bytes: peakMemoryBytes() };
  const plain = (_: string, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value);
  await writeFile(outcomeFile, JSON.stringify(outcome, plain));
}
