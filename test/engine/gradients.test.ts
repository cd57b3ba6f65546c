// Gradients through chains of kernels, and through layers that write their own, against TensorFlow.js' `cpu`.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type * as tfjs from '@tensorflow/tfjs';
import { geluErf, geluTanh, swiGlu } from '../../src/architectures/activations.ts';
import { causalAttention, layerNorm, linear } from '../../src/architectures/layers.ts';
import { rmsNorm } from '../../src/architectures/rms-norm.ts';
import { rotate, turnsOf } from '../../src/architectures/rope.ts';
import type { HostTensor, Tensor, Tf } from '../../src/domain/engine.ts';
import { int32 } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { klToReference, labelNll, logSigmoid, stopGradient } from '../../src/methods/losses.ts';
import { assertSame, type Compute, createBoth, values32 } from './both.ts';

const both = await createBoth();
after(() => both.dispose());

type Forward = (tf: Tf, xs: Tensor[]) => Tensor;

/** The value and every gradient of sum(weights * f(xs)); unequal weights, so that no term cancels. */
const withGradients =
  (forward: Forward): Compute =>
  (tf, xs) => {
    const loss = (...inputs: Tensor[]) => {
      const y = forward(tf, inputs);
      const weights = tf.reshape(tf.sin(tf.range(1, y.size + 1)), y.shape);
      return tf.sum(tf.mul(y, weights)) as tfjs.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss)(xs);
    return [value, ...grads];
  };

const ids = (...values: number[]) => int32(Int32Array.from(values));
const x = (...shape: number[]): HostTensor => values32(shape, shape.length * 10 + (shape[0] ?? 0));
type M = tfjs.Tensor2D;

const CHAINS: Record<string, [Forward, ...HostTensor[]]> = {
  'slice and pad': [
    (tf, [a]) =>
      tf.pad(tf.exp(tf.slice(a!, [1, 0], [2, 3])), [
        [0, 1],
        [1, 0],
      ]),
    x(4, 3),
  ],
  'split and concat': [
    (tf, [a]) => {
      const [first, second, third] = tf.split(tf.square(a!), 3, -1) as [Tensor, Tensor, Tensor];
      return tf.concat([third, tf.tanh(first), tf.mul(second, first)], 1);
    },
    x(2, 6),
  ],
  'gather with repeated rows': [(tf, [a]) => tf.square(tf.gather(a!, tf.tensor1d([3, 0, 3, 3], 'int32'))), x(5, 4)],
  'gather on the last axis': [(tf, [a]) => tf.square(tf.gather(a!, tf.tensor1d([1, 1, 0], 'int32'), -1)), x(2, 3)],
  'A B': [(tf, [a, b]) => tf.matMul(a as M, b as M), x(3, 4), x(4, 2)],
  'Aᵀ B': [(tf, [a, b]) => tf.matMul(a as M, b as M, true), x(4, 3), x(4, 2)],
  'A Bᵀ': [(tf, [a, b]) => tf.matMul(a as M, b as M, false, true), x(3, 4), x(2, 4)],
  'Aᵀ Bᵀ': [(tf, [a, b]) => tf.matMul(a as M, b as M, true, true), x(4, 3), x(2, 4)],
  'a batch of products': [(tf, [a, b]) => tf.matMul(a!, b!, false, true), x(2, 2, 3, 4), x(2, 2, 5, 4)],
  softmax: [(tf, [a]) => tf.softmax(tf.mul(a!, 3)), x(2, 3, 4)],
  'log-softmax': [(tf, [a]) => tf.logSoftmax(tf.mul(a!, 3)), x(2, 5)],
  'broadcast sums': [(tf, [a, b]) => tf.mul(tf.add(a!, b!), tf.sub(b!, a!)), x(4, 1, 3), x(2, 1)],
  'spread on both sides': [
    (tf, [a, b]) => tf.mul(tf.broadcastTo(a!, [4, 3]), tf.broadcastTo(b!, [4, 3])),
    x(1, 3),
    x(4, 1),
  ],
  'means over axes': [(tf, [a]) => tf.sub(a!, tf.mean(tf.square(a!), [0, -1], true)), x(2, 3, 4)],
  'maximum over an axis': [(tf, [a]) => tf.mul(tf.max(a!, -1, true), a!), x(3, 4)],
  'chosen by a condition': [
    (tf, [a, b]) => tf.where(tf.cast(tf.tensor2d([[1, 0, 1, 0]]), 'bool'), tf.square(a!), tf.exp(b!)),
    x(3, 4),
    x(1, 4),
  ],
  'division and roots': [(tf, [a, b]) => tf.div(a!, tf.sqrt(tf.add(tf.square(b!), 1))), x(2, 3), x(3)],
  transposes: [(tf, [a]) => tf.square(tf.transpose(tf.reshape(a!, [2, 3, 2, 2]), [0, 2, 1, 3])), x(2, 3, 4)],
  stacks: [(tf, [a, b]) => tf.square(tf.stack([a!, tf.mul(a!, b!), b!], 1)), x(2, 3), x(2, 3)],
};

const FUNCTIONS: Record<string, (tf: Tf, x: Tensor) => Tensor> = {
  abs: (tf, a) => tf.abs(a),
  relu: (tf, a) => tf.relu(a),
  erf: (tf, a) => tf.erf(a),
  'sine and cosine': (tf, a) => tf.mul(tf.sin(a), tf.cos(a)),
  softplus: (tf, a) => tf.softplus(a),
  sigmoid: (tf, a) => tf.sigmoid(a),
  'powers and roots': (tf, a) => tf.pow(tf.add(tf.abs(a), 1), 1.5),
  'reciprocal and rsqrt': (tf, a) => tf.mul(tf.reciprocal(tf.exp(a)), tf.rsqrt(tf.exp(a))),
  logarithm: (tf, a) => tf.log(tf.add(tf.square(a), 1)),
  'maximum and minimum': (tf, a) => tf.mul(tf.maximum(a, 0.1), tf.minimum(a, 0.2)),
  'least of an axis': (tf, a) => tf.min(a, 0),
  tiles: (tf, a) => tf.square(tf.tile(a, [2, 3])),
  'segment sums': (tf, a) => tf.square(tf.unsortedSegmentSum(a, tf.tensor1d([1, 0, 1], 'int32'), 2)),
  'rounding, which has no slope': (tf, a) => tf.mul(a, tf.floor(a)),
};
for (const [name, f] of Object.entries(FUNCTIONS)) CHAINS[name] = [(tf, [a]) => f(tf, a!), x(3, 4)];

const LAYERS: Record<string, [Forward, ...HostTensor[]]> = {
  layerNorm: [(tf, [a, gain, bias]) => layerNorm(tf, a!, gain!, bias!, 1e-5), x(2, 3, 8), x(8), x(8)],
  geluTanh: [(tf, [a]) => geluTanh(tf, tf.mul(a!, 2)), x(2, 3, 4)],
  linear: [(tf, [a, weight, bias]) => linear(tf, a!, { weight: weight!, bias }), x(2, 3, 4), x(4, 5), x(5)],
  'linear, out first, no bias': [
    (tf, [a, weight]) => linear(tf, a!, { weight: weight!, outFirst: true }),
    x(2, 3, 4),
    x(5, 4),
  ],
  rmsNorm: [(tf, [a, gain]) => rmsNorm(tf, a!, gain!, 1e-5), x(2, 3, 8), x(8)],
  geluErf: [(tf, [a]) => geluErf(tf, tf.mul(a!, 2)), x(2, 3, 4)],
  swiGlu: [(tf, [gate, up]) => swiGlu(tf, tf.mul(gate!, 2), up!), x(2, 3, 4), values32([2, 3, 4], 7)],
  rotate: [(tf, [a]) => rotate(tf, a!, turnsOf(tf, { frequencies: [1, 0.1], scale: 1.2 }, 6, 3)), x(2, 3, 12)],
  'causalAttention with shared key heads': [
    (tf, [q, k, v]) => causalAttention(tf, [q!, k!, v!], 4),
    x(2, 5, 8),
    x(2, 5, 4),
    values32([2, 5, 4], 3),
  ],
  causalAttention: [(tf, [q, k, v]) => causalAttention(tf, [q!, k!, v!], 2), x(2, 5, 8), x(2, 5, 8), x(2, 5, 8)],
  labelNll: [(tf, [a]) => labelNll(tf, a!, tf.tensor1d([2, 0, 4], 'int32')), x(3, 5)],
  logSigmoid: [(tf, [a]) => logSigmoid(tf, tf.mul(a!, 20)), x(3, 5)],
  stopGradient: [
    (tf, [a]) =>
      tf.mul(
        a!,
        stopGradient(tf, a!, (value) => tf.exp(value)),
      ),
    x(3, 5),
  ],
  klToReference: [
    (tf, [logits, referenceLogits]) => {
      const labels = tf.tensor2d([[-100, -100, 3, 1]], [1, 4], 'int32');
      const batch = { logits: logits!, referenceLogits: referenceLogits!, labels, active: tf.ones([1]) };
      return klToReference(tf, batch, 'answer');
    },
    x(1, 4, 6),
    values32([1, 4, 6], 99),
  ],
};

for (const [group, chains] of Object.entries({ chains: CHAINS, layers: LAYERS }))
  describe(`gradients of ${group}`, () => {
    for (const [name, [forward, ...operands]] of Object.entries(chains))
      test(name, () => assertSame(both, name, withGradients(forward), operands, { tolerance: 1e-4 }));
  });

/** d f / d x by central differences, in the float64 of plain numbers at the borders alone. */
async function assertFiniteDifferences(name: string, forward: Forward, operands: HostTensor[]): Promise<void> {
  const { tf } = both.oracle;
  await tf.setBackend('cpu');
  const compute = withGradients(forward);
  const at = (values: HostTensor[]) =>
    tf.tidy(() =>
      compute(
        tf,
        values.map((value) => tf.tensor(value.data, value.shape)),
      ),
    ) as Tensor[];
  const read = async (tensors: Tensor[]) => {
    const data = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    return data;
  };
  const [, ...gradients] = await read(at(operands));
  const step = 1e-2;
  for (const [which, operand] of operands.entries()) {
    for (let i = 0; i < operand.data.length; i += 3) {
      const moved = async (by: number) => {
        const data = operand.data.slice() as Float32Array;
        data[i] = data[i]! + by;
        return (await read(at(operands.with(which, { ...operand, data }))))[0]![0]!;
      };
      const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
      const found = gradients[which]![i]!;
      assert.ok(
        Math.abs(found - slope) <= 5e-3 * (1 + Math.abs(slope)),
        `${name} ${which}[${i}]: ${found}, not ${slope}`,
      );
    }
  }
}

test('gradients that are written out are the slopes of their functions', async () => {
  for (const name of ['layerNorm', 'rmsNorm', 'geluTanh', 'geluErf', 'swiGlu', 'rotate', 'labelNll'] as const) {
    const [forward, ...operands] = LAYERS[name]!;
    await assertFiniteDifferences(name, forward, operands);
  }
});

test('a custom gradient is the one that TensorFlow.js derives from the plain operators', async () => {
  const plainGelu: Forward = (tf, [a]) => {
    const inner = tf.mul(tf.add(a!, tf.mul(tf.mul(tf.square(a!), a!), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(a!, 0.5), tf.add(tf.tanh(inner), 1));
  };
  const plainNll: Forward = (tf, [a]) =>
    tf.neg(tf.sum(tf.mul(tf.logSoftmax(a!), tf.oneHot(tf.tensor1d([2, 0, 4], 'int32'), 5)), -1));
  const { oracle } = both;
  await oracle.tf.setBackend('cpu');
  for (const [plain, name] of [
    [plainGelu, 'geluTanh'],
    [plainNll, 'labelNll'],
  ] as const) {
    const operands = name === 'geluTanh' ? [x(2, 3, 4)] : [x(3, 5)];
    const written: Forward = name === 'geluTanh' ? (tf, [a]) => geluTanh(tf, a!) : LAYERS.labelNll![0];
    const difference: Compute = (tf, xs) => {
      const [a, b] = [withGradients(plain)(tf, xs), withGradients(written)(tf, xs)] as [Tensor[], Tensor[]];
      return tf.max(tf.abs(tf.sub(a[1]!, b[1]!)));
    };
    const result = oracle.tf.tidy(() =>
      difference(
        oracle.tf,
        operands.map((o) => oracle.tf.tensor(o.data, o.shape)),
      ),
    );
    const [largest] = await (result as Tensor).data();
    assert.ok(largest! < 1e-5, `${name}: ${largest}`);
  }
});

test('rows that many places share keep every one of their updates, on two threads', async () => {
  const onnx = await createEngine({ backend: 'onnxruntime/cpu', threads: 2 });
  const [rows, width] = [8192, 64];
  const state = onnx.createState({});
  const step = onnx.compileStep(
    (_, feeds) => ({ outputs: { sums: onnx.tf.unsortedSegmentSum(feeds.x!, feeds.ids as tfjs.Tensor1D, 2) } }),
    state,
  );
  const feeds = {
    x: { dtype: 'float32' as const, shape: [rows, width], data: new Float32Array(rows * width).fill(1) },
    ids: ids(...Array.from({ length: rows }, (_, i) => i % 2)),
  };
  for (let again = 0; again < 40; again++) {
    const { sums } = await step(feeds);
    assert.ok(
      sums!.data.every((value) => value === rows / 2),
      `run ${again} lost an update`,
    );
  }
});
