// Contract of the backend: every registered kernel computes what TensorFlow.js' own does.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { assertSame, createBoth, eagerly } from './both.ts';
import { CASES } from './kernel-cases.ts';

const both = await createBoth();
const registered = both.onnx.tf.getKernelsForBackend('onnxruntime').map(({ kernelName }) => kernelName);

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

test('every kernel has cases, and every case a kernel', () => {
  assert.deepEqual(Object.keys(CASES).toSorted(), registered.toSorted());
});

describe('kernels', () => {
  for (const [kernel, cases] of Object.entries(CASES)) {
    test(kernel, async () => {
      for (const { name, compute, operands } of cases) await assertSame(both, `${kernel} ${name}`, compute, operands);
      const { compute, operands } = cases[0]!;
      const used = await kernelsOf(() => eagerly(both.onnx, 'onnxruntime', compute, operands));
      assert.ok(used.has(kernel), `its first case runs ${[...used].join(', ')}`);
    });
  }
});
