// TensorFlow.js' own backends beside ours.
import { architectures } from '../../src/architectures/index.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { createEagerEngine } from '../../src/engine/eager.ts';
import type { AdamwOptions } from '../../src/training/adamw.ts';
import { padRows } from '../../src/training/batches.ts';
import { compileTrainingStep } from '../../src/training/training-step.ts';

/** No dependency of this project: somebody may put it beside the other packages. */
export const WASM = '@tensorflow/tfjs-backend-wasm';

/** The `wasm` backend. Throws when its package is not there. */
export async function createWasmEngine(threads: number): Promise<Engine> {
  // a name that only running code knows, or the type checker would want the package
  const name: string = WASM;
  const wasm = (await import(name)) as { setThreadsCount(count: number): void };
  wasm.setThreadsCount(threads);
  return createEagerEngine('wasm', 'wasm');
}

/** Kernels of a training step, counted on a tiny one of the same kind, that a backend lacks. */
export async function kernelsLackedBy(backend: string, options: AdamwOptions): Promise<string[]> {
  const architecture = architectures.gpt2!;
  const shape = { vocab_size: 8, n_positions: 8, n_embd: 4, n_layer: 1, n_head: 1 };
  const config = architecture.parseConfig({ model_type: 'gpt2', ...shape });
  const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
  const weights = architecture.initialise(config, 1);
  const step = compileTrainingStep({ engine, architecture, config, weights, options });
  const batch = padRows([{ ids: Int32Array.of(1, 2, 3), promptLength: 1 }], 8, 0);
  const { kernelNames } = await engine.tf.profile(() => step.run(batch, 1e-3, 1));
  step.state.dispose();
  return [...new Set(kernelNames)].filter((name) => engine.tf.getKernel(name, backend) === undefined).sort();
}
