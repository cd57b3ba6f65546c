// A LayersModel as a pure function: what TensorFlow.js' own `predict` computes, on every engine of a CPU, and its gradients.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { ACTIVATION_NAMES } from '../../src/architectures/layers-model/activations.ts';
import { applyGraph } from '../../src/architectures/layers-model/forward.ts';
import { LAYERS } from '../../src/architectures/layers-model/layers.ts';
import { LAYERS as CHECKED } from '../../src/checkpoints/layers-model/layers.ts';
import { loadLayersModel } from '../../src/checkpoints/layers-model/read.ts';
import { type Engine, float32, type HostTensor, type HostTensors } from '../../src/domain/engine.ts';
import type { LayerGraph } from '../../src/domain/layer-graph.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { valueAndGradients } from '../../src/training/gradients.ts';
import { MODELS, modelFiles, writeFiles } from '../checkpoints/layers-models.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const ENGINES = ['tfjs-cpu', 'onnxruntime/cpu'];
const engines = new Map<string, Engine>();
for (const backend of ENGINES) engines.set(backend, await createEngine({ backend, threads: 1 }));
after(() => Promise.all([...engines.values()].map((engine) => engine.dispose())));

const { layers } = tf;
type Layer = tf.layers.Layer;
type Shape = number[];

const after1 = (layer: Layer, inputShape: Shape) => {
  const input = tf.input({ shape: inputShape });
  return tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
};
const merged = (layer: Layer, inputShape: Shape) => {
  const input = tf.input({ shape: inputShape });
  const other = layers.activation({ activation: 'tanh' }).apply(input) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: layer.apply([input, other]) as tf.SymbolicTensor });
};

/** Layers of each class as their options may have them, with the shape of an example. */
const CASES: [className: string, make: () => Layer, inputShape: Shape][] = [
  ['Dense', () => layers.dense({ units: 3 }), [4]],
  ['Dense', () => layers.dense({ units: 3, useBias: false, activation: 'tanh' }), [2, 4]],
  ['Conv1D', () => layers.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: 'same' }), [7, 2]],
  ['Conv1D', () => layers.conv1d({ filters: 3, kernelSize: 2, strides: 2, activation: 'relu' }), [7, 2]],
  ['Conv2D', () => layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: [2, 1], padding: 'same' }), [6, 5, 2]],
  ['Conv2D', () => layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2, useBias: false }), [6, 5, 2]],
  ['DepthwiseConv2D', () => layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, padding: 'same' }), [5, 4, 3]],
  ['DepthwiseConv2D', () => layers.depthwiseConv2d({ kernelSize: [3, 2], strides: [2, 2] }), [6, 5, 2]],
  ['SeparableConv2D', () => layers.separableConv2d({ filters: 4, kernelSize: 3, activation: 'elu' }), [6, 5, 2]],
  [
    'SeparableConv2D',
    () => layers.separableConv2d({ filters: 2, kernelSize: 2, dilationRate: 2, padding: 'same' }),
    [4, 4, 2],
  ],
  ['MaxPooling1D', () => layers.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' }), [8, 3]],
  ['AveragePooling1D', () => layers.averagePooling1d({ poolSize: 2, padding: 'same' }), [8, 3]],
  ['MaxPooling2D', () => layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 1] }), [7, 5, 2]],
  ['AveragePooling2D', () => layers.averagePooling2d({ poolSize: 2, strides: [2, 1] }), [6, 5, 2]],
  ['GlobalMaxPooling1D', () => layers.globalMaxPooling1d(), [5, 3]],
  ['GlobalAveragePooling1D', () => layers.globalAveragePooling1d(), [5, 3]],
  ['GlobalMaxPooling2D', () => layers.globalMaxPooling2d({}), [3, 4, 3]],
  ['GlobalAveragePooling2D', () => layers.globalAveragePooling2d({}), [3, 4, 3]],
  ['BatchNormalization', () => layers.batchNormalization({}), [4, 3]],
  ['BatchNormalization', () => layers.batchNormalization({ epsilon: 0.01, center: false, scale: false }), [4, 3, 2]],
  ['LayerNormalization', () => layers.layerNormalization({}), [4, 3]],
  ['LayerNormalization', () => layers.layerNormalization({ axis: [1, 2], scale: false }), [4, 3]],
  ['Dropout', () => layers.dropout({ rate: 0.5 }), [5]],
  ...ACTIVATION_NAMES.filter((name) => !name.includes('_')).map((name): (typeof CASES)[number] => [
    'Activation',
    () => layers.activation({ activation: name as 'relu' }),
    [3, 5],
  ]),
  ['ReLU', () => layers.reLU({}), [5]],
  ['ReLU', () => layers.reLU({ maxValue: 0.5 }), [5]],
  ['Softmax', () => layers.softmax(), [5]],
  ['Softmax', () => layers.softmax({ axis: -1 }), [2, 5]],
  ['Flatten', () => layers.flatten(), [2, 3, 2]],
  ['Reshape', () => layers.reshape({ targetShape: [-1, 4] }), [2, 6]],
  ['Embedding', () => layers.embedding({ inputDim: 9, outputDim: 4 }), [5]],
  ['Add', () => layers.add(), [5]],
  ['Average', () => layers.average(), [5]],
  ['Concatenate', () => layers.concatenate({ axis: 1 }), [3, 4]],
];

interface Made {
  graph: LayerGraph;
  weights: HostTensors;
  input: HostTensor;
  predicted: number[];
}

/** Written, read and checked as any model that comes from outside. */
async function make(t: Parameters<typeof temporaryFolder>[0], model: tf.LayersModel, x: tf.Tensor): Promise<Made> {
  await tf.setBackend('cpu');
  const dir = join(await temporaryFolder(t), 'model');
  await writeFiles(dir, await modelFiles(model, 2));
  const { model: read, weights } = await loadLayersModel(dir);
  const predicted = tf.tidy(() => Array.from((model.predict(x) as tf.Tensor).dataSync()));
  return { graph: read.graph, weights, input: float32(x.dataSync().slice() as Float32Array, x.shape), predicted };
}

/** Output, and the gradients of the mean of its squares by every weight and by the input where it has one. */
async function computed(engine: Engine, { graph, weights, input }: Made): Promise<HostTensors> {
  const discrete = graph.nodes.some(({ className }) => className === 'Embedding');
  const state = engine.createState({ ...weights, ...(discrete ? {} : { input }) });
  const step = engine.compileStep((tensors, feeds) => {
    const { loss, gradients, aux } = valueAndGradients(engine.tf, tensors, (by) => {
      const [y] = applyGraph(engine.tf, graph, by, [by.input ?? feeds.input!]);
      return { loss: engine.tf.mean(engine.tf.square(y!)), aux: { y: y! } };
    });
    return { outputs: { ...gradients, loss, ...aux } };
  }, state);
  const outputs = await step(discrete ? { input } : {});
  state.dispose();
  return outputs;
}

function close(found: ArrayLike<number>, wanted: ArrayLike<number>, what: string): void {
  assert.equal(found.length, wanted.length, what);
  for (let i = 0; i < found.length; i++)
    assert.ok(
      Math.abs(found[i]! - wanted[i]!) < 1e-5 * (1 + Math.abs(wanted[i]!)),
      `${what} at ${i}: ${found[i]} is not ${wanted[i]}`,
    );
}

async function holds(made: Made): Promise<void> {
  const [oracle, ours] = [
    await computed(engines.get(ENGINES[0]!)!, made),
    await computed(engines.get(ENGINES[1]!)!, made),
  ];
  close(oracle.y!.data, made.predicted, `${ENGINES[0]}: output`);
  for (const [name, { data }] of Object.entries(oracle)) close(ours[name]!.data, data, `${ENGINES[1]}: ${name}`);
}

/** Weights that are told apart; variances and gains stay above 0. */
const shaken = (model: tf.LayersModel): tf.LayersModel => {
  model.setWeights(model.getWeights().map((w, i) => tf.randomUniform(w.shape, 0.1, 1, 'float32', i + 1)));
  return model;
};

test('a case for each class that the checker knows, and no class that it does not', () => {
  const classes = [...CHECKED.keys()].sort();
  assert.deepEqual([...LAYERS.keys()].sort(), classes);
  assert.deepEqual([...new Set(CASES.map(([className]) => className))].sort(), classes);
});

describe('layers by themselves', () => {
  for (const [i, [className, layer, inputShape]] of CASES.entries())
    test(`${className}, case ${i + 1}`, async (t) => {
      await tf.setBackend('cpu');
      const isMerge = ['Add', 'Average', 'Concatenate'].includes(className);
      const model = shaken((isMerge ? merged : after1)(layer(), inputShape));
      const shape = [3, ...inputShape];
      const x =
        className === 'Embedding'
          ? tf.tensor([0, 1, 2, 8, 8, 3, 3, 3, 4, 5, 6, 7, 1, 0, 2], shape, 'float32')
          : tf.randomNormal(shape, 0, 1, 'float32', 11);
      await holds(await make(t, model, x));
      model.dispose();
    });
});

describe('whole models', () => {
  for (const [name, whole] of Object.entries(MODELS))
    test(name, async (t) => {
      await tf.setBackend('cpu');
      const { model, input } = whole();
      await holds(await make(t, model, input()));
      model.dispose();
    });
});

describe('where TensorFlow.js’ `cpu` is no oracle', () => {
  // its gradient of an average divides by the whole window at the edge too; it takes statistics of an inner axis in the order of elements
  const ramp = (shape: Shape) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7));
    return { data, input: float32(data, shape) };
  };
  const applied = async (t: Parameters<typeof temporaryFolder>[0], layer: Layer, shape: Shape) => {
    await tf.setBackend('cpu');
    const { data, input } = ramp([2, ...shape]);
    const made = { ...(await make(t, shaken(after1(layer, shape)), tf.tensor(data, input.shape))), input };
    return { data, made, found: await computed(engines.get(ENGINES[1]!)!, made) };
  };

  test('an average at the edge is over the places that there are', async (t) => {
    const { data, found, made } = await applied(t, layers.averagePooling1d({ poolSize: 2, padding: 'same' }), [3, 1]);
    const [a, b, c, d, e, f] = data as unknown as number[];
    const y = [(a! + b!) / 2, c!, (d! + e!) / 2, f!];
    close(found.y!.data, y, 'output');
    close(found.y!.data, made.predicted, 'predict');
    const [p, q, r, s] = y.map((one) => one / 2);
    close(found.input!.data, [p! / 2, p! / 2, q!, r! / 2, r! / 2, s!], 'gradient');
  });

  test('batch normalisation of an inner axis', async (t) => {
    const { data, found, made } = await applied(t, layers.batchNormalization({ axis: 1, epsilon: 0.01 }), [3, 2]);
    const own = (name: string) => Object.entries(made.weights).find(([key]) => key.endsWith(name))![1].data;
    const [gain, offset, average, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(own);
    const wanted = Array.from(data, (x, i) => {
      const at = Math.floor(i / 2) % 3;
      return ((x - average![at]!) / Math.sqrt(variance![at]! + 0.01)) * gain![at]! + offset![at]!;
    });
    close(found.y!.data, wanted, 'output');
  });
});
