// Convolutions and pooling, channels last.
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '../../domain/engine.ts';
import { finished } from './activations.ts';
import { type Layer, type LayerCall, ones, single, sizesOf } from './call.ts';

type Pair = [number, number];

const padding = ({ config }: LayerCall): 'same' | 'valid' => (config.padding === 'same' ? 'same' : 'valid');
const strides = (call: LayerCall): Pair => sizesOf(call, 'strides', 2, ones(2)) as Pair;
const dilations = (call: LayerCall): Pair => sizesOf(call, 'dilation_rate', 2, ones(2)) as Pair;

/** A kernel (H, W, in, out) with zeros between its places, because TensorFlow.js has no gradient of a dilated convolution. */
function spread({ tf }: LayerCall, kernel: Tensor, [down, across]: Pair): tfjs.Tensor4D {
  if (down === 1 && across === 1) return kernel as tfjs.Tensor4D;
  const [height, width, from, to] = kernel.shape as [number, number, number, number];
  const apart = tf.pad(tf.reshape(kernel, [height, 1, width, 1, from * to]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  const whole = tf.reshape(apart, [height * down, width * across, from, to]);
  const reach = [(height - 1) * down + 1, (width - 1) * across + 1, from, to] as [number, number, number, number];
  return tf.slice(whole, [0, 0, 0, 0], reach) as tfjs.Tensor4D;
}

export const conv1d: Layer = single((x, call) => {
  const { tf } = call;
  const [stride, dilation] = [sizesOf(call, 'strides', 1, [1])[0]!, sizesOf(call, 'dilation_rate', 1, [1])[0]!];
  const kernel = spread(call, tf.expandDims(call.weight('kernel')!, 0), [1, dilation]);
  return finished(tf.conv1d(x as tfjs.Tensor3D, tf.squeeze(kernel, [0]), stride, padding(call)), call);
});

export const conv2d: Layer = single((x, call) => {
  const kernel = spread(call, call.weight('kernel')!, dilations(call));
  return finished(call.tf.conv2d(x as tfjs.Tensor4D, kernel, strides(call), padding(call)), call);
});

export const depthwiseConv2d: Layer = single((x, call) => {
  const kernel = call.weight('depthwise_kernel') as tfjs.Tensor4D;
  return finished(call.tf.depthwiseConv2d(x as tfjs.Tensor4D, kernel, strides(call), padding(call)), call);
});

export const separableConv2d: Layer = single((x, call) => {
  const { tf } = call;
  const kernel = spread(call, call.weight('depthwise_kernel')!, dilations(call));
  const y = tf.depthwiseConv2d(x as tfjs.Tensor4D, kernel, strides(call), padding(call)) as tfjs.Tensor4D;
  return finished(tf.conv2d(y, call.weight('pointwise_kernel') as tfjs.Tensor4D, 1, 'valid'), call);
});

type Kind = 'max' | 'average';

function pooled(x: Tensor, call: LayerCall, kind: Kind, window: Pair, step: Pair): Tensor {
  const { tf } = call;
  const image = x as tfjs.Tensor4D;
  return kind === 'max'
    ? tf.maxPool(image, window, step, padding(call))
    : tf.avgPool(image, window, step, padding(call));
}

/** Windows over `rank` axes; one axis alone is an image that is one place wide. */
export const pooling = (kind: Kind, rank: 1 | 2): Layer =>
  single((x, call) => {
    const window = sizesOf(call, 'pool_size', rank, rank === 1 ? [2] : [2, 2]);
    const step = sizesOf(call, 'strides', rank, window);
    if (rank === 2) return pooled(x, call, kind, window as Pair, step as Pair);
    const { tf } = call;
    return tf.squeeze(pooled(tf.expandDims(x, 2), call, kind, [window[0]!, 1], [step[0]!, 1]), [2]);
  });

export const globalPooling = (kind: Kind, rank: 1 | 2): Layer =>
  single((x, { tf }) => {
    const axes = rank === 1 ? [1] : [1, 2];
    return kind === 'max' ? tf.max(x, axes) : tf.mean(x, axes);
  });
