import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import type { Learner } from '../../src/domain/architecture.ts';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import { dot, norm, scaled } from '../../src/domain/vectors.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { bendOf, type InfluenceSettings, influenceOf } from '../../src/influence/analysis.ts';
import { ranked } from '../../src/influence/ranking.ts';
import { queryOf, slopes } from '../../src/influence/slopes.ts';
import { openSurface, type Surface } from '../../src/influence/surface.ts';
import { hessianTimes } from '../../src/methods/conjugate-gradient.ts';
import { TINY, tinyRows } from '../training/tiny-gpt2.ts';
import { bend, costOf, minimum, problem, without } from './logistic.ts';
import { classifier, denseModel, examples, rankCorrelation } from './tiny.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

const CG: InfluenceSettings & { damping: number } = {
  method: 'cg',
  learning_rate: 1,
  damping: 0.05,
  iterations: 40,
  curvature_rows: 1000,
};
const open = (architecture: Learner, config: unknown, weights: HostTensors): Surface =>
  openSurface({ engine, architecture, config, weights });

const LOGISTIC = problem(60, 5, CG.damping, 4);
const MINIMUM = minimum(LOGISTIC);
const ROWS = examples(LOGISTIC.inputs, LOGISTIC.labels);
const linear = () =>
  open(classifier, denseModel([5, 1], ['only']), {
    'only/kernel': float32(Float32Array.from(MINIMUM.slice(0, 5)), [5, 1]),
    'only/bias': float32(Float32Array.of(MINIMUM[5]!)),
  });

test('TracIn without a gradient of each row is the product of their gradients', async () => {
  const rows = tinyRows(12);
  const surface = open(TINY.architecture, TINY.config, TINY.weights(3));
  const query = await queryOf(surface, [rows[4]!]);
  const found = await slopes(surface, rows, query, query.gradient);
  const exact: number[] = [];
  for (const row of rows) exact.push(dot(await surface.gradient([row]), query.gradient));
  const largest = Math.max(...exact);
  exact.forEach((value, i) => {
    assert.ok(Math.abs(found[i]! - value) < 0.01 * largest, `row ${i}: ${found[i]}, ${value}`);
  });
  assert.deepEqual(await slopes(surface, rows, query, scaled(0, query.gradient)), new Float64Array(12));
  surface.dispose();
});

test('rows together have the sum of their gradients, whatever batches they come in, and the point is returned to', async () => {
  const rows = tinyRows(23);
  const surface = open(TINY.architecture, TINY.config, TINY.weights(3));
  const together = await surface.gradient(rows);
  await surface.costs(rows, { direction: together, step: 0.1 });
  const again = await surface.gradient(rows);
  const halves = [await surface.gradient(rows.slice(0, 11)), await surface.gradient(rows.slice(11))];
  for (const [name, values] of Object.entries(together)) {
    assert.deepEqual(again[name], values);
    values.forEach((value, i) => {
      const sum = halves[0]![name]![i]! + halves[1]![name]![i]!;
      assert.ok(Math.abs(sum - value) < 1e-3 * (1 + Math.abs(value)), `${name} ${i}`);
    });
  }
  surface.dispose();
});

test('differences of gradients are the product with the Hessian', async () => {
  const surface = linear();
  const v = { 'only/kernel': Float32Array.of(1, -2, 0.5, 0, 1), 'only/bias': Float32Array.of(-1) };
  const found = await hessianTimes(bendOf(surface, ROWS), v);
  const { hessian } = bend(LOGISTIC, MINIMUM);
  const flat = [1, -2, 0.5, 0, 1, -1];
  const exact = hessian.map((row, i) => row.reduce((sum, h, j) => sum + h * flat[j]!, -LOGISTIC.decay * flat[i]!));
  [...found['only/kernel']!, ...found['only/bias']!].forEach((value, i) => {
    assert.ok(Math.abs(value - exact[i]!) < 1e-3, `${value}, ${exact[i]}`);
  });
  surface.dispose();
});

test('on a convex model, influence is what training again without a record does', async () => {
  const surface = linear();
  const x = [0.3, -0.8, 1.1, 0.2, -0.4];
  const { scores, damping } = await influenceOf(surface, {
    query: examples([x], [1]),
    rows: ROWS,
    settings: CG,
    seed: 1,
  });
  const before = costOf(MINIMUM, x, 1);
  const left = ROWS.map((_, i) => costOf(minimum(without(LOGISTIC, i), ROWS.length), x, 1) - before);
  const correlation = rankCorrelation(scores, left);
  assert.ok(correlation > 0.95, `rank correlation ${correlation}`);
  assert.equal(damping, CG.damping);
  // and as much as it does: a score is for the sum of costs, a training minimises their mean
  const most = left.indexOf(Math.max(...left));
  assert.ok(Math.abs(scores[most]! / ROWS.length / left[most]! - 1) < 0.3);
  surface.dispose();
});

test('on a small network, influence ranks records as training again without them does', async () => {
  const fixture = JSON.parse(await readFile(new URL('../fixtures/influence.json', import.meta.url), 'utf8'));
  const { columns, hidden, decay } = fixture;
  const tensor = (name: string, shape: number[]) => float32(Float32Array.from(fixture.weights[name]), shape);
  const surface = open(classifier, denseModel([columns, hidden, 1], ['first', 'last']), {
    ...{ 'first/kernel': tensor('first/kernel', [columns, hidden]), 'first/bias': tensor('first/bias', [hidden]) },
    ...{ 'last/kernel': tensor('last/kernel', [hidden, 1]), 'last/bias': tensor('last/bias', [1]) },
  });
  const rows = examples(fixture.inputs, fixture.labels);
  const asked = examples(fixture.asked, fixture.truth);
  const settings = { ...CG, damping: decay };
  for (const [q, row] of asked.entries()) {
    const { scores } = await influenceOf(surface, { query: [row], rows, settings, seed: 1 });
    const correlation = rankCorrelation(
      scores,
      fixture.left_out.map((rises: number[]) => rises[q]!),
    );
    assert.ok(correlation > 0.5, `query ${q}: rank correlation ${correlation}`);
  }
  surface.dispose();
});

test('a damping below what bends downwards is raised until nothing does', async () => {
  const rows = tinyRows(8);
  // fresh weights are far from any minimum
  const surface = open(TINY.architecture, TINY.config, TINY.weights(5));
  const settings = { ...CG, damping: 1e-6, iterations: 8 };
  const { damping } = await influenceOf(surface, { query: [rows[0]!], rows, settings, seed: 1 });
  assert.ok(damping! > 1e-6);
  surface.dispose();
});

test('what the model is certain of costs nothing in float32, and has a ranking all the same', async () => {
  const config = denseModel([2, 3], ['only']);
  const kernel = float32(Float32Array.of(40, -10, -30, 0, 1, -1), [2, 3]);
  const surface = open(classifier, config, { 'only/kernel': kernel, 'only/bias': float32(new Float32Array(3)) });
  // the first is asked about, and not the first of the corpus
  const [asked, unsure, other, against] = examples(
    [
      [1, 1],
      [0.02, -0.5],
      [0, 2],
      [0.1, 0],
    ],
    [0, 0, 1, 2],
  );
  const rows = [other!, against!, unsure!, asked!];
  const query = await queryOf(surface, [asked!]);
  assert.equal(query.cost, 0);
  assert.ok(norm(query.gradient) > 0);
  const settings = { ...CG, method: 'tracin' as const };
  const { scores } = await influenceOf(surface, { query: [asked!], rows, settings, seed: 1 });
  const exact: number[] = [];
  for (const row of rows) exact.push(dot(await surface.gradient([row]), query.gradient));
  assert.deepEqual(ranked(scores), ranked(Float64Array.from(exact)), `${scores} and ${exact}`);
  surface.dispose();
});

test('TracIn finds a person’s own record', async () => {
  const rows = tinyRows(30);
  const surface = open(TINY.architecture, TINY.config, TINY.weights(3));
  const settings = { ...CG, method: 'tracin' as const };
  for (const own of [2, 17]) {
    const { scores } = await influenceOf(surface, { query: [rows[own]!], rows, settings, seed: 1 });
    assert.equal(scores.indexOf(Math.max(...scores)), own);
  }
  surface.dispose();
});
