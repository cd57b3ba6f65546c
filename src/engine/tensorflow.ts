// TensorFlow's own binding, where somebody installed it; it is no dependency of this project.
import { createRequire } from 'node:module';
import util from 'node:util';
import type { Engine } from '../domain/engine.ts';
import { createEagerEngine } from './eager.ts';

/** The GPU build first; either registers the TensorFlow.js backend `tensorflow`. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** What the binding calls and Node 23 took away. Its own repair was merged and never released. */
const REMOVED: Record<string, (value: unknown) => boolean> = {
  isArray: Array.isArray,
  isNullOrUndefined: (value) => value === null || value === undefined,
};

function restoreRemoved(): void {
  const target = util as unknown as Record<string, unknown>;
  for (const [name, implementation] of Object.entries(REMOVED)) target[name] ??= implementation;
}

const require = createRequire(import.meta.url);

function installed(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Steps on TensorFlow through `@tensorflow/tfjs-node(-gpu)`. Throws when neither is installed, or neither loads. */
export async function createTensorflowEngine(): Promise<Engine> {
  const name = PACKAGES.find(installed);
  if (name === undefined) throw new Error(`neither ${PACKAGES.join(' nor ')} is installed.`);
  restoreRemoved();
  require(name);
  return createEagerEngine('tensorflow', 'tensorflow');
}
