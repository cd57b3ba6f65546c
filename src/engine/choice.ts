// Which engine a compute process runs on, by COMPUTE_BACKEND.
import type { Engine } from '../domain/engine.ts';
import { ExpungeError } from '../errors.ts';
import { createEagerEngine } from './eager.ts';
import { createOnnxEngine } from './onnxruntime/engine.ts';

const ENGINES: Record<string, (threads: number) => Promise<Engine>> = {
  'onnxruntime/cpu': (threads) => createOnnxEngine({ provider: 'cpu', threads }),
  'tfjs-cpu': () => createEagerEngine('tfjs-cpu', 'cpu'),
};
export const BACKENDS = Object.keys(ENGINES);

/** Throws `start-refused` for a backend that is not offered. */
export async function createEngine(options: { backend: string; threads: number }): Promise<Engine> {
  const create = Object.hasOwn(ENGINES, options.backend) ? ENGINES[options.backend] : undefined;
  if (create === undefined) {
    throw new ExpungeError(
      'start-refused',
      `COMPUTE_BACKEND is ${options.backend}; choose one of ${BACKENDS.join(', ')}.`,
    );
  }
  return create(options.threads);
}
