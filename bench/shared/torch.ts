// Pythons that have PyTorch, and a process of one that takes turns.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Side, startSide } from './side.ts';

export interface Python {
  path: string;
  /** For example `PyTorch 2.9.0`. */
  name: string;
  /** Who computes matrix products: PyTorch’s own threads through MKL, or the threads of OpenBLAS beside them. */
  products: 'mkl' | 'openblas';
}

const QUESTION = 'import torch; print(torch.__version__); print("USE_MKL=ON" in torch.__config__.show())';

/** The named ones that have torch; without names, one in data/torch and the system’s. */
export function findPythons(root: string, named: string[] | undefined): Python[] {
  const candidates = named ?? [join(root, 'data', 'torch', 'bin', 'python'), 'python3'];
  return candidates.flatMap((path) => {
    const { status, stdout } = spawnSync(path, ['-c', QUESTION], { encoding: 'utf8' });
    if (status !== 0) return [];
    const [version, mkl] = stdout.trim().split('\n');
    return [{ path, name: `PyTorch ${version}`, products: mkl === 'True' ? 'mkl' : 'openblas' }];
  });
}

/** How a process of PyTorch is given its threads. */
export interface Pinning {
  name: string;
  env: Record<string, string>;
}

/**
 * The ways worth trying, the usual one first. OpenBLAS has threads of its own, which ignore torch.set_num_threads; a
 * second pool beside them must not stay awake while it waits, or the two fight for the cores.
 */
export function pinningsOf({ products }: Python, threads: number): Pinning[] {
  const pinning = (omp: number, wait?: 'PASSIVE'): Pinning => ({
    name: `${products === 'openblas' ? `OPENBLAS_NUM_THREADS=${threads} ` : ''}OMP_NUM_THREADS=${omp}${wait ? ` OMP_WAIT_POLICY=${wait}` : ''}`,
    env: {
      ...{ OPENBLAS_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(omp) },
      ...(wait ? { OMP_WAIT_POLICY: wait } : {}),
    },
  });
  if (threads === 1) return [pinning(1)];
  return [pinning(products === 'openblas' ? 1 : threads), pinning(threads, 'PASSIVE')];
}

/** Starts a script of bench/torch on a specification file. */
export const startTorch = (python: Python, script: string, spec: string, { env }: Pinning): Promise<Side> =>
  startSide(python.path, [join(import.meta.dirname, '..', 'torch', script), spec], {
    ...env,
    // no compiled files among the sources
    PYTHONDONTWRITEBYTECODE: '1',
  });
