// What ekfac adds to the eigenvalues where nobody says: so little that it stays another thing than the product of gradients.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { float32 } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { squareSums } from '../../src/domain/taps.ts';
import type { Vector } from '../../src/domain/vectors.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { influenceOf } from '../../src/influence/analysis.ts';
import { dampingFor, ekfacFactors, ekfacInverse, mappings } from '../../src/influence/ekfac.ts';
import { openSurface } from '../../src/influence/surface.ts';
import { TINY, tinyRows } from '../training/tiny-gpt2.ts';
import { costOf, minimum, problem, without } from './logistic.ts';
import { classifier, denseModel, examples, rankCorrelation } from './tiny.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

/** Columns that differ in how much they vary, so that the loss bends far more one way than another. */
const stretched = (x: readonly number[]): number[] => x.map((value, c) => value * 3 ** ((c - 2) / 2));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('without a damping, ekfac ranks as training again does where plain products of gradients do not', async () => {
  const drawn = problem(60, 5, 0.01, 4);
  const given = { ...drawn, inputs: drawn.inputs.map(stretched) };
  const whole = minimum(given);
  const rows = examples(given.inputs, given.labels);
  const weights = {
    'only/kernel': float32(Float32Array.from(whole.slice(0, 5)), [5, 1]),
    'only/bias': float32(Float32Array.of(whole[5]!)),
  };
  const model = { engine, architecture: classifier, config: denseModel([5, 1], ['only']), weights };
  const factors = await ekfacFactors(model, rows, 1);
  const surface = openSurface(model);
  const inverse = (gradient: Vector, own: number | undefined) => ekfacInverse(model, factors, gradient, own);
  const random = createRandom(9);
  const found = { tracin: [] as number[], ekfac: [] as number[], alike: [] as number[] };
  for (let q = 0; q < 8; q++) {
    const x = stretched(Array.from({ length: 5 }, () => 0.5 * random.normal()));
    const before = costOf(whole, x, 1);
    const left = rows.map((_, i) => costOf(minimum(without(given, i), rows.length), x, 1) - before);
    const by = async (method: 'tracin' | 'ekfac') => {
      const settings = { method, learning_rate: 1, iterations: 1, curvature_rows: 100 };
      return influenceOf(surface, { query: examples([x], [1]), rows, settings, inverse, seed: 1 });
    };
    const [plain, own] = [await by('tracin'), await by('ekfac')];
    assert.equal(own.damping, dampingFor(factors[squareSums('only/kernel')]!), 'what was used is said');
    found.tracin.push(rankCorrelation(plain.scores, left));
    found.ekfac.push(rankCorrelation(own.scores, left));
    found.alike.push(rankCorrelation(own.scores, plain.scores));
  }
  surface.dispose();
  const shown = JSON.stringify(found);
  assert.ok(mean(found.ekfac) > 0.85 && mean(found.tracin) < 0.75, shown);
  assert.ok(mean(found.alike) < 0.85, shown);
});

test('what is added is below the large eigenvalues of every weight of a language model, and its own for each', async () => {
  const model = { engine, architecture: TINY.architecture, config: TINY.config, weights: TINY.weights(3) };
  const factors = await ekfacFactors(model, tinyRows(24), 1);
  const dampings = mappings(model.architecture, model.config).map(({ name }) => {
    const squares = factors[squareSums(name)]!;
    const own = dampingFor(squares);
    assert.ok(own > 0 && own < 0.1 * Math.max(...(squares.data as Float32Array)), `${name}: ${own}`);
    return own;
  });
  assert.equal(new Set(dampings).size, dampings.length);
  const surface = openSurface(model);
  const gradient = await surface.gradient(tinyRows(1));
  const { damping } = await ekfacInverse(model, factors, gradient);
  assert.ok(Math.abs(damping / mean(dampings) - 1) < 1e-9);
  surface.dispose();
  // a weight that no row pulls at has no curvature that anything could be divided by
  const [first] = mappings(model.architecture, model.config);
  const name = squareSums(first!.name);
  const still = { ...factors, [name]: float32(new Float32Array(factors[name]!.data.length), factors[name]!.shape) };
  const { x } = await ekfacInverse(model, still, gradient);
  assert.equal(x[first!.name], undefined);
  assert.ok(Object.values(x).every((values) => values.every(Number.isFinite)));
});
