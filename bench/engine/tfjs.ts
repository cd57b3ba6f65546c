// TensorFlow.js' own backends beside ours.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BackendValues, TensorInfo } from '@tensorflow/tfjs';
import { architectures } from '../../src/architectures/index.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { createEagerEngine } from '../../src/engine/eager.ts';
import { tf } from '../../src/engine/tfjs.ts';
import type { AdamwOptions } from '../../src/training/adamw.ts';
import { padRows } from '../../src/training/batches.ts';
import { compileTrainingStep } from '../../src/training/training-step.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** No dependency of this project, and `npm run setup` would take it away from beside the other packages. */
const WASM = { folder: 'data/tfjs-wasm', name: '@tensorflow/tfjs-backend-wasm', version: '4.22.0' };

/**
 * The `wasm` backend, and the kernels of a training step that `cpu` lends it. Throws with the remedy when its package is
 * not there.
 */
export async function createWasmEngine(
  threads: number,
  options: AdamwOptions,
): Promise<{ engine: Engine; lent: string[] }> {
  const { folder, name, version } = WASM;
  let path: string;
  try {
    path = createRequire(join(ROOT, folder, 'package.json')).resolve(name);
  } catch {
    const install = `npm install --prefix ${folder} --no-save --ignore-scripts --legacy-peer-deps ${name}@${version}`;
    throw new Error(`${name} is not there: mkdir -p ${folder} && ${install}`);
  }
  const wasm = (await import(pathToFileURL(path).href)) as { setThreadsCount(count: number): void };
  wasm.setThreadsCount(threads);
  await createEagerEngine('wasm', 'wasm');
  const lent = await kernelsLackedBy('wasm', options);
  for (const kernel of lent) lend(kernel, 'wasm');
  return { engine: await createEagerEngine('wasm', 'wasm'), lent };
}

/** What TensorFlow’s binding, where scripts/build-tensorflow.ts made it, wants of the environment. */
export const tensorflowEnvironment = (threads: number): Record<string, string> => ({
  NODE_PATH: join(ROOT, 'data/tensorflow/node_modules'),
  TF_CPP_MIN_LOG_LEVEL: '2',
  NODE_NO_WARNINGS: '1',
  TF_NUM_INTRAOP_THREADS: String(threads),
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: String(threads),
});

/**
 * Kernels of a training step, counted on a tiny one of the same kind, that a backend lacks. It has to be loaded; the
 * backend in use is another one afterwards.
 */
async function kernelsLackedBy(backend: string, options: AdamwOptions): Promise<string[]> {
  const architecture = architectures.gpt2!;
  const shape = { vocab_size: 8, n_positions: 8, n_embd: 4, n_layer: 1, n_head: 1 };
  const config = architecture.parseConfig({ model_type: 'gpt2', ...shape });
  const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
  const weights = architecture.initialise(config, 1);
  const step = compileTrainingStep({ engine, architecture, config, weights, options });
  const batch = padRows([{ ids: Int32Array.of(1, 2, 3), promptLength: 1 }], 8, 0);
  const { kernelNames } = await engine.tf.profile(() => step.run(batch, 1e-3, 1));
  step.state.dispose();
  const has = (name: string, where: string) => engine.tf.getKernel(name, where) !== undefined;
  // the profile also names what is no kernel, but a gradient written out
  return [...new Set(kernelNames)].filter((name) => has(name, 'cpu') && !has(name, backend)).sort();
}

/** What every backend that computes at once has; TensorFlow.js declares it for each of them apart. */
interface HostBackend {
  readSync(id: TensorInfo['dataId']): BackendValues;
  write(values: BackendValues, shape: number[], dtype: TensorInfo['dtype']): TensorInfo['dataId'];
  disposeData(id: TensorInfo['dataId']): boolean;
}

/** Computes a kernel of another backend as `cpu` does: values there, result back. */
function lend(name: string, backendName: string): void {
  const lender = tf.getKernel(name, 'cpu')!;
  tf.registerKernel({
    kernelName: name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const cpu = tf.findBackend('cpu') as unknown as HostBackend;
      const borrower = backend as HostBackend;
      const lent = Object.fromEntries(
        Object.entries(inputs).map(([input, info]) => {
          const { dataId, shape, dtype } = info!;
          return [input, { dataId: cpu.write(borrower.readSync(dataId), shape, dtype), shape, dtype }];
        }),
      );
      const { dataId, shape, dtype } = lender.kernelFunc({
        inputs: lent,
        backend: cpu,
        ...(attrs && { attrs }),
      }) as TensorInfo;
      const result = { dataId: borrower.write(cpu.readSync(dataId), shape, dtype), shape, dtype };
      for (const info of [dataId, ...Object.values(lent).map((input) => input.dataId)]) cpu.disposeData(info);
      return result;
    },
  });
}
