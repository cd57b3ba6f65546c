// State on a WebGPU device: where it is, what is copied, and that its memory comes back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Engine, float32, int32, type State } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import type { StepState } from '../../src/engine/onnxruntime/state.ts';
import { UNDER_TEST } from '../helpers/backends.ts';

const backend = 'onnxruntime/webgpu';
const placeOf = (state: State, name: string) => (state as StepState).tensors.get(name)?.location;

async function withEngine(use: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createEngine({ backend, threads: 1 });
  try {
    await use(engine);
  } finally {
    await engine.dispose();
  }
  assert.equal(engine.stats().sessions, 0, 'every session is released');
}

const counter = (engine: Engine, state: State) =>
  engine.compileStep(
    ({ x, n, frozen }) => ({
      outputs: { sum: engine.tf.sum(engine.tf.mul(x!, frozen!)) },
      state: { x: engine.tf.add(x!, 1), n: engine.tf.add(n!, engine.tf.scalar(1, 'int32')) },
    }),
    state,
  );

describe(backend, { skip: UNDER_TEST !== backend && `run by npm run test:webgpu` }, () => {
  test('weights go to the device at the first step and stay there; integers stay in ordinary memory', () =>
    withEngine(async (engine) => {
      const ones = float32(new Float32Array(6).fill(1), [2, 3]);
      const state = engine.createState({ x: ones, n: int32(Int32Array.of(0), []), frozen: ones, unread: ones });
      const step = counter(engine, state);
      assert.equal(placeOf(state, 'x'), 'cpu');
      assert.deepEqual([...(await step({})).sum!.data], [6]);
      const frozen = (state as StepState).tensors.get('frozen');
      assert.deepEqual([...(await step({})).sum!.data], [12]);
      assert.deepEqual(
        ['x', 'frozen', 'n', 'unread'].map((name) => placeOf(state, name)),
        ['gpu-buffer', 'gpu-buffer', 'cpu', 'cpu'],
      );
      assert.equal((state as StepState).tensors.get('frozen'), frozen, 'what no step changes is copied once');
      const { x, n } = await state.read(['x', 'n']);
      assert.deepEqual([[...x!.data], x!.shape, [...n!.data]], [[3, 3, 3, 3, 3, 3], [2, 3], [2]]);
    }));

  test('what is written takes the place of what is on the device', () =>
    withEngine(async (engine) => {
      const one = float32(Float32Array.of(1));
      const state = engine.createState({ x: one, n: int32(Int32Array.of(0), []), frozen: one });
      const step = counter(engine, state);
      await step({});
      state.write({ x: float32(Float32Array.of(10)) });
      assert.deepEqual([...(await step({})).sum!.data], [10]);
      assert.deepEqual([...(await state.read(['x'])).x!.data], [11]);
    }));

  test('an engine may go before its states', async () => {
    const engine = await createEngine({ backend, threads: 1 });
    const one = float32(Float32Array.of(1));
    const states = [1, 2].map(() => engine.createState({ x: one, n: int32(Int32Array.of(0), []), frozen: one }));
    for (const state of states) await counter(engine, state)({});
    await engine.dispose();
    assert.equal(engine.stats().sessions, 0);
    for (const state of states) state.dispose();
  });

  test('memory does not grow with the number of steps', () =>
    withEngine(async (engine) => {
      // 16 MB of state a step: kept, 60 steps would show as a gigabyte
      const large = float32(new Float32Array(4_194_304).fill(1));
      const state = engine.createState({ x: large, n: int32(Int32Array.of(0), []), frozen: large });
      const step = counter(engine, state);
      const after = async (steps: number) => {
        for (let i = 0; i < steps; i++) await step({});
        return process.memoryUsage.rss() / 1e6;
      };
      const warm = await after(10);
      const grown = (await after(60)) - warm;
      assert.ok(grown < 200, `${grown} MB more after 60 steps`);
    }));
});
