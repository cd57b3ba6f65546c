// Whole classifiers of TensorFlow.js' layers: every gradient, and what every optimizer makes of it, as on `cpu`.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type * as tfjs from '@tensorflow/tfjs';
import type { Engine, HostTensor, HostTensors, Tensor, Tensors, Tf } from '../../src/domain/engine.ts';
import { float32 } from '../../src/domain/engine.ts';
import { assertClose, createBoth, values32 } from './both.ts';

const both = await createBoth();
after(() => both.dispose());

interface Classifier {
  layers(tf: Tf, seeded: Seeded): tfjs.layers.Layer[];
  x: HostTensor;
  y: HostTensor;
  loss(tf: Tf, y: Tensor, predicted: Tensor): Tensor;
}
/** An initializer that draws the same numbers on every engine. */
type Seeded = () => ReturnType<Tf['initializers']['glorotNormal']>;

const classes = (...labels: number[]): HostTensor => {
  const data = labels.flatMap((label) => [0, 1, 2].map((i) => Number(i === label)));
  return float32(Float32Array.from(data), [labels.length, 3]);
};
const crossEntropy = (tf: Tf, y: Tensor, predicted: Tensor) => tf.metrics.categoricalCrossentropy(y, predicted);
const tokens = float32(Float32Array.of(1, 2, 3, 4, 5, 5, 4, 3, 3, 2, 0, 0, 1, 11, 7), [3, 5]);

const CLASSIFIERS: Record<string, Classifier> = {
  convolutions: {
    layers: ({ layers }, seeded) => [
      layers.conv2d({
        ...{ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' },
        kernelInitializer: seeded(),
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 5, kernelSize: 2, strides: 2, activation: 'elu', kernelInitializer: seeded() }),
      layers.averagePooling2d({ poolSize: 2, padding: 'valid' }),
      layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, kernelInitializer: seeded() }),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded() }),
    ],
    ...{ x: values32([4, 8, 8, 3], 1), y: classes(0, 1, 2, 1), loss: crossEntropy },
  },
  'depthwise and separable convolutions with batch norm': {
    layers: ({ layers }, seeded) => [
      layers.depthwiseConv2d({
        ...{ inputShape: [7, 7, 3], kernelSize: 3, depthMultiplier: 2, useBias: false },
        depthwiseInitializer: seeded(),
      }),
      layers.batchNormalization(),
      layers.reLU({ maxValue: 6 }),
      layers.separableConv2d({
        ...{ filters: 4, kernelSize: 3, padding: 'same' },
        ...{ depthwiseInitializer: seeded(), pointwiseInitializer: seeded() },
      }),
      layers.batchNormalization(),
      layers.prelu(),
      layers.zeroPadding2d({ padding: 1 }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded() }),
    ],
    ...{ x: values32([3, 7, 7, 3], 2), y: classes(0, 1, 2), loss: crossEntropy },
  },
  'dense layers with dropout': {
    layers: ({ layers }, seeded) => [
      layers.dense({ inputShape: [6], units: 8, activation: 'swish', kernelInitializer: seeded() }),
      layers.dropout({ rate: 0.4, seed: 3 }),
      layers.layerNormalization(),
      layers.dense({ units: 7, activation: 'selu', kernelInitializer: seeded() }),
      layers.leakyReLU({ alpha: 0.2 }),
      layers.dense({ units: 5, activation: 'gelu' as 'selu', kernelInitializer: seeded() }),
      layers.dense({ units: 4, activation: 'softplus', kernelInitializer: seeded() }),
      layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: seeded() }),
    ],
    ...{ x: values32([5, 6], 3), y: float32(Float32Array.of(1, 0, 1, 1, 0), [5, 1]) },
    loss: (tf, y, predicted) => tf.metrics.binaryCrossentropy(y, predicted),
  },
  'text by its embeddings': {
    layers: ({ layers }, seeded) => [
      layers.embedding({ inputDim: 12, outputDim: 6, inputLength: 5, embeddingsInitializer: seeded() }),
      layers.globalAveragePooling1d(),
      layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded() }),
    ],
    ...{ x: tokens, y: classes(2, 0, 1), loss: crossEntropy },
  },
  'text by recurrent cells and one-dimensional convolutions': {
    layers: ({ layers }, seeded) => [
      layers.embedding({ inputDim: 12, outputDim: 4, inputLength: 5, embeddingsInitializer: seeded() }),
      layers.conv1d({ filters: 4, kernelSize: 2, padding: 'same', kernelInitializer: seeded() }),
      layers.gru({
        ...{ units: 4, returnSequences: true, kernelInitializer: seeded(), recurrentInitializer: seeded() },
      }),
      layers.lstm({ units: 3, kernelInitializer: seeded(), recurrentInitializer: seeded() }),
      layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seeded() }),
    ],
    ...{ x: tokens, y: float32(Float32Array.of(2, 0, 1)) },
    loss: (tf, y, predicted) => {
      const labels = tf.oneHot(tf.cast(tf.reshape(y, [-1]), 'int32'), 3);
      return tf.metrics.categoricalCrossentropy(labels, predicted);
    },
  },
};

function build(tf: Tf, classifier: Classifier): tfjs.Sequential {
  let seed = 0;
  return tf.sequential({ layers: classifier.layers(tf, () => tf.initializers.glorotNormal({ seed: ++seed })) });
}

/** Loss and the gradient of every weight, of a model in training mode, as one compiled step. */
async function gradients(engine: Engine, backend: string, classifier: Classifier): Promise<HostTensors> {
  const { tf } = engine;
  await tf.setBackend(backend);
  const model = build(tf, classifier);
  const state = engine.createState({});
  const step = engine.compileStep((_, { x, y }) => {
    const { value, grads } = tf.variableGrads(() => {
      const predicted = model.apply(x!, { training: true }) as Tensor;
      return tf.mean(classifier.loss(tf, y!, predicted)) as tfjs.Scalar;
    });
    // names of weights count up from model to model of a process: places do not
    const names = model.trainableWeights.map((weight, i) => [`${i} ${weight.originalName}`, weight.name] as const);
    const found: Tensors = Object.fromEntries(names.map(([key, name]) => [key, grads[name]!]));
    return { outputs: { loss: value, ...found } };
  }, state);
  const result = await step({ x: classifier.x, y: classifier.y });
  model.dispose();
  state.dispose();
  return result;
}

describe('gradients of classifiers', () => {
  for (const [name, classifier] of Object.entries(CLASSIFIERS))
    test(name, async () => {
      const expected = await gradients(both.oracle, both.backends.oracle, classifier);
      const actual = await gradients(both.onnx, both.backends.onnx, classifier);
      assert.deepEqual(Object.keys(actual).map(withoutCount), Object.keys(expected).map(withoutCount));
      for (const [i, [key, value]] of Object.entries(expected).entries()) {
        assertClose(Object.values(actual)[i]!, value, 1e-4, key);
        assert.ok(
          value.data.some((entry) => entry !== 0),
          `${key} has no gradient`,
        );
      }
    });
});
const withoutCount = (name: string) => name.replace(/_[A-Za-z0-9]*\d+(?=\/)/, '');

const OPTIMIZERS: Record<string, (tf: Tf) => tfjs.Optimizer> = {
  sgd: (tf) => tf.train.sgd(0.1),
  momentum: (tf) => tf.train.momentum(0.1, 0.8, true),
  adam: (tf) => tf.train.adam(0.05),
  adamax: (tf) => tf.train.adamax(0.05),
  adagrad: (tf) => tf.train.adagrad(0.1),
  adadelta: (tf) => tf.train.adadelta(0.5),
  rmsprop: (tf) => tf.train.rmsprop(0.02, 0.9, 0.5, undefined, true),
};

/** Loss and accuracy of three steps of the library's own training, and the predictions after them. */
async function trained(engine: Engine, backend: string, optimizer: string): Promise<number[]> {
  const { tf } = engine;
  await tf.setBackend(backend);
  const model = build(tf, CLASSIFIERS['text by its embeddings']!);
  model.compile({
    ...{ optimizer: OPTIMIZERS[optimizer]!(tf), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] },
  });
  const x = tf.tensor(tokens.data, tokens.shape);
  const y = tf.tensor1d([2, 0, 1]);
  const found: number[] = [];
  for (let step = 0; step < 3; step++) found.push(...((await model.trainOnBatch(x, y)) as number[]));
  const predicted = model.predict(x) as Tensor;
  found.push(...(await predicted.data()));
  tf.dispose([x, y, predicted]);
  model.dispose();
  return found;
}

describe('steps of optimizers', () => {
  for (const name of Object.keys(OPTIMIZERS))
    test(name, async () => {
      const expected = await trained(both.oracle, both.backends.oracle, name);
      const actual = await trained(both.onnx, both.backends.onnx, name);
      const [a, b] = [actual, expected].map((values) => float32(Float32Array.from(values))) as [HostTensor, HostTensor];
      assertClose(a, b, 1e-4, name);
    });
});
