// How each class of layer is computed. The classes are those whose shapes the checker knows (checkpoints/layers-model/layers.ts).
import { tapped } from '../taps.ts';
import { activation, finished, reLU, softmax } from './activations.ts';
import { axesOf, type Layer, single } from './call.ts';
import { conv1d, conv2d, depthwiseConv2d, globalPooling, pooling, separableConv2d } from './convolution.ts';
import { batchNormalisation, layerNormalisation } from './normalisation.ts';

const dense = single((x, call) => {
  const { tf } = call;
  const kernel = call.weight('kernel')!;
  const [width, units] = kernel.shape as [number, number];
  const product = tf.matMul(tf.reshape(x, [-1, width]), kernel);
  const y = tf.reshape(product, [...x.shape.slice(0, -1), units]);
  return finished(tapped(tf, x, y, call.tap('kernel')), call);
});

const embedding = single((x, call) => {
  const { tf } = call;
  const table = call.weight('embeddings')!;
  const ids = tf.cast(tf.reshape(x, [-1]), 'int32');
  return tf.reshape(tf.gather(table, ids), [...x.shape, table.shape[1]!]);
});

const flatten = single((x, { tf }) => tf.reshape(x, [x.shape[0]!, -1]));

/** A size that is left open is null once TensorFlow.js has saved it. */
const reshape = single((x, { tf, config }) => {
  const target = config.target_shape as (number | null)[];
  return tf.reshape(x, [x.shape[0]!, ...target.map((size) => size ?? -1)]);
});

const add: Layer = ({ tf, inputs }) => inputs.reduce((sum, x) => tf.add(sum, x));

const average: Layer = (call) => call.tf.div(add(call), call.inputs.length);

const concatenate: Layer = (call) => {
  const { tf, inputs } = call;
  return tf.concat([...inputs], axesOf(call, inputs[0]!.rank)[0]!);
};

/** Dropout is for training from nothing: to unlearn with it would move weights by what was dropped by chance. */
const unchanged = single((x) => x);

export const LAYERS: ReadonlyMap<string, Layer> = new Map<string, Layer>([
  ['Dense', dense],
  ['Conv1D', conv1d],
  ['Conv2D', conv2d],
  ['DepthwiseConv2D', depthwiseConv2d],
  ['SeparableConv2D', separableConv2d],
  ['MaxPooling1D', pooling('max', 1)],
  ['MaxPooling2D', pooling('max', 2)],
  ['AveragePooling1D', pooling('average', 1)],
  ['AveragePooling2D', pooling('average', 2)],
  ['GlobalMaxPooling1D', globalPooling('max', 1)],
  ['GlobalMaxPooling2D', globalPooling('max', 2)],
  ['GlobalAveragePooling1D', globalPooling('average', 1)],
  ['GlobalAveragePooling2D', globalPooling('average', 2)],
  ['BatchNormalization', batchNormalisation],
  ['LayerNormalization', layerNormalisation],
  ['Dropout', unchanged],
  ['Activation', activation],
  ['ReLU', reLU],
  ['Softmax', softmax],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Embedding', embedding],
  ['Add', add],
  ['Average', average],
  ['Concatenate', concatenate],
]);
