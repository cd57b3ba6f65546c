import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EditGiven, EditSet } from '../../src/domain/edit.ts';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import type { EditMethod } from '../../src/domain/method.ts';
import { createRandom } from '../../src/domain/random.ts';
import { combine, type Vector } from '../../src/domain/vectors.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { largestScale, newtonRemoval } from '../../src/methods/newton-removal.ts';
import { solveDense } from '../influence/logistic.ts';

/** Ridge regression: half the mean squared error, and half the ridge times the squared weights. */
const RIDGE = 0.3;
function people(count: number) {
  const random = createRandom(7);
  const x = Array.from({ length: count }, () => Array.from({ length: 6 }, () => random.normal()));
  return { x, y: x.map((row) => row[0]! - 2 * row[3]! + random.normal()) };
}
/** The solution, where the mean stays one over `count` examples. */
function solution(x: number[][], y: number[], count: number): number[] {
  const d = x[0]!.length;
  const a = Array.from({ length: d }, (_, i) =>
    Array.from(
      { length: d },
      (__, j) => x.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / count + (i === j ? RIDGE : 0),
    ),
  );
  const b = Array.from({ length: d }, (_, i) => x.reduce((sum, row, r) => sum + row[i]! * y[r]!, 0) / count);
  return solveDense(a, b);
}
/** Gradient of the mean error. */
function gradient(x: number[][], y: number[], weights: ArrayLike<number>): Float32Array {
  const found = new Float32Array(weights.length);
  x.forEach((row, r) => {
    const error = row.reduce((sum, value, i) => sum + value * weights[i]!, -y[r]!);
    row.forEach((value, i) => {
      found[i]! += (error * value) / x.length;
    });
  });
  return found;
}

test('on ridge regression one Newton step is the exact solution without the forgotten', async () => {
  const { x, y } = people(40);
  const all = solution(x, y, 40);
  const [forget, retain] = [
    { x: x.slice(0, 5), y: y.slice(0, 5) },
    { x: x.slice(5), y: y.slice(5) },
  ];
  // a mean over all 40 becomes one over the 35 that are left: with it the ridge weighs 40/35 as much
  const exact = solution(retain.x, retain.y, 40);
  const point: Vector = { w: Float32Array.from(all) };
  const bend = {
    point,
    gradientAt: async (direction: Vector, step: number) => ({
      w: gradient(retain.x, retain.y, combine(1, point, step, direction).w!),
    }),
  };
  const damping = (RIDGE * 40) / 35;
  const step = await newtonRemoval(
    bend,
    { w: gradient(forget.x, forget.y, all) },
    { share: 5 / 35, damping, iterations: 12 },
  );
  assert.equal(step.damping, damping);
  const found = combine(1, point, 1, step.x).w!;
  exact.forEach((value, i) => {
    assert.ok(Math.abs(found[i]! - value) < 1e-3, `${found[i]}, ${value}`);
    assert.ok(Math.abs(all[i]! - value) < 1);
  });
  assert.ok(
    exact.some((value, i) => Math.abs(all[i]! - value) > 0.02),
    'there was a way to go',
  );
});

test('influence-removal begins its search there, also where forgotten answers are shorter than the others', async () => {
  const { x, y } = people(40);
  const all = solution(x, y, 40);
  const exact = solution(x.slice(5), y.slice(5), 40);
  // five records of one label each are forgotten, seven of five are kept; each label has an example of its own
  const labels = (set: EditSet) =>
    set === 'forget' ? { x: x.slice(0, 5), y: y.slice(0, 5) } : { x: x.slice(5), y: y.slice(5) };
  const tried: HostTensors[] = [];
  const passes = {
    labels: (set: EditSet) => labels(set).y.length,
    gradient: async (at: HostTensors, set: EditSet) => ({
      w: float32(gradient(labels(set).x, labels(set).y, at.w!.data)),
    }),
    async loss(at: HostTensors, set: EditSet) {
      if (set === 'retain') tried.push(at);
      return 0;
    },
  };
  const weights = { w: float32(Float32Array.from(all)) };
  const given = { weights, trainable: ['w'], passes, seed: 1 } as unknown as EditGiven;
  const params = fillParams('influence-removal', { damping: (RIDGE * 40) / 35, iterations: 12 });
  await (getMethod('influence-removal') as EditMethod).edit(given, params as never);
  // the first is the parent
  exact.forEach((value, i) => {
    assert.ok(Math.abs(tried[1]!.w!.data[i]! - value) < 1e-3, `${tried[1]!.w!.data[i]}, ${value}`);
  });
});

test('a step goes as far as it is allowed to', async () => {
  const limits = { doublings: 4, halvings: 3, refinements: 5 };
  const tried: number[] = [];
  const upTo = (limit: number) => async (scale: number) => {
    tried.push(scale);
    return scale <= limit;
  };
  for (const [limit, least, most] of [
    [5.3, 5.1, 5.3],
    [0.3, 0.29, 0.3],
    [1, 1, 1],
    [100, 16, 16],
    [0.01, 0, 0],
  ] as const) {
    const found = await largestScale({ ...limits, allowed: upTo(limit) });
    assert.ok(found >= least && found <= most, `${limit}: ${found}`);
  }
  assert.ok(tried.every((scale) => scale <= 16 && scale > 0.1));
});
