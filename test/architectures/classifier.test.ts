// What a LayersModel has to be for its classes to be unlearned from: its logits, its labels, and how it starts.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { classifierOf, layersClassifier } from '../../src/architectures/layers-model/classifier.ts';
import { readTopology } from '../../src/checkpoints/layers-model/topology.ts';
import { float32 } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { modelFiles } from '../checkpoints/layers-models.ts';
import { TOPOLOGIES } from '../helpers/classifiers.ts';

const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
after(() => engine.dispose());
const { layers } = tf;

async function graphOf(model: tf.LayersModel) {
  const { json } = await modelFiles(model, 1);
  return readTopology((json as { modelTopology: Record<string, unknown> }).modelTopology);
}
const endingIn = (...last: tf.layers.Layer[]) =>
  tf.sequential({ layers: [layers.dense({ units: 4, inputShape: [5], name: 'first' }), ...last] });

/** Logits of two examples and the probabilities that `predict` has for them. */
async function both(model: tf.LayersModel) {
  const config = classifierOf(await graphOf(model));
  const weights = Object.fromEntries(
    model.weights.map((weight) => [
      weight.originalName,
      float32(weight.read().dataSync().slice() as Float32Array, [...weight.shape] as number[]),
    ]),
  );
  const x = tf.randomNormal([2, 5], 0, 1, 'float32', 3);
  const state = engine.createState(weights);
  const step = engine.compileStep(
    (tensors, { seen }) => ({ outputs: { y: layersClassifier.forward(engine.tf, config, tensors, seen!) } }),
    state,
  );
  const { y } = await step({ seen: float32(x.dataSync().slice() as Float32Array, [2, 5]) });
  return { config, y: y!, predicted: Array.from((model.predict(x) as tf.Tensor).dataSync()) };
}

describe('logits', () => {
  const softmaxes: [string, () => tf.layers.Layer[]][] = [
    ['an activation of the last layer', () => [layers.dense({ units: 3, activation: 'softmax' })]],
    ['a layer of its own', () => [layers.dense({ units: 3 }), layers.softmax()]],
    ['an Activation', () => [layers.dense({ units: 3 }), layers.activation({ activation: 'softmax' })]],
  ];
  for (const [name, last] of softmaxes)
    test(`softmax as ${name} is left off`, async () => {
      const { config, y, predicted } = await both(endingIn(...last()));
      assert.deepEqual([config.classes, config.binary, config.inputShape], [3, false, [5]]);
      assert.deepEqual(y.shape, [2, 2, 3]);
      for (const row of [0, 1]) {
        const odds = [0, 1, 2].map((k) => Math.exp(y.data[row * 6 + k]!));
        const total = odds.reduce((a, b) => a + b);
        for (const [k, one] of odds.entries()) assert.ok(Math.abs(one / total - predicted[row * 3 + k]!) < 1e-6);
        assert.deepEqual([...y.data.slice(row * 6 + 3, row * 6 + 6)], [0, 0, 0], 'nothing behind the class');
      }
    });

  test('one number behind a sigmoid is for two classes', async () => {
    const { config, y, predicted } = await both(endingIn(layers.dense({ units: 1, activation: 'sigmoid' })));
    assert.deepEqual([config.classes, config.binary], [2, true]);
    for (const row of [0, 1]) {
      const [none, one] = [y.data[row * 4]!, y.data[row * 4 + 1]!];
      assert.equal(none, 0);
      assert.ok(Math.abs(1 / (1 + Math.exp(none - one)) - predicted[row]!) < 1e-6);
    }
  });

  test('a linear ending is logits already', async () => {
    const { config, y, predicted } = await both(endingIn(layers.dense({ units: 3 })));
    assert.equal(config.classes, 3);
    for (const row of [0, 1]) for (const k of [0, 1, 2]) assert.equal(y.data[row * 6 + k], predicted[row * 3 + k]);
  });
});

describe('what is no classifier', () => {
  const two = () => {
    const input = tf.input({ shape: [5] });
    const outputs = [1, 2].map((units) => layers.dense({ units }).apply(input) as tf.SymbolicTensor);
    return tf.model({ inputs: input, outputs });
  };
  const cases: [string, () => tf.LayersModel, RegExp][] = [
    ['one number', () => endingIn(layers.dense({ units: 1 })), /ends in 1 numbers behind linear/],
    [
      'labels by themselves',
      () => endingIn(layers.dense({ units: 3, activation: 'sigmoid' })),
      /3 numbers behind sigmoid/,
    ],
    ['another function', () => endingIn(layers.dense({ units: 3, activation: 'tanh' })), /behind tanh/],
    ['a table', () => tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [4, 5] })] }), /a shape of 2 axes/],
    ['two outputs', two, /has 2 outputs/],
    [
      'an open size',
      () =>
        tf.sequential({
          layers: [
            layers.embedding({ inputDim: 9, outputDim: 4, batchInputShape: [null, null] }),
            layers.globalAveragePooling1d(),
            layers.dense({ units: 3 }),
          ],
        }),
      /an input of an open size/,
    ],
  ];
  for (const [name, make, message] of cases)
    test(name, async () => {
      const graph = await graphOf(make());
      assert.throws(() => classifierOf(graph), message);
    });

  test('names that are not those of its classes or columns', async () => {
    const graph = await graphOf(TOPOLOGIES.table());
    const names = { classes: ['a', 'b', 'c'], features: Array.from({ length: 30 }, (_, i) => String(i)) };
    const { classNames, features } = classifierOf(graph, names);
    assert.deepEqual({ classes: classNames, features }, names);
    for (const classes of [['a', 'b'], ['a', 'b', 'b'], [1, 2, 3], 'abc'])
      assert.throws(() => classifierOf(graph, { classes }), /classes in userDefinedMetadata/);
    assert.throws(() => classifierOf(graph, { features: ['1'] }), /features in userDefinedMetadata/);
    const image = await graphOf(TOPOLOGIES.image());
    assert.throws(() => classifierOf(image, { features: ['1'] }), /features in userDefinedMetadata/);
  });
});

test('fresh weights hang on the seed, spread as Keras’ do, and statistics are none that train', async () => {
  const config = classifierOf(await graphOf(TOPOLOGIES.image()));
  const [a, again, b] = [1, 1, 2].map((seed) => layersClassifier.initialise(config, seed));
  assert.deepEqual(a, again);
  assert.notDeepEqual(a, b);
  const shapes = Object.fromEntries(Object.entries(a!).map(([name, { shape }]) => [name, shape]));
  assert.deepEqual(shapes, layersClassifier.shapes(config));
  const fixed = layersClassifier.fixed!(config);
  assert.deepEqual(
    fixed.map((name) => name.replace(/^.*\//, '')),
    ['moving_mean', 'moving_variance'],
  );
  assert.deepEqual([...new Set(a![fixed[1]!]!.data)], [1]);
  const kernel = Object.entries(a!).find(
    ([name]) => name.endsWith('conv2d/kernel') || /conv2d.*kernel$/.test(name),
  )![1];
  const bound = Math.sqrt(6 / (9 * 13));
  assert.ok(kernel.data.every((x) => Math.abs(x) <= bound) && kernel.data.some((x) => Math.abs(x) > 0.8 * bound));
});
