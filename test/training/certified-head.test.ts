import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breathing } from '../../src/domain/breathing.ts';
import { createRandom } from '../../src/domain/random.ts';
import { chargeOf, featureNorm, removeRows, residualBudget, startOf } from '../../src/training/certified-head.ts';
import {
  type HeadLoss,
  type HeadRows,
  headGradient,
  headHessian,
  inner,
  lengthOf,
  minimiseHead,
  outputsOf,
} from '../../src/training/convex-head.ts';

/** Rows whose features say something about the class; the last feature is 1. */
function rowsOf(count: number, width: number, classes: number, seed: number): HeadRows {
  const random = createRandom(seed);
  const labels = Int32Array.from({ length: count }, () => random.int(classes));
  const features = Float64Array.from({ length: count * width }, (_, at) => {
    const [r, i] = [Math.floor(at / width), at % width];
    return i === width - 1 ? 1 : random.normal() + (i % classes === labels[r] ? 1 : 0);
  });
  return { features, labels, width, outputs: classes === 2 ? 1 : classes };
}
const some = ({ features, labels, ...rest }: HeadRows, from: number, to: number): HeadRows => ({
  ...rest,
  features: features.slice(from * rest.width, to * rest.width),
  labels: labels.slice(from, to),
});
const noiseOf = ({ width, outputs }: HeadRows, sigma: number): Float64Array => {
  const random = createRandom(99);
  return Float64Array.from({ length: width * outputs }, () => sigma * random.normal());
};

/** What is minimised, written down apart from its gradient. */
function headCost({ rows, lambda, noise }: Required<HeadLoss>, weights: Float64Array): number {
  const costs = Array.from(rows.labels, (label, r) => {
    const z = outputsOf(rows, weights, r);
    const all = z.length === 1 ? [0, z[0]!] : [...z];
    return Math.log(all.reduce((sum, value) => sum + Math.exp(value), 0)) - all[label]!;
  });
  const decay = (lambda * rows.labels.length * inner(weights, weights)) / 2;
  return costs.reduce((a, b) => a + b, 0) + decay + inner(noise, weights);
}

const idle = async () => undefined;

test('gradient and Hessian are the slopes of the cost, for one output and for several', async () => {
  for (const classes of [2, 3]) {
    const rows = rowsOf(12, 3, classes, 2);
    const loss = { rows, lambda: 0.1, noise: noiseOf(rows, 1) };
    const random = createRandom(4);
    const point = Float64Array.from({ length: rows.width * rows.outputs }, () => random.normal());
    const along = point.map(() => random.normal());
    const at = (step: number) => point.map((w, i) => w + step * along[i]!);
    const dot = (a: Float64Array) => a.reduce((sum, value, i) => sum + value * along[i]!, 0);
    const slope = (headCost(loss, at(1e-5)) - headCost(loss, at(-1e-5))) / 2e-5;
    assert.ok(Math.abs(slope - dot(headGradient(loss, point))) < 1e-6 * Math.abs(slope));
    const bent = headHessian(loss, point)(along);
    const [above, below] = [headGradient(loss, at(1e-5)), headGradient(loss, at(-1e-5))];
    bent.forEach((value, i) => {
      assert.ok(Math.abs(value - (above[i]! - below[i]!) / 2e-5) < 1e-5);
    });
    assert.ok((await minimiseHead(loss, idle)).residual < 1e-9);
  }
});

test('the norm is the largest that the features make of a unit vector', async () => {
  const rows = { ...rowsOf(2, 2, 2, 1), features: Float64Array.of(3, 0, 4, 5) };
  // singular values of [[3, 0], [4, 5]]
  assert.ok(Math.abs((await featureNorm(rows, idle)) - Math.sqrt(45)) < 1e-6);
});

test('in 1000 removals the residual never exceeds its bound, and the bound is of some use', async () => {
  const [lambda, sigma] = [1e-2, 5];
  const budget = residualBudget({ epsilon: 1, delta: 1e-4, sigma });
  const all = rowsOf(1100, 3, 2, 7);
  const noise = noiseOf(all, sigma);
  const norm = await featureNorm(all, idle);
  const loss = { rows: all, lambda, noise };
  let { weights, spent: bound } = startOf(loss, await minimiseHead(loss, idle), norm);
  let spentAt = Number.POSITIVE_INFINITY;
  const shares: number[] = [];
  for (let gone = 0; gone < 1000; gone++) {
    const stay = some(all, gone + 1, 1100);
    const left = (w: Float64Array) => headGradient({ rows: stay, lambda, noise }, w);
    const before = lengthOf(headGradient({ rows: some(all, gone, 1100), lambda, noise }, weights));
    const removed = await removeRows({ weights, stay, go: some(all, gone, gone + 1), lambda, norm, breathe: idle });
    weights = removed.weights;
    bound += removed.spent;
    const residual = lengthOf(left(weights));
    assert.ok(residual <= bound, `removal ${gone}: residual ${residual}, bound ${bound}`);
    assert.ok(
      residual <= before + removed.spent,
      `removal ${gone}: from ${before} to ${residual}, by ${removed.spent}`,
    );
    shares.push(residual / bound);
    if (bound > budget && spentAt > gone) spentAt = gone;
  }
  assert.ok(spentAt > 100, `spent after ${spentAt} removals`);
  assert.ok(Math.min(...shares) > 0.05, `the bound is ${1 / Math.min(...shares)} times what it bounds`);
});

test('a removal that is not one is far outside of the bound', async () => {
  const lambda = 1e-2;
  const all = rowsOf(400, 4, 2, 5);
  const noise = noiseOf(all, 5);
  const norm = await featureNorm(all, idle);
  const { weights, residual } = await minimiseHead({ rows: all, lambda, noise }, idle);
  const [stay, go, others] = [some(all, 1, 400), some(all, 0, 1), some(all, 1, 2)];
  const { weights: right, spent } = await removeRows({ weights, stay, go, lambda, norm, breathe: idle });
  const left = (w: Float64Array) => lengthOf(headGradient({ rows: stay, lambda, noise }, w));
  assert.ok(left(right) <= residual + spent);
  const wrong = {
    nothing: weights,
    'another row': (await removeRows({ weights, stay, go: others, lambda, norm, breathe: idle })).weights,
    'the other way': weights.map((w, i) => 2 * w - right[i]!),
    'half of it': weights.map((w, i) => (w + right[i]!) / 2),
    'another decay': (await removeRows({ weights, stay, go, lambda: 9 * lambda, norm, breathe: idle })).weights,
  };
  for (const [how, w] of Object.entries(wrong)) assert.ok(left(w) > 3 * (residual + spent), `${how}: ${left(w)}`);
});

test('what a bound is charged tells little of it, never less than it, and nothing that is no number is within the budget', () => {
  assert.equal(chargeOf(0, 1), 2 ** -10);
  assert.equal(chargeOf(0.3, 1), 0.5);
  assert.equal(chargeOf(0.5, 1), 0.5);
  assert.equal(chargeOf(1, 1), 1);
  for (const bound of [1.001, Number.NaN, Number.POSITIVE_INFINITY])
    assert.equal(chargeOf(bound, 1), Number.POSITIVE_INFINITY);
});

test('several rows at once, of several classes: the bound holds, and the step ends where training again does', async () => {
  const lambda = 1e-2;
  const all = rowsOf(300, 6, 4, 3);
  const noise = noiseOf(all, 2);
  const norm = await featureNorm(all, idle);
  const { weights, residual } = await minimiseHead({ rows: all, lambda, noise }, idle);
  const stay = some(all, 20, 300);
  const again = (await minimiseHead({ rows: stay, lambda, noise }, idle)).weights;
  const removed = await removeRows({ weights, stay, go: some(all, 0, 20), lambda, norm, breathe: idle });
  const left = lengthOf(headGradient({ rows: stay, lambda, noise }, removed.weights));
  assert.ok(left <= residual + removed.spent, `${left}, ${removed.spent}`);
  const distance = (a: Float64Array) => lengthOf(a.map((w, i) => w - again[i]!));
  assert.ok(distance(removed.weights) < 0.05 * distance(weights));
});

test('what is allowed grows with the noise and falls with what is claimed', () => {
  const budget = residualBudget({ epsilon: 1, delta: 1.5 * Math.exp(-8), sigma: 4 });
  assert.ok(Math.abs(budget - 1) < 1e-12);
  assert.ok(
    residualBudget({ epsilon: 0.5, delta: 1e-4, sigma: 4 }) < residualBudget({ epsilon: 1, delta: 1e-4, sigma: 4 }),
  );
});

test('all that takes long lets the process have its turn, and ends when it is told to', async () => {
  const all = rowsOf(600, 4, 2, 5);
  const loss = { rows: all, lambda: 1e-2, noise: noiseOf(all, 5) };
  let turns = 0;
  const count = async () => {
    turns++;
  };
  const norm = await featureNorm(all, count);
  assert.equal(turns, 4, 'three blocks of rows, and the eigenvalues');
  const { weights } = await minimiseHead(loss, count);
  assert.ok(turns > 10, `${turns} turns`);
  const before = turns;
  const removal = { weights, stay: some(all, 1, 600), go: some(all, 0, 1), lambda: 1e-2, norm };
  await removeRows({ ...removal, breathe: count });
  assert.ok(turns > before);

  const controller = new AbortController();
  const reason = new Error('told to');
  setImmediate(() => controller.abort(reason));
  const breathe = breathing(controller.signal);
  await assert.rejects(minimiseHead(loss, breathe), reason);
  await assert.rejects(featureNorm(all, breathe), reason);
  await assert.rejects(removeRows({ ...removal, breathe }), reason);
});
