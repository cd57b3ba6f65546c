import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../../src/domain/engine.ts';
import { createRandom } from '../../../src/domain/random.ts';
import { quantise } from '../../../src/training/robustness/quantise.ts';

const normals = (count: number) => {
  const random = createRandom(5);
  return Float32Array.from({ length: count }, () => random.normal());
};

test('a block keeps its largest number, and no other moves further than half a step; vectors stay', () => {
  for (const [bits, values] of [
    [8, 255],
    [4, 15],
  ] as const) {
    const before = normals(70);
    const bias = normals(10);
    const weights = { matrix: float32(before.slice(), [7, 10]), bias: float32(bias.slice(), [10]) };
    quantise(weights, bits);
    assert.deepEqual(weights.bias.data, bias);
    for (const [from, to] of [
      [0, 32],
      [32, 64],
      [64, 70],
    ] as const) {
      const [old, now] = [before.subarray(from, to), weights.matrix.data.subarray(from, to)];
      const largest = Math.max(...old.map(Math.abs));
      const step = largest / ((values - 1) / 2);
      assert.ok(now.some((x) => Math.abs(Math.abs(x) - largest) < 1e-6));
      assert.ok(now.every((x, i) => Math.abs(x - old[i]!) <= step / 2 + 1e-6));
      assert.ok(new Set(now).size <= values);
    }
  }
});

test('by hand: 4 bits of 7, -3.4, 0.4 and a block of zeros', () => {
  const data = new Float32Array(64);
  data.set([7, -3.4, 0.4]);
  const weights = { m: float32(data, [2, 32]) };
  quantise(weights, 4);
  assert.deepEqual([...weights.m.data.slice(0, 4)], [7, -3, 0, 0]);
  assert.ok(weights.m.data.every(Number.isFinite));
});
