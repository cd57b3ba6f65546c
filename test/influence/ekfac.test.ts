import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { architectures } from '../../src/architectures/index.ts';
import type { Learner } from '../../src/domain/architecture.ts';
import { float32, type HostTensors, scalar } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { inputBasis, outputBasis, squareSums } from '../../src/domain/taps.ts';
import type { Vector } from '../../src/domain/vectors.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { influenceOf } from '../../src/influence/analysis.ts';
import { ekfacFactors, ekfacInverse, factorsOf, mappings } from '../../src/influence/ekfac.ts';
import { batchesOf, drawLabels } from '../../src/influence/row-batches.ts';
import { openSurface } from '../../src/influence/surface.ts';
import type { TokenRow } from '../../src/training/batches.ts';
import { createPassState } from '../../src/training/edit-state.ts';
import { TINY_CONFIGS } from '../architectures/tiny-configs.ts';
import { tinyRows } from '../training/tiny-gpt2.ts';
import { costOf, minimum, problem, solveDense, without } from './logistic.ts';
import { classifier, denseModel, examples, rankCorrelation } from './tiny.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

const [WIDTH, CLASSES] = [4, 3];
const [NAME, BIAS] = ['only/kernel', 'only/bias'];
const only = denseModel([WIDTH - 1, CLASSES], ['only']);
const softmax = (z: number[]): number[] => {
  const odds = z.map(Math.exp);
  const total = odds.reduce((a, b) => a + b, 0);
  return odds.map((value) => value / total);
};
const random = createRandom(6);
const inputs = Array.from({ length: 5 }, () => [...Array.from({ length: WIDTH - 1 }, () => random.normal()), 1]);

/** One layer, whose last input is always 1: the bias. Its rows, and the vectors that make each row's gradient. */
function layer(kernel: number[][], rows: { x: number[]; label: number }[]) {
  const gradients = rows.map(({ x, label }) => {
    const p = softmax(kernel[0]!.map((_, k) => x.reduce((sum, value, i) => sum + value * kernel[i]![k]!, 0)));
    return { x, g: p.map((value, k) => value - (k === label ? 1 : 0)) };
  });
  const weights: HostTensors = {
    [NAME]: float32(Float32Array.from(kernel.slice(0, -1).flat()), [WIDTH - 1, CLASSES]),
    [BIAS]: float32(Float32Array.from(kernel.at(-1)!)),
  };
  const token = examples(
    rows.map(({ x }) => x.slice(0, -1)),
    rows.map(({ label }) => label),
  );
  const model = { engine, architecture: classifier, config: only, weights };
  return { gradients, model, batches: [...batchesOf(model, token, [1, 4])] };
}
const at = ({ data }: { data: ArrayLike<number> }, columns: number, i: number, j: number) => data[i * columns + j]!;

test('the squares are the explicit Fisher information of a layer, in the bases that they are of', async () => {
  const kernel = Array.from({ length: WIDTH }, () => Array.from({ length: CLASSES }, () => random.normal()));
  const rows = inputs.map((x, i) => ({ x, label: i % CLASSES }));
  const { gradients, model, batches } = layer(kernel, rows);
  const factors = await factorsOf(model, batches);
  const [a, s, squares] = [factors[inputBasis(NAME)]!, factors[outputBasis(NAME)]!, factors[squareSums(NAME)]!];
  for (let i = 0; i < WIDTH; i++)
    for (let k = 0; k < CLASSES; k++) {
      const explicit = gradients.map(({ x, g }) => {
        const along = x.reduce((sum, value, c) => sum + value * at(a, WIDTH, i, c), 0);
        return along * g.reduce((sum, value, c) => sum + value * at(s, CLASSES, k, c), 0);
      });
      const mean = explicit.reduce((sum, value) => sum + value ** 2, 0) / rows.length;
      const found = at(squares, CLASSES, i, k);
      assert.ok(Math.abs(found - mean) < 1e-4 * (1 + mean), `${i} ${k}: ${found}, ${mean}`);
    }
});

test('where inputs and gradients are independent, the inverse is that of the explicit Fisher information', async () => {
  // fresh weights of zero know no class from another, so every input meets every gradient
  const kernel = Array.from({ length: WIDTH }, () => new Array<number>(CLASSES).fill(0));
  const rows = inputs.flatMap((x) => Array.from({ length: CLASSES }, (_, label) => ({ x, label })));
  const { gradients, model, batches } = layer(kernel, rows);
  const damping = 0.05;
  const size = WIDTH * CLASSES;
  const fisher = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i === j ? damping : 0)),
  );
  for (const { x, g } of gradients) {
    const flat = x.flatMap((value) => g.map((other) => value * other));
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) fisher[i]![j]! += (flat[i]! * flat[j]!) / rows.length;
  }
  const v = Float32Array.from({ length: size }, () => random.normal());
  const [own, bias] = [v.slice(0, -CLASSES), v.slice(-CLASSES)];
  const { x } = await ekfacInverse(model, await factorsOf(model, batches), { [NAME]: own, [BIAS]: bias }, damping);
  const found = [...x[NAME]!, ...x[BIAS]!];
  solveDense(fisher, [...v]).forEach((value, i) => {
    assert.ok(Math.abs(found[i]! - value) < 2e-3 * (1 + Math.abs(value)), `${found[i]}, ${value}`);
  });
});

test('in plain bases, the squares of a row are those of its gradient, in every family', async () => {
  const row: TokenRow = tinyRows(1)[0]!;
  for (const name of ['gpt2', 'llama', 'gpt_neox', 'phi']) {
    const architecture = architectures[name]! as Learner;
    const config = architectures[name]!.parseConfig(TINY_CONFIGS[name]!.json);
    const weights = architecture.initialise(config, 2);
    const surface = openSurface({ engine, architecture, config, weights });
    const gradient = await surface.gradient([row]);
    surface.dispose();
    const identity = (n: number) =>
      float32(
        Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
        [n, n],
      );
    const covered = mappings(architecture, config);
    const taps: HostTensors = {};
    const bases: HostTensors = {};
    for (const { name: weight, input, output } of covered) {
      taps[squareSums(weight)] = float32(new Float32Array(input * output), [input, output]);
      bases[inputBasis(weight)] = identity(input);
      bases[outputBasis(weight)] = identity(output);
    }
    const trainable = Object.keys(taps);
    const given = { engine, architecture, config, weights: { ...weights, ...taps, ...bases }, trainable };
    const state = createPassState(given);
    const [batch] = [...batchesOf({ architecture, config }, [row], [1])];
    await state.add({ loss: 'nll', power: 0 }, { ...batch, count: scalar(1), weight: scalar(1), kept: scalar(0) });
    const sums = await state.sums();
    state.dispose();
    assert.equal(covered.length, architecture.projections(config).modules.length);
    for (const { name: weight, bias, input, output, outFirst } of covered) {
      const found = sums[squareSums(weight)]!.data;
      const largest = Math.max(...found);
      const rows = bias === null ? input : input - 1;
      for (let i = 0; i < input; i++)
        for (let o = 0; o < output; o++) {
          const place = outFirst ? o * rows + i : i * output + o;
          const own = i < rows ? gradient[weight]![place]! : gradient[bias!]![o]!;
          assert.ok(Math.abs(found[i * output + o]! - own ** 2) < 1e-3 * largest, `${name} ${weight} ${i} ${o}`);
        }
    }
  }
});

test('labels are drawn as the model gives them, where there are labels', async () => {
  const kernel = Array.from({ length: WIDTH }, (_, i) => (i === 0 ? [1.2, 0, -1] : [0, 0, 0]));
  const rows = Array.from({ length: 400 }, () => ({ x: [1, 0, 0, 1], label: 0 }));
  const { model, batches } = layer(kernel, rows);
  const drawn = await drawLabels(model, batches, 3);
  const counts = [0, 0, 0];
  for (const { labels } of drawn)
    labels!.data.forEach((label, i) => {
      if (i % 2 === 0) assert.equal(label, -100);
      else counts[label]!++;
    });
  softmax(kernel[0]!).forEach((p, k) => {
    assert.ok(Math.abs(counts[k]! / 400 - p) < 0.08, `${counts}`);
  });
  assert.deepEqual(await drawLabels(model, batches, 3), drawn);
});

test('influence by EK-FAC ranks records as training again without them does', async () => {
  const decay = 0.05;
  const given = problem(60, 5, decay, 4);
  const whole = minimum(given);
  const rows = examples(given.inputs, given.labels);
  const convex = {
    engine,
    architecture: classifier,
    config: denseModel([5, 1], ['only']),
    weights: {
      'only/kernel': float32(Float32Array.from(whole.slice(0, 5)), [5, 1]),
      'only/bias': float32(Float32Array.of(whole[5]!)),
    },
  };
  const x = [0.3, -0.8, 1.1, 0.2, -0.4];
  const before = costOf(whole, x, 1);
  const left = rows.map((_, i) => costOf(minimum(without(given, i), rows.length), x, 1) - before);
  const fixture = JSON.parse(await readFile(new URL('../fixtures/influence.json', import.meta.url), 'utf8'));
  const tensor = (name: string, shape: number[]) => float32(Float32Array.from(fixture.weights[name]), shape);
  const { columns, hidden } = fixture;
  const small = {
    engine,
    architecture: classifier,
    config: denseModel([columns, hidden, 1], ['first', 'last']),
    weights: {
      ...{ 'first/kernel': tensor('first/kernel', [columns, hidden]), 'first/bias': tensor('first/bias', [hidden]) },
      ...{ 'last/kernel': tensor('last/kernel', [hidden, 1]), 'last/bias': tensor('last/bias', [1]) },
    },
  };
  const asked = examples(fixture.asked, fixture.truth);
  const cases = [
    { model: convex, rows, query: examples([x], [1]), left, decay, least: 0.8 },
    ...asked.map((row, q) => ({
      ...{
        model: small,
        rows: examples(fixture.inputs, fixture.labels),
        query: [row],
        decay: fixture.decay,
        least: 0.5,
      },
      left: fixture.left_out.map((rises: number[]) => rises[q]!) as number[],
    })),
  ];
  const correlations: number[] = [];
  const known = new Map<object, HostTensors>();
  for (const { model, rows: trained, query, left: rises, decay: damping, least } of cases) {
    const factors = known.get(model) ?? (await ekfacFactors(model, trained, 1));
    known.set(model, factors);
    const surface = openSurface(model);
    const settings = { method: 'ekfac' as const, learning_rate: 1, damping, iterations: 1, curvature_rows: 100 };
    const inverse = (gradient: Vector, own: number | undefined) => ekfacInverse(model, factors, gradient, own);
    const { scores } = await influenceOf(surface, { query, rows: trained, settings, inverse, seed: 1 });
    surface.dispose();
    const correlation = rankCorrelation(scores, rises);
    correlations.push(correlation);
    assert.ok(correlation > least, `rank correlations ${correlations}`);
  }
});

test('before each basis the process has its turn, and may be told to end', async () => {
  const kernel = Array.from({ length: WIDTH }, () => Array.from({ length: CLASSES }, () => random.normal()));
  const { model, batches } = layer(
    kernel,
    inputs.map((x, i) => ({ x, label: i % CLASSES })),
  );
  let turn = 0;
  let next = setImmediate(function count() {
    turn++;
    next = setImmediate(count);
  });
  const seen: number[] = [];
  const signal = Object.assign(new AbortController().signal, { throwIfAborted: () => void seen.push(turn) });
  await factorsOf({ ...model, signal }, batches);
  clearImmediate(next);
  // of each batch, of two bases, and of each batch once more
  assert.equal(seen.length, 2 * batches.length + 2);
  const [first, second] = seen.slice(batches.length) as [number, number];
  assert.ok(second > first, `turn ${first}, then ${second}`);
});
