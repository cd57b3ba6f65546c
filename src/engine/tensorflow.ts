// TensorFlow's own binding, where somebody installed it; it is no dependency of this project.
import { createRequire } from 'node:module';
import util from 'node:util';
import type { KernelFunc, Tensor } from '@tensorflow/tfjs';
import type { Engine } from '../domain/engine.ts';
import { createEagerEngine } from './eager.ts';
import { tf } from './tfjs.ts';

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

type Call = Parameters<KernelFunc>[0];
/** Kernels of the binding that refuse what they should take, and how to call them so that they do not. */
const REPAIRS: Record<string, (call: Call, original: KernelFunc) => ReturnType<KernelFunc>> = {
  // looks the axis up before it is counted from the front
  GatherV2({ inputs, attrs, backend }, original) {
    const [axis] = tf.util.parseAxisParam((attrs?.axis as number | undefined) ?? 0, inputs.x!.shape);
    return original({ inputs, backend, attrs: { ...attrs, axis: axis! } });
  },
  // chooses between two element types when its operand is no float32
  Step({ inputs, attrs, backend }, original) {
    const x = inputs.x as Tensor;
    if (x.dtype === 'float32') return original({ inputs, attrs, backend });
    return tf.tidy(() => {
      const y = original({ inputs: { x: tf.cast(x, 'float32') }, attrs, backend }) as Tensor;
      return tf.cast(y, x.dtype);
    });
  },
};

function repairKernels(): void {
  for (const [kernelName, repair] of Object.entries(REPAIRS)) {
    const config = tf.getKernel(kernelName, 'tensorflow');
    if (config === undefined) continue;
    tf.unregisterKernel(kernelName, 'tensorflow');
    tf.registerKernel({ ...config, kernelFunc: (call) => repair(call, config.kernelFunc) });
  }
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

let loaded = false;

/** Steps on TensorFlow through `@tensorflow/tfjs-node(-gpu)`. Throws when neither is installed, or neither loads. */
export async function createTensorflowEngine(): Promise<Engine> {
  const name = PACKAGES.find(installed);
  if (name === undefined) throw new Error(`neither ${PACKAGES.join(' nor ')} is installed.`);
  if (!loaded) {
    restoreRemoved();
    require(name);
    repairKernels();
    loaded = true;
  }
  return createEagerEngine('tensorflow', 'tensorflow');
}
