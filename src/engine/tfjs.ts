// The one place that loads TensorFlow.js; everything else receives it as an argument.
import { createRequire } from 'node:module';
import type { Tf } from '../domain/engine.ts';

// a CommonJS bundle of 500 names: require() gives them all at once, where an ESM import would guess them
export const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as Tf;

/** Makes a registered backend the one that computes, unless it is: TensorFlow.js walks over all kernels each time. */
export async function useBackend(name: string): Promise<void> {
  if (tf.getBackend() !== name) await tf.setBackend(name);
}
