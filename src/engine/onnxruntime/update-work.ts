// One update of state outside the graph, as arrays: what a thread needs to compute it.
import { type Chain, type ChainKernel, compileChain } from './simd.ts';

/** A chain under its key: equal chains are one object, so that a message to another thread holds it once. */
export interface Kernel {
  chain: Chain;
  key: string;
}

export interface Work {
  kernel: Kernel;
  tensors: Float32Array[];
  numbers: number[];
  /** Written; may be some of `tensors`. */
  results: Float32Array[];
  /** Those of `tensors` that nobody reads afterwards. */
  spent: Float32Array[];
}

/** Weights of one step differ in size, not in what is done to them. */
const known = new Map<string, Kernel>();
const compiled = new Map<string, ChainKernel>();

export function kernelOf(chain: Chain): Kernel {
  const key = JSON.stringify(chain);
  const kernel = known.get(key) ?? { chain, key };
  known.set(key, kernel);
  return kernel;
}

/** The memory goes back now: a collector sees a handful of small objects, not the gigabyte behind them. */
export const release = ({ buffer }: Float32Array): void => {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
};

/** Computes `works`, one after the other. */
export function perform(works: readonly Work[]): void {
  for (const { kernel, tensors, numbers, results, spent } of works) {
    const run = compiled.get(kernel.key) ?? compileChain(kernel.chain);
    compiled.set(kernel.key, run);
    run(tensors, numbers, results);
    for (const array of spent) release(array);
  }
}
