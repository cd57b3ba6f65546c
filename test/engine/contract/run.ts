// The contract of a backend: it computes what TensorFlow.js' own `cpu` does, kernel by kernel.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { assertSame, type Comparison, createBoth, eagerly } from '../both.ts';
import { CASES } from './index.ts';
import { isRandom } from './random.ts';

export interface ContractOptions {
  threads?: number;
  /** Kernels to leave out, each with the reason, which the test prints. */
  skip?: Record<string, string>;
  /** By kernel: what a case may fail with; see limits.ts. */
  limits?: Record<string, RegExp>;
  /** Ways of computing to try (default: all, and one for random shapes), for backends that compile slowly. */
  ways?: Comparison['ways'];
  /** Cases a kernel at most (default: all). */
  most?: number;
  tolerance?: number;
}

/** Registers a test a kernel that runs its cases on `backend`, a name that src/engine/choice.ts knows. */
export async function describeContract(backend: string, options: ContractOptions = {}): Promise<void> {
  const { threads = 1, skip = {}, limits = {}, most = Number.POSITIVE_INFINITY, ways, tolerance = 1e-5 } = options;
  const both = await createBoth(threads, backend);
  after(() => both.dispose());

  /** Names of the kernels that a call of the library runs. */
  async function kernelsOf(run: () => Promise<unknown>): Promise<Set<string>> {
    const engine = both.onnx.tf.engine();
    const original = engine.runKernel;
    const used = new Set<string>();
    engine.runKernel = function (this: typeof engine, name, ...rest) {
      used.add(name);
      return original.call(this, name, ...rest);
    } as typeof original;
    try {
      await run();
    } finally {
      engine.runKernel = original;
    }
    return used;
  }

  describe(`kernels on ${backend}`, () => {
    for (const [kernel, cases] of Object.entries(CASES)) {
      test(kernel, kernel in skip ? { skip: skip[kernel]! } : {}, async () => {
        let limited = 0;
        for (const one of cases.slice(0, most)) {
          const { name, compute, operands, expected } = one;
          const how: Comparison = { tolerance, ...(expected ? { expected } : {}) };
          const tried = ways ?? (isRandom(one) ? (['fed'] as const) : undefined);
          const comparison = { ...how, ...(tried ? { ways: tried } : {}) };
          await assertSame(both, `${kernel} ${name}`, compute, operands, comparison).catch((error: Error) => {
            if (!limits[kernel]?.test(error.message)) throw error;
            limited++;
          });
        }
        assert.equal(limited > 0, kernel in limits, `${kernel} has a limit that no case meets: ${limits[kernel]}`);
        if (limited > 0) return;
        const { compute, operands } = cases[0]!;
        const used = await kernelsOf(() => eagerly(both.onnx, both.backends.onnx, compute, operands));
        assert.ok(used.has(kernel), `its first case runs ${[...used].join(', ')}`);
      });
    }
  });
}
