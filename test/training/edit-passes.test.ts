// Passes over a set: gradients against slopes, powers of gradients against single rows, and what passes leave behind.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Engine, HostTensors } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { padRows } from '../../src/training/batches.ts';
import { createEditPasses, type EditPassInputs } from '../../src/training/edit-passes.ts';
import type { PersonRow } from '../../src/training/unlearn.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const oracle = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

const { architecture, config } = TINY;
const weights = TINY.weights(1);
/** Answers of one to four tokens. */
const uneven = (count: number, from = 0): PersonRow[] =>
  tinyRows(count, from).map((row, i) => ({ ...row, ids: row.ids.slice(0, 3 + (i % 4)) }));
const SETS = { forget: uneven(5), retain: uneven(23, 20) };
const TRAINABLE = Object.keys(weights);

const passesOf = (more: Partial<EditPassInputs> = {}, on: Engine = engine) =>
  createEditPasses({
    ...{ engine: on, architecture, config, weights, trainable: TRAINABLE, sets: SETS, microBatch: 0, seed: 1, ...more },
  });

/** Agreement to `digits` of the largest number of each tensor. */
function assertClose(found: HostTensors, expected: HostTensors, digits = 1e-5): void {
  assert.deepEqual(Object.keys(found), Object.keys(expected));
  for (const [name, { data }] of Object.entries(expected)) {
    const largest = Math.max(1e-6, ...data.map(Math.abs));
    data.forEach((value, i) => {
      const error = Math.abs(found[name]!.data[i]! - value);
      assert.ok(error <= digits * largest, `${name}[${i}]: ${found[name]!.data[i]}, not ${value}`);
    });
  }
}
const moved = (name: string, i: number, by: number): HostTensors => {
  const data = weights[name]!.data.slice() as Float32Array;
  data[i] = data[i]! + by;
  return { [name]: { ...weights[name]!, data } };
};
const PLACES: [string, number][] = [
  ['transformer.h.0.mlp.c_fc.weight', 7],
  ['transformer.h.0.attn.c_attn.weight', 100],
  ['transformer.ln_f.weight', 3],
];
/** Slopes of a function of the weights, against a gradient. */
async function assertSlopes(gradient: HostTensors, value: (at: HostTensors) => Promise<number>): Promise<void> {
  const step = 1e-2;
  for (const [name, i] of PLACES) {
    const slope = ((await value(moved(name, i, step))) - (await value(moved(name, i, -step)))) / (2 * step);
    const found = gradient[name]!.data[i]!;
    assert.ok(Math.abs(slope - found) <= 2e-3 * (0.1 + Math.abs(slope)), `${name}[${i}]: ${found}, slope ${slope}`);
  }
}

describe('gradients', () => {
  test('are slopes of the mean loss over all labels, in whatever passes', async () => {
    const [passes, few] = [passesOf(), passesOf({ microBatch: 3 })];
    const gradient = await passes.gradient({}, 'retain');
    await assertSlopes(gradient, (at) => passes.loss(at, 'retain'));
    assertClose(await few.gradient({}, 'retain'), gradient);
    assertClose(await passesOf({}, oracle).gradient({}, 'forget'), await passes.gradient({}, 'forget'));
    // at other weights than the last ones, and back
    const [name, i] = PLACES[0]!;
    const away = await passes.gradient(moved(name, i, 0.5), 'retain');
    assert.notDeepEqual(away[name]!.data, gradient[name]!.data);
    assertClose(await passes.gradient(weights, 'retain'), gradient);
    passes.release();
    few.release();
  });

  test('count by their labels: those of both sets add up to that of all', async () => {
    const all = passesOf({ sets: { ...SETS, retain: [...SETS.forget, ...SETS.retain] } });
    const [one, other] = [passesOf(), passesOf()];
    const [forget, retain] = [await one.gradient({}, 'forget'), await other.gradient({}, 'retain')];
    // answers of 1, 2, 3, 4 and 1 tokens
    assert.equal(one.labels('forget'), 11);
    const count = all.labels('retain');
    assert.equal(count, one.labels('forget') + one.labels('retain'));
    const share = one.labels('forget') / count;
    const both = Object.entries(forget).map(([name, { shape, data }]) => {
      const sum = data.map((value, i) => share * value + (1 - share) * retain[name]!.data[i]!);
      return [name, { dtype: 'float32', shape, data: sum }];
    });
    assertClose(Object.fromEntries(both), await all.gradient({}, 'retain'));
    for (const passes of [all, one, other]) passes.release();
  });

  test('of the outputs look at no label', async () => {
    const { tf } = oracle;
    const passes = passesOf({}, oracle);
    const gradient = await passes.gradient({}, 'forget', { loss: 'output-norm' });
    const norm = async (at: HostTensors): Promise<number> => {
      let [sum, places] = [0, 0];
      const state = oracle.createState({ ...weights, ...at });
      for (const row of SETS.forget) {
        const step = oracle.compileStep(
          (tensors, { ids }) => ({ outputs: { logits: architecture.forward(tf, config, tensors, ids!) } }),
          state,
        );
        const { logits } = await step({ ids: padRows([row], 16, 0).ids! });
        const vocab = logits!.shape[2]!;
        for (let t = row.promptLength - 1; t < row.ids.length - 1; t++, places++)
          for (let v = 0; v < vocab; v++) sum += logits!.data[t * vocab + v]! ** 2;
      }
      state.dispose();
      return sum / places;
    };
    await assertSlopes(gradient, norm);
    const swapped = SETS.forget.map((row) => {
      const ids = row.ids.slice();
      // what no position sees: the last label
      ids[ids.length - 1] = 5;
      return { ...row, ids };
    });
    const other = passesOf({ sets: { ...SETS, forget: swapped } }, oracle);
    assert.deepEqual(await other.gradient({}, 'forget', { loss: 'output-norm' }), gradient);
    passes.release();
    other.release();
  });
});

describe('importance', () => {
  for (const [power, group] of [
    [2, 1],
    [1, 1],
    [2, 2],
  ] as const)
    test(`to the power ${power} in groups of ${group} is the mean over groups of what each has by itself`, async () => {
      const passes = passesOf();
      const found = await passes.importance({}, 'forget', { power, group });
      // groups are of like lengths: answers of 1, 1, 2, 3 and 4 tokens
      const groups = group === 1 ? [[0], [4], [1], [2], [3]] : [[0, 4], [1, 2], [3]];
      const expected: Record<string, Float64Array> = {};
      for (const rows of groups) {
        const alone = passesOf({ sets: { ...SETS, forget: rows.map((r) => SETS.forget[r]!) } });
        for (const [name, { data }] of Object.entries(await alone.gradient({}, 'forget'))) {
          const sum = expected[name] ?? new Float64Array(data.length);
          expected[name] = sum;
          data.forEach((value, i) => {
            sum[i] = sum[i]! + (Math.abs(value) ** power * rows.length) / SETS.forget.length;
          });
        }
        alone.release();
      }
      const tensors = Object.entries(expected).map(([name, sum]) => [
        name,
        { ...found[name]!, data: Float32Array.from(sum) },
      ]);
      assertClose(found, Object.fromEntries(tensors));
      passes.release();
    });

  test('of a sample is the same at every call, and another one with another seed', async () => {
    const how = { power: 2, group: 1, rows: 6 } as const;
    const passes = passesOf();
    const [a, b] = [await passes.importance({}, 'retain', how), await passes.importance({}, 'retain', how)];
    const all = await passes.importance({}, 'retain', { ...how, rows: 1000 });
    const other = passesOf({ seed: 2 });
    const c = await other.importance({}, 'retain', how);
    assert.deepEqual(a, b);
    assert.notDeepEqual(a, c);
    assert.notDeepEqual(a, all);
    passes.release();
    other.release();
  });
});

describe('what else they do', () => {
  test('descent lowers the loss and moves what is trainable, alone', async () => {
    const trainable = TRAINABLE.filter((name) => name.includes('.mlp.'));
    const passes = passesOf({ trainable });
    const moved = await passes.descend({}, 'forget', { steps: 10, learningRate: 1e-2, batch: 4, clipNorm: 1 });
    assert.deepEqual(Object.keys(moved).toSorted(), trainable.toSorted());
    assert.ok((await passes.loss(moved, 'forget')) < 0.8 * (await passes.loss({}, 'forget')));
    assert.deepEqual(Object.keys(await passes.gradient({}, 'forget')), trainable);
    passes.release();
  });

  test('they leave no tensor behind, and count what they did', async () => {
    const before = oracle.tf.memory().numTensors;
    const seen: [number, number][] = [];
    const passes = passesOf({ onPass: (...count) => seen.push(count) }, oracle);
    await passes.gradient({}, 'forget');
    const held = oracle.tf.memory().numTensors;
    await passes.gradient({}, 'forget');
    await passes.importance({}, 'forget', { power: 2, group: 2 });
    await passes.loss({}, 'forget');
    assert.equal(oracle.tf.memory().numTensors, held);
    passes.release();
    assert.equal(oracle.tf.memory().numTensors, before);
    assert.deepEqual(seen.at(-1), [seen.length, seen.length]);
    assert.ok(seen.every(([done, known]) => done <= known));
  });

  test('they end within one pass when they are told to, and where a gradient is not finite', async () => {
    const abort = new AbortController();
    let last = 0;
    const passes = passesOf({
      signal: abort.signal,
      onPass(done) {
        last = done;
        if (done === 3) abort.abort(new Error('the lock was lost'));
      },
    });
    await assert.rejects(passes.importance({}, 'retain', { power: 2, group: 1 }), /the lock was lost/);
    assert.equal(last, 3);
    passes.release();

    const broken = passesOf();
    const nan = moved('transformer.ln_f.bias', 1, Number.NaN);
    await assert.rejects(broken.gradient(nan, 'forget'), {
      code: 'compute-failed',
      message: /gradient of .* not finite/,
    });
    broken.release();
  });
});
