import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../../src/domain/engine.ts';
import { mergeAdapters } from '../../../src/training/lora.ts';
import { mergeAverage } from '../../../src/training/sisa/average.ts';

test('the mean of what the adapters of each shard add, in either orientation of the weight', () => {
  const weight = { 'm.weight': float32(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]), rest: float32(Float32Array.of(7)) };
  const shard = (factor: number) => ({
    'm.lora_A': float32(Float32Array.of(factor, 2, 3, 4), [2, 2]),
    'm.lora_B': float32(Float32Array.of(1, 0, 2, factor, 1, 0), [2, 3]),
  });
  const shards = [shard(1), shard(-2), shard(5)];
  for (const outFirst of [false, true]) {
    const projections = { modules: ['m', 'other'], outFirst };
    const weights = outFirst ? { ...weight, 'm.weight': { ...weight['m.weight'], shape: [3, 2] } } : weight;
    const each = shards.map((one) => mergeAdapters(weights, one, 3, projections)['m.weight']!.data);
    const mean = each[0]!.map((_, i) => each.reduce((sum, data) => sum + data[i]!, 0) / each.length);
    const merged = mergeAverage(weights, shards, 3, projections);
    assert.deepEqual(merged['m.weight']!.data, mean);
    assert.equal(merged.rest, weights.rest);
  }
});
