import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../../src/domain/engine.ts';
import { prune } from '../../../src/training/robustness/prune.ts';

test('the smallest of every matrix go, exactly as many as asked for, equals in order; vectors stay', () => {
  const weights = {
    m: float32(Float32Array.of(3, -1, 1, 1, -5, 0.5, 2, 9), [2, 4]),
    bias: float32(Float32Array.of(0.1, 0.2), [2]),
  };
  prune(weights, 0.4);
  assert.deepEqual([...weights.m.data], [3, 0, 0, 1, -5, 0, 2, 9]);
  assert.deepEqual([...weights.bias.data], [...Float32Array.of(0.1, 0.2)]);
  prune(weights, 0);
  assert.deepEqual([...weights.m.data], [3, 0, 0, 1, -5, 0, 2, 9]);
});
