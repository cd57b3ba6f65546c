// Adapters as numbers, against the formula written down in full.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostTensors } from '../../src/domain/engine.ts';
import { adapterA, adapterB } from '../../src/domain/lora.ts';
import { initialAdapters, mergeAdapters } from '../../src/training/lora.ts';
import { values32 } from '../engine/both.ts';

const [INPUT, OUTPUT, RANK, SCALE] = [5, 7, 2, 1.5];
const adapters: HostTensors = {
  [adapterA('m')]: values32([INPUT, RANK], 1),
  [adapterB('m')]: values32([RANK, OUTPUT], 2),
};

/** (in, out) of scale A B. */
function product(i: number, o: number): number {
  const [a, b] = [adapters[adapterA('m')]!.data, adapters[adapterB('m')]!.data];
  let sum = 0;
  for (let r = 0; r < RANK; r++) sum += a[i * RANK + r]! * b[r * OUTPUT + o]!;
  return sum * SCALE;
}

describe('merging', () => {
  for (const outFirst of [false, true])
    test(`adds scale A B to a weight that lies ${outFirst ? '(out, in)' : '(in, out)'}`, () => {
      const shape = outFirst ? [OUTPUT, INPUT] : [INPUT, OUTPUT];
      const weights = { before: values32([3], 4), 'm.weight': values32(shape, 3), after: values32([2], 5) };
      const found = mergeAdapters(weights, adapters, SCALE, { modules: ['m', 'other'], outFirst });
      assert.deepEqual(Object.keys(found), Object.keys(weights));
      assert.equal(found.before, weights.before);
      assert.deepEqual(found['m.weight']!.shape, shape);
      for (let i = 0; i < INPUT; i++) {
        for (let o = 0; o < OUTPUT; o++) {
          const at = outFirst ? o * INPUT + i : i * OUTPUT + o;
          const expected = weights['m.weight'].data[at]! + product(i, o);
          assert.ok(Math.abs(found['m.weight']!.data[at]! - expected) < 1e-6, `${i}, ${o}`);
        }
      }
      assert.deepEqual(weights['m.weight'], values32(shape, 3), 'what was given is untouched');
    });
});

describe('the start', () => {
  const shapes = { 'a.lora_A': [16, 40], 'a.lora_B': [40, 8], 'b.lora_A': [16, 40] };

  test('B is zero and A uniform within 1 / sqrt(in)', () => {
    const start = initialAdapters(shapes, 3);
    assert.ok(start['a.lora_B']!.data.every((value) => value === 0));
    const values = [...start['a.lora_A']!.data];
    assert.ok(values.every((value) => Math.abs(value) <= 0.25));
    const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    // of a uniform draw: bound / sqrt(3)
    assert.ok(Math.abs(spread - 0.25 / Math.sqrt(3)) < 0.01, `${spread}`);
  });

  test('seed and name alone decide it', () => {
    const first = initialAdapters(shapes, 3);
    assert.deepEqual(initialAdapters({ 'b.lora_A': [16, 40] }, 3)['b.lora_A'], first['b.lora_A']);
    assert.notDeepEqual(first['b.lora_A'], first['a.lora_A']);
    assert.notDeepEqual(initialAdapters(shapes, 4)['a.lora_A'], first['a.lora_A']);
  });
});
