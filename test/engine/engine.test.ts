// What the pure parts rely on: steps over a shared state, compiled once a feed shape, that leave nothing behind.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Engine, float32, type HostTensors, scalar } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { train } from '../../src/training/train.ts';
import { TESTED_BACKENDS, UNDER_TEST } from '../helpers/backends.ts';
import { TINY, tinyRows } from '../training/tiny-gpt2.ts';

const vector = (...values: number[]) => float32(Float32Array.from(values));

async function withEngine(backend: string, use: (engine: Engine) => Promise<void>, threads = 1): Promise<void> {
  const engine = await createEngine({ backend, threads });
  try {
    await use(engine);
  } finally {
    await engine.dispose();
  }
}

/** x <- x + by, and its sum before. */
function adder(engine: Engine, initial: HostTensors = { x: vector(1, 2, 3) }) {
  const { tf } = engine;
  const state = engine.createState(initial);
  const add = engine.compileStep(
    ({ x }, { by }) => ({ outputs: { before: tf.sum(x!) }, state: { x: tf.add(x!, by!) } }),
    state,
  );
  const double = engine.compileStep(({ x }) => ({ outputs: {}, state: { x: tf.mul(x!, 2) } }), state);
  return { state, add, double };
}

for (const backend of TESTED_BACKENDS) {
  describe(backend, () => {
    test('two steps share one state; what a step leaves out keeps its value', () =>
      withEngine(backend, async (engine) => {
        const { state, add, double } = adder(engine, { x: vector(1, 2, 3), y: vector(7) });
        assert.deepEqual([...(await add({ by: scalar(1) })).before!.data], [6]);
        await double({});
        assert.deepEqual([...(await add({ by: scalar(0) })).before!.data], [18]);
        const { x, y } = await state.read();
        assert.deepEqual([...x!.data], [4, 6, 8]);
        assert.deepEqual([...y!.data], [7]);
        assert.equal(engine.name, backend);
      }));

    test('what is read is a copy, what is written replaces, and an unknown name is an error', () =>
      withEngine(backend, async (engine) => {
        const { state, add } = adder(engine);
        const { x } = await state.read(['x']);
        x!.data[0] = 99;
        const given = vector(5, 5, 5);
        assert.deepEqual([...(await state.read()).x!.data], [1, 2, 3]);
        state.write({ x: given });
        given.data[0] = 99;
        assert.deepEqual([...(await add({ by: scalar(0) })).before!.data], [15]);
        await assert.rejects(state.read(['weights']), /no tensor weights/);
      }));

    test('new values never reach whoever reads the old ones, wherever a step writes them', () =>
      withEngine(backend, async (engine) => {
        const { tf } = engine;
        const state = engine.createState({ a: vector(1, 2), b: vector(3, 4), c: vector(5, 6), d: vector(7, 8) });
        const step = engine.compileStep(
          ({ a, b, c, d }) => ({
            outputs: { old: tf.mul(c!, 1), same: c!, sum: tf.sum(d!) },
            // two change places; one is read beside its update, one is turned round, one follows from a new value
            state: { a: b!, b: a!, c: tf.add(c!, 1), d: tf.reverse(tf.add(tf.reverse(d!), tf.add(c!, d!))) },
          }),
          state,
        );
        for (let i = 0; i < 2; i++) {
          const { old, same, sum } = await step({});
          assert.deepEqual([...old!.data], [5 + i, 6 + i]);
          assert.deepEqual([...same!.data], [5 + i, 6 + i]);
          assert.equal(sum!.data[0], i === 0 ? 15 : 41);
        }
        const { a, b, c, d } = await state.read();
        assert.deepEqual(
          [a, b, c].map((x) => [...x!.data]),
          [
            [1, 2],
            [3, 4],
            [7, 8],
          ],
        );
        assert.deepEqual([...d!.data], [48, 47]);
      }));

    test('nothing is left behind by a step', () =>
      withEngine(backend, async (engine) => {
        const { add } = adder(engine);
        const { tf } = engine;
        for (let i = 0; i < 3; i++) await add({ by: scalar(i) });
        const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
        for (let i = 0; i < 50; i++) await add({ by: scalar(i) });
        assert.deepEqual([tf.memory().numTensors, tf.engine().backend.numDataIds()], before);
      }));

    test('a step that throws leaves nothing behind and says why', () =>
      withEngine(backend, async (engine) => {
        const { tf } = engine;
        const state = engine.createState({ x: vector(1) });
        const broken = engine.compileStep(({ x }) => {
          tf.exp(x!);
          throw new Error('no such weight');
        }, state);
        await assert.rejects(broken({}), /no such weight/);
        const before = tf.memory().numTensors;
        await assert.rejects(broken({}), /no such weight/);
        assert.equal(tf.memory().numTensors, before);
        assert.deepEqual([...(await state.read()).x!.data], [1]);
      }));

    test('a training step leaves nothing behind', () =>
      withEngine(backend, async (engine) => {
        const counts: [number, number][] = [];
        const { tf } = engine;
        await train({
          ...{ engine, architecture: TINY.architecture, config: TINY.config, weights: TINY.weights(1) },
          ...{ rows: tinyRows(4), orderSeed: 1, options: { ...TINY.options, steps: 6 } },
          onProgress: () => counts.push([tf.memory().numTensors, tf.engine().backend.numDataIds()]),
        });
        assert.deepEqual(counts.at(-1), counts[2]);
      }));
  });
}

/** What is true of our own engine on the CPU, and is not tried again on another backend. */
const ON_CPU = { skip: UNDER_TEST !== 'onnxruntime/cpu' };

describe('compiling', ON_CPU, () => {
  test('a new shape of a feed makes one session; a replay makes none, in whatever order the feeds are named', () =>
    withEngine('onnxruntime/cpu', async (engine) => {
      const { tf } = engine;
      const step = engine.compileStep(
        (_, { a, b }) => ({ outputs: { y: tf.sum(tf.mul(a!, b!)) } }),
        engine.createState({}),
      );
      const feeds = (n: number) => ({ a: float32(new Float32Array(n).fill(2)), b: scalar(3) });
      await step(feeds(4));
      const first = engine.stats();
      assert.equal(first.sessions, 1);
      const { y } = await step({ b: scalar(5), a: vector(1, 1, 1, 1) });
      assert.deepEqual([...y!.data], [20]);
      assert.deepEqual([engine.stats().sessions, engine.stats().compileMs], [1, first.compileMs]);
      assert.equal(engine.stats().runs, first.runs + 1);
      await step(feeds(5));
      assert.equal(engine.stats().sessions, 2);
    }));

  test('reads of one structure share a session, also when they are asked for at once', () =>
    withEngine('onnxruntime/cpu', async (engine) => {
      const { tf } = engine;
      const squares = [1, 2, 3, 4].map((value) => tf.square(tf.tensor1d([value, value])));
      const values = await Promise.all(squares.map((tensor) => tensor.data()));
      assert.deepEqual(
        values.map(([first]) => first),
        [1, 4, 9, 16],
      );
      assert.equal(engine.stats().sessions, 1);
      tf.dispose(squares);
    }));

  test('steps of one graph share a session, each with its own values; another graph has another one', () =>
    withEngine('onnxruntime/cpu', async (engine) => {
      const { tf } = engine;
      const adding = (values: number[]) =>
        engine.compileStep(
          (_, { x }) => ({ outputs: { y: tf.sum(tf.add(x!, tf.tensor1d(values))) } }),
          engine.createState({}),
        );
      const sum = async (values: number[]) => {
        const { y } = await adding(values)({ x: float32(new Float32Array(values.length)) });
        return y!.data[0];
      };
      assert.deepEqual(await Promise.all([sum([1, 2]), sum([1, 2])]), [3, 3]);
      assert.equal(engine.stats().sessions, 1);
      assert.equal(await sum([1, 3]), 4);
      assert.equal(engine.stats().sessions, 2);
      // too large to be a part of the graph: fed by whoever runs it
      const large = (value: number) => new Array<number>(70_000).fill(value);
      assert.deepEqual([await sum(large(1)), await sum(large(2))], [70_000, 140_000]);
      assert.equal(engine.stats().sessions, 3);
    }));

  test('sessions of reads are bounded in number', () =>
    withEngine('onnxruntime/cpu', async (engine) => {
      const { tf } = engine;
      for (let n = 1; n <= 80; n++) {
        const y = tf.exp(tf.zeros([n]).add(tf.tensor1d(new Float32Array(n))));
        assert.equal((await y.data())[n - 1], 1);
        y.dispose();
      }
      assert.ok(engine.stats().sessions <= 64, `${engine.stats().sessions} sessions`);
    }));

  test('sessions of steps are bounded in number, and one that was pushed out is made again', () =>
    withEngine('onnxruntime/cpu', async (engine) => {
      const { state, add } = adder(engine, { x: vector(0) });
      const sum = engine.compileStep((_, { y }) => ({ outputs: { sum: engine.tf.sum(y!) } }), engine.createState({}));
      await add({ by: scalar(1) });
      for (let n = 1; n <= 80; n++)
        assert.equal((await sum({ y: float32(new Float32Array(n).fill(1)) })).sum!.data[0], n);
      assert.equal(engine.stats().sessions, 64);
      await add({ by: scalar(2) });
      assert.deepEqual([...(await state.read()).x!.data], [3]);
      assert.equal(engine.stats().sessions, 64);
    }));

  test('disposing releases every session', async () => {
    const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
    const { add, double } = adder(engine);
    await add({ by: scalar(1) });
    await double({});
    await engine.tf.exp(engine.tf.tensor1d([1])).data();
    assert.equal(engine.stats().sessions, 3);
    await engine.dispose();
    assert.equal(engine.stats().sessions, 0);
  });

  test('a value that is not computed yet cannot be read synchronously', () =>
    withEngine('onnxruntime/cpu', async ({ tf }) => {
      assert.throws(() => tf.exp(tf.tensor1d([1])).dataSync(), /await tensor\.data\(\)/);
      assert.throws(() => tf.tensor(['text']), /no string tensors/);
    }));
});

test('a backend that is not offered refuses the start and names those that are', async () => {
  await assert.rejects(createEngine({ backend: 'abacus', threads: 1 }), {
    code: 'start-refused',
    message: /COMPUTE_BACKEND is abacus; choose one of onnxruntime\/cpu, .*tensorflow, tfjs-cpu/,
  });
  await assert.rejects(createEngine({ backend: 'constructor', threads: 1 }), { code: 'start-refused' });
});

test('the same seed gives the same weights, bit for bit, on two threads', ON_CPU, async () => {
  const digest = async () => {
    const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 2 });
    const { weights } = await train({
      ...{ engine, architecture: TINY.architecture, config: TINY.config, weights: TINY.weights(3) },
      ...{ rows: tinyRows(8), orderSeed: 5, options: { ...TINY.options, steps: 12 } },
    });
    await engine.dispose();
    const hash = createHash('sha256');
    for (const [name, { data }] of Object.entries(weights))
      hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return hash.digest('hex');
  };
  assert.equal(await digest(), await digest());
});

test('memory does not grow with the number of steps', ON_CPU, () =>
  withEngine('onnxruntime/cpu', async (engine) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // 1 MB of state a step: kept, 300 steps would show as 300 MB
    const state = engine.createState({ x: float32(new Float32Array(262_144)) });
    const step = engine.compileStep(({ x }, { by }) => ({ outputs: {}, state: { x: engine.tf.add(x!, by!) } }), state);
    const after = async (steps: number) => {
      for (let i = 0; i < steps; i++) await step({ by: scalar(i) });
      collect();
      return process.memoryUsage.rss() / 1e6;
    };
    const warm = await after(60);
    const grown = (await after(300)) - warm;
    assert.ok(grown < 60, `${grown} MB more after 300 steps`);
  }),
);
