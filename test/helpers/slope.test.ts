import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { slopeOf, steadySlopeOf } from './slope.ts';

const line = (slope: number, noise: (i: number) => number) =>
  Array.from({ length: 40 }, (_, i) => ({ x: i * 10, y: 1000 + slope * i * 10 + noise(i) }));

test('a straight line has its slope, whatever the order of the samples', () => {
  const samples = line(3, () => 0);
  assert.equal(slopeOf(samples), 3);
  assert.equal(slopeOf(samples.toReversed()), 3);
  assert.equal(slopeOf(line(-0.5, () => 0)), -0.5);
});

test('noise and a few samples far off do not move it much, and a step up is no slope', () => {
  const random = createRandom(1);
  const noisy = line(3, (i) => random.normal() * 20 + (i % 13 === 0 ? 5000 : 0));
  assert.ok(Math.abs(slopeOf(noisy) - 3) < 0.5, `${slopeOf(noisy)}`);
  assert.equal(slopeOf(line(0, (i) => (i < 4 ? -300 : 0))), 0);
});

test('a step up in one place is no growth, a steady one is, on top of steps too', () => {
  const step = line(0, (i) => (i < 20 ? 0 : 5000));
  assert.ok(slopeOf(step) > 1, 'it is one for the line through all');
  assert.equal(steadySlopeOf(step), 0);
  const random = createRandom(2);
  const leak = steadySlopeOf(line(3, (i) => (i < 13 ? 0 : 5000) + random.normal() * 5));
  assert.ok(Math.abs(leak - 3) < 0.5, `${leak}`);
});

test('one place has no slope', () => {
  assert.throws(() => slopeOf([{ x: 1, y: 2 }]), /two places/);
  assert.throws(
    () =>
      slopeOf([
        { x: 1, y: 2 },
        { x: 1, y: 3 },
      ]),
    /two places/,
  );
});
