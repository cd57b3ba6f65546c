import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gpuMemory, readGpuMemory } from '../../src/engine/gpu-memory.ts';

test('the driver’s lines are read, and what it cannot tell is left out', () => {
  const text = 'GPU-11aa, 1024, 81559\nGPU-22bb, [N/A], 81559\n\n';
  assert.deepEqual(readGpuMemory(text), [{ uuid: 'GPU-11aa', used_bytes: 2 ** 30, total_bytes: 81_559 * 2 ** 20 }]);
});

test('a machine without a card, or whose driver does not answer, has none', async () => {
  assert.deepEqual(await gpuMemory(() => []), []);
});
