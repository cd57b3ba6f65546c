// What every registered architecture must keep: shapes, seeds, files, causality, both engines, learning.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { architectures } from '../../src/architectures/index.ts';
import { loadCheckpoint, saveCheckpoint } from '../../src/checkpoints/layout.ts';
import type { Architecture } from '../../src/domain/architecture.ts';
import {
  type Engine,
  elementCount,
  float32,
  type HostTensors,
  int32,
  type Tensor,
  type Tensors,
} from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { meanOverTokens, tokenLoss } from '../../src/methods/losses.ts';
import { valueAndGradients } from '../../src/training/gradients.ts';
import { cacheNames, tokenAttention } from '../../src/training/key-value-cache.ts';
import { adapterScale, adapterShapes, mergeAdapters } from '../../src/training/lora.ts';
import { train } from '../../src/training/train.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { assertClose, createBoth, values32 } from '../engine/both.ts';
import { LONG } from '../helpers/long.ts';
import { TINY, tinyRows } from '../training/tiny-gpt2.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';

const both = await createBoth();
after(() => both.dispose());

const bytes = (weights: HostTensors): Buffer =>
  Buffer.concat(Object.values(weights).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));

function randomIds(rows: number, time: number, vocab: number, seed = 5) {
  const random = createRandom(seed);
  return int32(
    Int32Array.from({ length: rows * time }, () => random.int(vocab)),
    [rows, time],
  );
}

async function logitsOf(engine: Engine, model: Model, weights: HostTensors, ids: HostTensors[string]) {
  const { architecture, config } = model;
  const state = engine.createState(weights);
  const step = engine.compileStep(
    (tensors, feeds) => ({ outputs: { logits: architecture.forward(engine.tf, config, tensors, feeds.ids!) } }),
    state,
  );
  const { logits } = await step({ ids });
  state.dispose();
  return logits!;
}

interface Model {
  architecture: Architecture;
  config: unknown;
  vocab: number;
}

test('a registered architecture has a file of its name and a tiny configuration here', () => {
  const files = readdirSync(join(import.meta.dirname, '../../src/architectures')).map((file) =>
    file.replace('.ts', ''),
  );
  for (const [name, architecture] of Object.entries(architectures)) {
    assert.equal(architecture.name, name);
    assert.ok(files.includes(name), `src/architectures/${name}.ts`);
  }
  assert.deepEqual(Object.keys(TINY_CONFIGS).toSorted(), Object.keys(architectures).toSorted());
});

/** One of each way to place norms, biases and positions; all by test:long. Parity with transformers has every architecture. */
const BRIEF = ['gpt2', 'gpt_neox', 'llama', 'phi'];
for (const [name, architecture] of Object.entries(architectures)) {
  if (!LONG && !BRIEF.includes(name)) continue;
  describe(name, () => {
    const { json, faults } = TINY_CONFIGS[name]!;
    const config = architecture.parseConfig(json);
    const vocab = architecture.vocabSize(config);
    const model: Model = { architecture, config, vocab };
    const weights = architecture.initialise(config, 11);

    test('weights have the names and shapes that a checkpoint must hold, and are finite', () => {
      const shapes = Object.fromEntries(Object.entries(weights).map(([key, { shape }]) => [key, shape]));
      assert.deepEqual(shapes, architecture.shapes(config));
      for (const [key, { data, shape }] of Object.entries(weights)) {
        assert.equal(data.length, elementCount(shape), key);
        assert.ok(data.every(Number.isFinite), key);
      }
    });

    test('the same seed gives the same bytes, another seed gives others', () => {
      assert.ok(bytes(weights).equals(bytes(architecture.initialise(config, 11))));
      assert.ok(!bytes(weights).equals(bytes(architecture.initialise(config, 12))));
    });

    test('logits (B, T, V), equal on both engines', async () => {
      for (const [rows, time] of [
        [2, 7],
        [1, 1],
        [3, architecture.contextLength(config)],
      ] as const) {
        const ids = randomIds(rows, time, vocab);
        const expected = await logitsOf(both.oracle, model, weights, ids);
        assert.deepEqual([...expected.shape], [rows, time, vocab]);
        assertClose(await logitsOf(both.onnx, model, weights, ids), expected, 1e-4, `${rows} x ${time}`);
      }
    });

    test('a later token never changes earlier logits; padding on the right changes none', async () => {
      const ids = randomIds(2, 8, vocab);
      const before = await logitsOf(both.onnx, model, weights, ids);
      for (let changed = 1; changed < 8; changed++) {
        const data = ids.data.slice() as Int32Array;
        for (const row of [0, 1]) data[row * 8 + changed] = (data[row * 8 + changed]! + 1) % vocab;
        const now = await logitsOf(both.onnx, model, weights, int32(data, [2, 8]));
        let [earlier, later] = [0, 0];
        before.data.forEach((value, i) => {
          const difference = Math.abs(value - now.data[i]!);
          if (Math.floor(i / vocab) % 8 < changed) earlier = Math.max(earlier, difference);
          else later = Math.max(later, difference);
        });
        assert.ok(earlier === 0, `a change at ${changed} moved earlier logits by ${earlier}`);
        assert.ok(later > 1e-3, `a change at ${changed} moved nothing`);
      }
      const short = await logitsOf(both.onnx, model, weights, int32(ids.data.slice(0, 5) as Int32Array, [1, 5]));
      short.data.forEach((value, i) => {
        assert.ok(Math.abs(value - before.data[i]!) < 1e-5, `logit ${i} depends on what stands right of it`);
      });
    });

    test('hidden states and logits make the forward pass, and a token at a time over a cache makes it too', async () => {
      const ids = randomIds(3, 6, vocab);
      const { layers, heads, size } = architecture.cacheShape(config);
      for (const engine of [both.onnx, both.oracle]) {
        const { tf } = engine;
        const expected = await logitsOf(engine, model, weights, ids);
        const state = engine.createState(weights);
        const headOf = (tensors: Tensors, hidden: Tensor) =>
          architecture.logits(tf, config, tensors, tf.reshape(hidden, [-1, hidden.shape[2]!]));
        const whole = engine.compileStep((tensors, feeds) => {
          const logits = headOf(tensors, architecture.hidden(tf, config, tensors, feeds.ids!));
          return { outputs: { logits: tf.reshape(logits, [3, 6, vocab]) } };
        }, state);
        assertClose((await whole({ ids })).logits!, expected, 1e-4, `${engine.name}: hidden and logits`);

        const cache = { rows: 3, places: 6 };
        const shape = architecture.cacheShape(config);
        for (const name of cacheNames(cache, shape))
          state.write({ [name]: float32(new Float32Array(3 * heads * 6 * size), [3, heads, 6, size]) });
        assert.equal(cacheNames(cache, shape).length, 2 * layers);
        const next = engine.compileStep((tensors, feeds) => {
          const { attention, places } = tokenAttention(tf, tensors, cache, shape, feeds.lengths!);
          const hidden = architecture.hidden(tf, config, tensors, feeds.ids!, attention);
          return { outputs: { logits: headOf(tensors, hidden) }, places };
        }, state);
        for (let t = 0; t < 6; t++) {
          const column = Int32Array.from({ length: 3 }, (_, r) => ids.data[r * 6 + t]!);
          const lengths = int32(new Int32Array(3).fill(t));
          const { logits } = await next({ ids: int32(column, [3, 1]), lengths });
          const rows = Array.from({ length: 3 }, (_, r) => {
            const from = (r * 6 + t) * vocab;
            return [...expected.data.subarray(from, from + vocab)];
          });
          assertClose(logits!, float32(Float32Array.from(rows.flat()), [3, vocab]), 1e-4, `${engine.name}: token ${t}`);
        }
        state.dispose();
      }
    });

    test('saved and loaded, it computes the same', async (t) => {
      const dir = await temporaryFolder(t);
      await saveCheckpoint(dir, { configJson: json, weights });
      const loaded = await loadCheckpoint(dir);
      assert.equal(loaded.architecture, name);
      assert.deepEqual(architecture.parseConfig(loaded.configJson), config);
      const ids = randomIds(2, 6, vocab);
      const [a, b] = [
        await logitsOf(both.onnx, model, weights, ids),
        await logitsOf(both.onnx, model, loaded.weights, ids),
      ];
      assert.deepEqual(b.data, a.data);
    });

    test('every weight has the same gradient on both engines, and has one', async () => {
      const ids = randomIds(2, 8, vocab);
      const labels = int32(ids.data.slice() as Int32Array, [2, 8]);
      labels.data.fill(-100, 0, 3);
      const gradients = async (engine: Engine) => {
        const state = engine.createState(weights);
        const step = engine.compileStep((tensors: Tensors, feeds) => {
          const result = valueAndGradients(engine.tf, tensors, (trained) => {
            const logits = architecture.forward(engine.tf, config, trained, feeds.ids!);
            return {
              loss: meanOverTokens(engine.tf, tokenLoss(engine.tf, { logits, labels: feeds.labels! })),
              aux: {},
            };
          });
          return { outputs: { ...result.gradients, loss: result.loss } };
        }, state);
        const found = await step({ ids, labels });
        state.dispose();
        return found;
      };
      const [expected, actual] = [await gradients(both.oracle), await gradients(both.onnx)];
      for (const [key, value] of Object.entries(expected)) {
        assertClose(actual[key]!, value, 1e-4, key);
        assert.ok(
          value.data.some((entry) => entry !== 0),
          `${key} has no gradient`,
        );
      }
    });

    test('every projection takes an adapter, which merged gives the same logits', async () => {
      const projections = architecture.projections(config);
      assert.ok(projections.modules.length > 0);
      const ids = randomIds(2, 8, vocab);
      const plain = await logitsOf(both.onnx, model, weights, ids);
      const each = adapterShapes(architecture, config, projections.modules, 2);
      const stirred = Object.fromEntries(Object.entries(each).map(([key, shape], i) => [key, values32(shape, i)]));
      for (const module of projections.modules) {
        const adapter = Object.fromEntries(Object.entries(stirred).filter(([key]) => key.startsWith(`${module}.`)));
        assert.equal(Object.keys(adapter).length, 2);
        const beside = await logitsOf(both.onnx, model, { ...weights, ...adapter, ...adapterScale(0.5) }, ids);
        const within = await logitsOf(both.onnx, model, mergeAdapters(weights, adapter, 0.5, projections), ids);
        assertClose(within, beside, 1e-4, module);
        const moved = beside.data.some((value, i) => Math.abs(value - plain.data[i]!) > 1e-2);
        assert.ok(moved, `an adapter of ${module} changes nothing`);
      }
    });

    test('it learns a few rows by heart', async () => {
      const rows = tinyRows(6).map((row) => ({ ...row, ids: row.ids.map((id) => id % vocab) }));
      const options = { ...TINY.options, learning_rate: 2e-2, steps: 120 };
      const result = await train({ engine: both.onnx, architecture, config, weights, rows, options, orderSeed: 1 });
      assert.equal(result.exactMemorization, 1);
    });

    test('a fault of the configuration is named', () => {
      for (const { change, says } of faults)
        assert.throws(() => architecture.parseConfig({ ...(json as object), ...change }), says);
      assert.throws(() => architecture.parseConfig(null), /config\.json/);
      assert.throws(() => architecture.parseConfig([]), /config\.json/);
    });
  });
}
