// Models that TensorFlow.js makes itself, with random weights, and their files.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

const { layers } = tf;

interface Made {
  model: tf.LayersModel;
  input: () => tf.Tensor;
}
export interface ModelFiles {
  json: object;
  shards: { path: string; bytes: Buffer }[];
}

const noise =
  (...shape: number[]) =>
  () =>
    tf.randomNormal(shape, 0, 1, 'float32', 7);

/** Moving statistics and gains start as constants: these are told apart. */
function shaken<M extends tf.LayersModel>(model: M): M {
  model.setWeights(model.getWeights().map((w, i) => tf.randomUniform(w.shape, 0.1, 1, 'float32', i + 1)));
  return model;
}

export const MODELS: Readonly<Record<string, () => Made>> = {
  dense: () => ({
    model: shaken(
      tf.sequential({
        layers: [
          layers.dense({ units: 5, activation: 'relu', inputShape: [6], kernelRegularizer: 'l1l2' }),
          layers.dropout({ rate: 0.5 }),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      }),
    ),
    input: noise(2, 6),
  }),
  images: () => ({
    model: shaken(
      tf.sequential({
        layers: [
          layers.conv2d({
            inputShape: [11, 9, 2],
            filters: 4,
            kernelSize: 3,
            strides: 2,
            padding: 'same',
            useBias: false,
          }),
          layers.batchNormalization({}),
          layers.activation({ activation: 'relu6' }),
          layers.depthwiseConv2d({ kernelSize: [2, 3], depthMultiplier: 2, padding: 'valid' }),
          layers.reLU({}),
          layers.separableConv2d({ filters: 3, kernelSize: 2, padding: 'same' }),
          layers.maxPooling2d({ poolSize: [2, 1], padding: 'same' }),
          layers.flatten(),
          layers.reshape({ targetShape: [-1, 3] }),
          layers.averagePooling1d({ poolSize: 2 }),
          layers.conv1d({ filters: 4, kernelSize: 2, dilationRate: 1 }),
          layers.globalAveragePooling1d(),
          layers.dense({ units: 3 }),
          layers.softmax(),
        ],
      }),
    ),
    input: noise(2, 11, 9, 2),
  }),
  text: () => ({
    model: shaken(
      tf.sequential({
        layers: [
          layers.embedding({ inputDim: 20, outputDim: 6, inputLength: 5 }),
          layers.layerNormalization({}),
          layers.conv1d({ filters: 4, kernelSize: 3, activation: 'swish' }),
          layers.globalMaxPooling1d({}),
          layers.dense({ units: 2, activation: 'sigmoid' }),
        ],
      }),
    ),
    input: () => tf.tensor2d([1, 2, 3, 4, 19, 0, 0, 7, 7, 1], [2, 5], 'float32'),
  }),
  functional: () => {
    const input = tf.input({ shape: [8, 8, 3] });
    const one = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(input) as tf.SymbolicTensor;
    const two = layers.conv2d({ filters: 4, kernelSize: 1 }).apply(input) as tf.SymbolicTensor;
    const sum = layers.add().apply([one, two]) as tf.SymbolicTensor;
    const joined = layers.concatenate().apply([sum, input]) as tf.SymbolicTensor;
    const pooled = layers.globalAveragePooling2d({}).apply(joined) as tf.SymbolicTensor;
    const output = layers.dense({ units: 2 }).apply(pooled) as tf.SymbolicTensor;
    return { model: shaken(tf.model({ inputs: input, outputs: output })), input: noise(2, 8, 8, 3) };
  },
};

/** What `model.save` would write, its weights in so many shards. */
export async function modelFiles(model: tf.LayersModel, shards: number): Promise<ModelFiles> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const data = Buffer.from(tf.io.CompositeArrayBuffer.join(saved!.weightData!));
  const size = 4 * Math.ceil(data.byteLength / 4 / shards);
  const parts = Array.from({ length: shards }, (_, i) => ({
    path: `group1-shard${i + 1}of${shards}.bin`,
    bytes: data.subarray(i * size, (i + 1) * size),
  }));
  const weightsManifest = [{ paths: parts.map(({ path }) => path), weights: saved!.weightSpecs! }];
  const { modelTopology } = saved!;
  const json = { format: 'layers-model', generatedBy: 'test', convertedBy: null, modelTopology, weightsManifest };
  return { json: JSON.parse(JSON.stringify(json)), shards: parts };
}

export async function writeFiles(dir: string, { json, shards }: ModelFiles): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'model.json'), JSON.stringify(json));
  for (const { path, bytes } of shards) await writeFile(join(dir, path), bytes);
}

export const predictions = (model: tf.LayersModel, input: () => tf.Tensor): number[] =>
  tf.tidy(() => Array.from((model.predict(input()) as tf.Tensor).dataSync()));
