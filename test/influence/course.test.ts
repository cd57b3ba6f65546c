import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpdateLog } from '../../src/domain/edit.ts';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import { courseOf, stopsOf } from '../../src/influence/course.ts';

test('stops are evenly apart, the last is the end, and a short training has all its steps', () => {
  assert.deepEqual(stopsOf(600, 4), [150, 300, 450, 600]);
  assert.deepEqual(stopsOf(7, 3), [2, 5, 7]);
  assert.deepEqual(stopsOf(3, 100), [1, 2, 3]);
  assert.deepEqual(stopsOf(9, 1), [9]);
  for (const [steps, count] of [
    [601, 100],
    [101, 100],
    [5, 4],
  ] as const)
    assert.equal(new Set(stopsOf(steps, count)).size, count);
});

test('the course leads from the end back, and leaves the given weights as they are', async () => {
  const [steps, read] = [5, [] as number[]];
  const log: UpdateLog = {
    shares: new Array(steps).fill(0),
    async read(step) {
      read.push(step);
      return { a: float32(Float32Array.of(step + 1, 10 * (step + 1))) };
    },
  };
  const weights: HostTensors = { a: float32(Float32Array.of(15, 150)), fixed: float32(Float32Array.of(7)) };
  const found: [number, number[], number[]][] = [];
  for await (const { step, weights: now } of courseOf(log, weights, 3))
    found.push([step, [...now.a!.data], [...now.fixed!.data]]);
  // after step s the first number is 1 + ... + s
  assert.deepEqual(found, [
    [5, [15, 150], [7]],
    [3, [6, 60], [7]],
    [2, [3, 30], [7]],
  ]);
  assert.deepEqual(read, [4, 3, 2]);
  assert.deepEqual([...weights.a!.data], [15, 150]);
});

test('a course that is cancelled reads no more', async () => {
  const log: UpdateLog = { shares: [0, 0], read: () => assert.fail('read') };
  const weights = { a: float32(Float32Array.of(1)) };
  const course = courseOf(log, weights, 2, AbortSignal.abort(new Error('enough')));
  assert.equal((await course.next()).value!.step, 2);
  await assert.rejects(course.next(), /enough/);
});
