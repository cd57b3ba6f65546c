import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { mean } from '../../src/metrics/statistics.ts';
import { tailLimit } from '../../src/metrics/tail-limit.ts';

const random = createRandom(3);
const drawn = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
const exponential = () => -Math.log(1 - random.next());

test('of values that fall off exponentially it is exceeded about as often as it should be', () => {
  for (const [m, chance] of [
    [40, 1e-3],
    [80, 2e-4],
  ] as const) {
    const limits = drawn(2000, () => tailLimit(drawn(m, exponential), chance));
    const wanted = -Math.log(chance);
    assert.ok(Math.abs(mean(limits) / wanted - 1) < 0.05, `${m}: ${mean(limits)} for ${wanted}`);
  }
});

test('it is never below the largest, grows as the chance falls, and moves with shift and scale', () => {
  for (let trial = 0; trial < 50; trial++) {
    const values = drawn(1 + random.int(60), () => random.normal());
    const limits = [0.01, 0.001, 0.0002].map((chance) => tailLimit(values, chance));
    assert.ok(limits[0]! >= Math.max(...values));
    assert.ok(limits[1]! >= limits[0]! && limits[2]! >= limits[1]!);
    const moved = tailLimit(
      values.map((value) => 3 * value + 1),
      0.001,
    );
    assert.ok(Math.abs(moved - (3 * limits[1]! + 1)) < 1e-9);
  }
});

test('of equal values it is the largest; where the largest are equal the tail is read over the next lower one, far out', () => {
  assert.equal(tailLimit([0.4], 0.001), 0.4);
  assert.equal(tailLimit(new Array<number>(40).fill(0.2), 0.0002), 0.2);
  const few = [...new Array<number>(32).fill(0), ...new Array<number>(8).fill(0.2)];
  assert.equal(tailLimit(few, 0.01), 0.2);
  assert.ok(Math.abs(tailLimit(few, 0.001) - 0.2 * Math.log(8 / 0.04)) < 1e-12);
  assert.throws(() => tailLimit([], 0.01), RangeError);
});
