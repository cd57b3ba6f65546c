// Training a part of a model: adapters and picked weights learn, all else stays to the byte, and merging changes nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Engine, float32, type HostTensors, int32, type State } from '../../src/domain/engine.ts';
import { ADAPTER_SCALE } from '../../src/domain/lora.ts';
import { TRAIN_ALL, type TrainableOptions } from '../../src/domain/trainable.ts';
import { createEngine } from '../../src/engine/choice.ts';
import type { StepState } from '../../src/engine/onnxruntime/state.ts';
import { meanOverTokens, tokenLoss } from '../../src/methods/losses.ts';
import { adamwUpdate, FIRST, SECOND, updateFeeds } from '../../src/training/adamw.ts';
import { valueAndGradients } from '../../src/training/gradients.ts';
import { train } from '../../src/training/train.ts';
import { createTrainedState, type TrainedState } from '../../src/training/trained-state.ts';
import { assertClose, values32 } from '../engine/both.ts';
import { TESTED_BACKENDS, UNDER_TEST } from '../helpers/backends.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const { architecture, config } = TINY;

/** One engine at a time: the newest of a process is the one that traces. */
async function withEngine<T>(backend: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await createEngine({ backend, threads: 1 });
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}

const LORA: TrainableOptions = { ...TRAIN_ALL, lora_rank: 3, lora_alpha: 6 };
const opened = (options: TrainableOptions, withParent = false): TrainedState =>
  createTrainedState({ architecture, config, weights: TINY.weights(1), options, seed: 9, withParent });

const ids = int32(
  Int32Array.from({ length: 16 }, (_, i) => (7 * i + 3) % 24),
  [2, 8],
);
const batch = { ids, labels: ids };

/** The buffers behind a state, where it is one of ONNX Runtime. */
const heldBy = (state: State) =>
  UNDER_TEST.startsWith('onnxruntime') ? new Map((state as StepState).tensors) : undefined;

/** B is zero at the start, and so is A's gradient: here both are something. */
function stirred(initial: HostTensors): HostTensors {
  const entries = Object.entries(initial).map(([name, value], i) =>
    name.endsWith('.lora_B')
      ? [name, { ...value, data: values32(value.shape, i).data.map((x) => 0.3 * x) }]
      : [name, value],
  );
  return Object.fromEntries(entries);
}

function compile(on: Engine, parts: TrainedState, state: State) {
  const { tf } = on;
  return on.compileStep((tensors, feeds) => {
    const { loss, gradients } = valueAndGradients(tf, parts.trained(tensors), (trained) => {
      const logits = architecture.forward(tf, config, parts.model(tensors, trained), feeds.ids!);
      return { loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: feeds.labels! })), aux: {} };
    });
    return { outputs: { ...gradients, loss } };
  }, state);
}

async function logitsOf(on: Engine, tensors: HostTensors): Promise<HostTensors[string]> {
  const state = on.createState(tensors);
  const step = on.compileStep(
    (weights, feeds) => ({ outputs: { logits: architecture.forward(on.tf, config, weights, feeds.ids!) } }),
    state,
  );
  const { logits } = await step({ ids });
  state.dispose();
  return logits!;
}

describe('gradients of adapters', () => {
  const parts = opened({ ...LORA, trainable: ['*.ln_f.weight'] });
  const initial = stirred(parts.initial);

  test('are those of tfjs on cpu, for adapters and picked weights and nothing else', async () => {
    const of = (on: Engine) => compile(on, parts, on.createState(initial))(batch);
    const [expected, actual] = [await withEngine('tfjs-cpu', of), await withEngine(UNDER_TEST, of)];
    const names = architecture.projections(config).modules.flatMap((m) => [`${m}.lora_A`, `${m}.lora_B`]);
    assert.deepEqual(Object.keys(expected).toSorted(), ['loss', 'transformer.ln_f.weight', ...names].toSorted());
    for (const [name, value] of Object.entries(expected)) {
      assertClose(actual[name]!, value, 1e-4, name);
      assert.ok(
        value.data.some((entry) => entry !== 0),
        `${name} has no gradient`,
      );
    }
  });

  test('are the slopes of the loss', () =>
    withEngine('tfjs-cpu', async (oracle) => {
      const state = oracle.createState(initial);
      const step = compile(oracle, parts, state);
      const found = await step(batch);
      const far = 5e-3;
      for (const name of Object.keys(found).filter((key) => key.includes('lora_'))) {
        const gradient = found[name]!.data;
        const steepest = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!))[0]!;
        const moved = async (by: number) => {
          const data = initial[name]!.data.slice();
          data[steepest] = data[steepest]! + by;
          state.write({ [name]: { ...initial[name]!, data } });
          const { loss } = await step(batch);
          return loss!.data[0]!;
        };
        const slope = ((await moved(far)) - (await moved(-far))) / (2 * far);
        state.write({ [name]: initial[name]! });
        const close = Math.abs(slope - gradient[steepest]!) < 2e-3 * (1 + Math.abs(slope));
        assert.ok(close, `${name}: ${gradient[steepest]}, the slope is ${slope}`);
      }
    }));
});

describe('the tensors of a training', () => {
  test('only what trains has moments, and only that is held twice for the parent', () => {
    const { initial } = opened({ ...TRAIN_ALL, trainable: ['*.attn.*'] }, true);
    const chosen = Object.keys(TINY.weights(1)).filter((name) => name.includes('.attn.'));
    assert.deepEqual(
      Object.keys(initial),
      [
        Object.keys(TINY.weights(1)),
        chosen.flatMap((name) => [FIRST + name, SECOND + name]),
        chosen.map((name) => `parent:${name}`),
      ].flat(),
    );
    const lora = Object.keys(opened(LORA, true).initial);
    assert.equal(lora.filter((name) => name.startsWith('parent:')).length, 0);
    assert.ok(lora.filter((name) => name.startsWith(FIRST)).every((name) => name.includes('lora_')));
    assert.ok(lora.includes(ADAPTER_SCALE));
    assert.ok(!lora.includes(FIRST + ADAPTER_SCALE));
  });

  for (const backend of TESTED_BACKENDS)
    test(`${backend}: fresh adapters leave the logits as they are; merged, stirred ones give what they give beside the weights`, () =>
      withEngine(backend, async (on) => {
        const parts = opened(LORA);
        assert.deepEqual((await logitsOf(on, parts.initial)).data, (await logitsOf(on, TINY.weights(1))).data);

        const tensors = stirred(parts.initial);
        const state = on.createState(tensors);
        const merged = await parts.weights(state);
        assert.deepEqual(Object.keys(merged), Object.keys(TINY.weights(1)));
        const [beside, within] = [await logitsOf(on, tensors), await logitsOf(on, merged)];
        assertClose(within, beside, 1e-5, 'merged');
        const plain = await logitsOf(on, TINY.weights(1));
        assert.ok(beside.data.some((value, i) => Math.abs(value - plain.data[i]!) > 0.1));
      }));

  test('the parent is seen without adapters, and with the weights that trained as they were', () =>
    withEngine(UNDER_TEST, async (engine) => {
      const options = { ...LORA, trainable: ['*.ln_f.bias'] };
      const parts = opened(options, true);
      const moved = { 'transformer.ln_f.bias': float32(new Float32Array(24).fill(3)) };
      const state = engine.createState({ ...stirred(parts.initial), ...moved });
      const step = engine.compileStep(
        (tensors, feeds) => ({
          outputs: {
            parent: architecture.forward(engine.tf, config, parts.parent(tensors), feeds.ids!),
            now: architecture.forward(engine.tf, config, parts.model(tensors, parts.trained(tensors)), feeds.ids!),
          },
        }),
        state,
      );
      const { parent, now } = await step({ ids });
      const plain = await logitsOf(engine, TINY.weights(1));
      assert.deepEqual(parent!.data, plain.data);
      assert.notDeepEqual(now!.data, plain.data);
    }));
});

describe('training a part', () => {
  const trained = (on: Engine, trains: TrainableOptions, steps: number, orderSeed = 7) =>
    train({
      ...{ engine: on, architecture, config, weights: TINY.weights(1), rows: tinyRows(8), orderSeed },
      options: { ...TINY.options, learning_rate: 2e-2, steps, trains },
    });
  const same = (a: HostTensors[string], b: HostTensors[string]) =>
    Buffer.from(a.data.buffer, a.data.byteOffset, a.data.byteLength).equals(Buffer.from(b.data.buffer));

  for (const backend of TESTED_BACKENDS)
    test(`${backend}: what was not chosen is the same to the byte`, () =>
      withEngine(backend, async (on) => {
        const before = TINY.weights(1);
        const cases: [TrainableOptions, (name: string) => boolean][] = [
          [{ ...TRAIN_ALL, trainable: ['*.mlp.*', '*.wte.*'] }, (name) => /mlp|wte/.test(name)],
          [{ ...LORA, lora_targets: ['c_attn'] }, (name) => name.endsWith('c_attn.weight')],
          [
            { ...LORA, lora_targets: ['c_fc'], trainable: ['*.ln_*.bias'] },
            (name) => /c_fc\.weight|ln_.*bias/.test(name),
          ],
        ];
        for (const [options, chosen] of cases) {
          const { weights } = await trained(on, options, 4);
          for (const name of Object.keys(before))
            assert.equal(same(weights[name]!, before[name]!), !chosen(name), `${name} with ${JSON.stringify(options)}`);
        }
      }));

  test('a step writes what trains and leaves every other tensor of the state as it was', () =>
    withEngine(UNDER_TEST, async (engine) => {
      const { tf } = engine;
      const parts = opened({ ...LORA, lora_targets: ['c_fc'], trainable: ['*.ln_f.*'] }, true);
      const state = engine.createState(parts.initial);
      const step = engine.compileStep((tensors, feeds) => {
        const { loss, gradients } = valueAndGradients(tf, parts.trained(tensors), (trained) => {
          const logits = architecture.forward(tf, config, parts.model(tensors, trained), feeds.ids!);
          return { loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: feeds.labels! })), aux: {} };
        });
        const update = adamwUpdate(tf, TINY.options, tensors, gradients, feeds);
        return { outputs: { loss }, state: update.state };
      }, state);
      const take = (count: number) => step({ ...batch, ...updateFeeds(0.1, count, TINY.options) });
      // the first one brings what it needs to a device, if there is one
      await take(1);
      const held = heldBy(state);
      for (let count = 2; count <= 3; count++) await take(count);
      const now = heldBy(state);
      const found = await state.read();
      assert.deepEqual(Object.keys(found), Object.keys(parts.initial));
      for (const [name, value] of Object.entries(parts.initial)) {
        const chosen = !name.startsWith('parent:') && /lora_[AB]$|ln_f/.test(name);
        assert.equal(same(found[name]!, value), !chosen, name);
        if (held && !chosen) assert.equal(now!.get(name), held.get(name), `${name}: the very buffer`);
      }
    }));

  test('adapters alone learn rows by heart; the same seed gives the same bytes, another one others', () =>
    withEngine(UNDER_TEST, async (engine) => {
      const [a, b, c] = [
        await trained(engine, LORA, 120),
        await trained(engine, LORA, 120),
        await trained(engine, LORA, 120, 8),
      ];
      assert.ok(a.exactMemorization! > 0.9, `${a.exactMemorization}`);
      assert.equal(Object.keys(a.adapters).length, 8);
      for (const name of Object.keys(a.weights)) assert.ok(same(a.weights[name]!, b.weights[name]!), name);
      assert.ok(Object.keys(a.adapters).every((name) => !same(a.adapters[name]!, c.adapters[name]!)));
    }));
});
