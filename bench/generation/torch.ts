// PyTorch in a process of its own, asked for one turn at a time.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Turn<T> {
  seconds: number;
  cpu_seconds: number;
  result: T;
}
interface Torch {
  turn<T>(work: 'generate' | 'score'): Promise<Turn<T>>;
  close(): void;
}

/** A Python that has torch, and which: the one that is named, one in data/torch, the system’s; null when none has. */
export function findPython(root: string, named: string | undefined): { path: string; torch: string } | null {
  for (const path of named ? [named] : [join(root, 'data', 'torch', 'bin', 'python'), 'python3']) {
    const { status, stdout } = spawnSync(path, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
    if (status === 0) return { path, torch: `PyTorch ${stdout.trim()}` };
  }
  return null;
}

/** Starts the Python side on a specification file. Its libraries get the same number of threads. */
export async function startTorch(python: string, spec: string, threads: number): Promise<Torch> {
  const counts = Object.fromEntries(
    ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS'].map((name) => [name, String(threads)]),
  );
  const child = spawn(python, [join(import.meta.dirname, 'torch_generate.py'), spec], {
    env: { ...process.env, ...counts },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('PyTorch ended; its message is above');
    return JSON.parse(value);
  };
  await next(); // it is ready
  return {
    async turn<T>(work: string) {
      child.stdin.write(`${work}\n`);
      return (await next()) as Turn<T>;
    },
    close: () => child.stdin.end(),
  };
}
