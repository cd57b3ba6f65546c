// Work that is done once and kept: each task runs in a process of its own, and its outcome stays in the work folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, Results, Task } from './task.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

export interface Runner {
  /** Outcome of a task, or of an earlier run of it; `name` is a path below the work folder. */
  run<Kind extends Task['kind']>(name: string, task: Extract<Task, { kind: Kind }>): Promise<Outcome<Results[Kind]>>;
  /** The same, and the result; throws where the task failed. */
  result<Kind extends Task['kind']>(name: string, task: Extract<Task, { kind: Kind }>): Promise<Results[Kind]>;
  /** What is kept of a task is removed. */
  forget(name: string): Promise<void>;
}

/** `environment`: what a compute process may see. */
export function createRunner(dir: string, environment: NodeJS.ProcessEnv, say: (text: string) => void): Runner {
  async function run(name: string, task: Task): Promise<Outcome<never>> {
    const outcomeFile = join(dir, `${name}.json`);
    if (existsSync(outcomeFile)) return JSON.parse(await readFile(outcomeFile, 'utf8')) as Outcome<never>;
    const [taskFile, fresh] = [join(dir, `${name}.task`), join(dir, `${name}.unfinished`)];
    await mkdir(dirname(outcomeFile), { recursive: true });
    await writeFile(taskFile, JSON.stringify(task), { mode: 0o600 });
    say(`${name} ...`);
    const child = spawn(process.execPath, [CHILD, taskFile, fresh], {
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
    run: run as Runner['run'],
    forget: (name) => rm(join(dir, `${name}.json`), { force: true }),
    async result(name, task) {
      const outcome = await (run as Runner['run'])(name, task as never);
      if (!outcome.ok) throw new Error(`${name}: ${outcome.message}`);
      return outcome.result as never;
    },
  };
}
