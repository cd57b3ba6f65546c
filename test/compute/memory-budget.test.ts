import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { test } from 'node:test';
import { machineBudget, memoryBudget } from '../../src/compute/memory-budget.ts';

const GB = 2 ** 30;

test('what a machine has, or the container if that has less, but for a reserve', () => {
  assert.equal(machineBudget(0, 16 * GB), 15 * GB);
  assert.equal(machineBudget(8 * GB, 16 * GB), 7 * GB);
  // Node’s way to say that there is no limit
  assert.equal(machineBudget(2 ** 64, 16 * GB), 15 * GB);
  assert.equal(machineBudget(2 * GB, 16 * GB), 1.5 * GB);
  assert.ok(machineBudget() > 0 && machineBudget() < totalmem());
});

test('a configured budget counts everywhere; without one a device’s memory is not the host’s', () => {
  assert.equal(memoryBudget(123, 'onnxruntime/webgpu'), 123);
  assert.equal(memoryBudget(null, 'onnxruntime/webgpu'), null);
  assert.equal(memoryBudget(null, 'onnxruntime/cpu'), machineBudget());
});
