// An operation without a kernel stops a step while it is traced, by name and with what to do.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type * as tfjs from '@tensorflow/tfjs';
import type { Engine, Tensor } from '../../src/domain/engine.ts';
import { float32 } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { MISSING } from '../../src/engine/onnxruntime/kernels/index.ts';
import { tf } from '../../src/engine/tfjs.ts';

const engine: Engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

const run = (compute: (x: Tensor) => Tensor) => {
  const state = engine.createState({});
  const step = engine.compileStep((_, { x }) => ({ outputs: { y: compute(x!) } }), state);
  return step({ x: float32(Float32Array.of(3, 1, 2)) });
};

test('a step says which operation is missing and what to do, and compiles nothing', async () => {
  const before = engine.stats();
  await assert.rejects(
    run((x) => tf.unique(x as tfjs.Tensor1D).values),
    { code: 'compute-failed', message: /no kernel for Unique\. .*read the tensor and do it on the host/ },
  );
  await assert.rejects(
    run((x) => tf.multinomial(x as tfjs.Tensor1D, 1)),
    { code: 'compute-failed', message: /no kernel for Multinomial\. .*Gumbel/ },
  );
  await assert.rejects(
    run((x) => tf.dilation2d(tf.reshape(x, [1, 3, 1, 1]) as tfjs.Tensor4D, tf.zeros([1, 1, 1]), 1, 'same') as Tensor),
    { code: 'compute-failed', message: /no kernel for Dilation2D\. .*docs\/engine\.md/ },
  );
  assert.equal(engine.stats().sessions, before.sessions);
});

test('a step after a failed one works, and the failed one left nothing behind', async () => {
  const tensors = tf.memory().numTensors;
  await assert.rejects(
    run((x) => tf.unique(tf.exp(x) as tfjs.Tensor1D).values),
    /Unique/,
  );
  assert.equal(tf.memory().numTensors, tensors);
  const { y } = await run((x) => tf.sum(x));
  assert.deepEqual([...y!.data], [6]);
});

test('every missing kernel says so when it is called', async () => {
  await tf.setBackend('onnxruntime');
  for (const [name, remedy] of MISSING)
    assert.throws(
      () => tf.engine().runKernel(name, {}, {}),
      { code: 'compute-failed', message: new RegExp(name) },
      remedy,
    );
});

test('a gradient that TensorFlow.js lacks is named by it', async () => {
  await assert.rejects(
    run((x) => tf.grad((value: Tensor) => tf.sum(tf.cumprod(value)))(x)),
    /Cumprod/,
  );
});
