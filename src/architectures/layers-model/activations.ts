// Activations by the names that TensorFlow.js has for them.
import type { Tensor, Tf } from '../../domain/engine.ts';
import { biased, type Layer, type LayerCall, single } from './call.ts';

const hardSigmoid = (tf: Tf, x: Tensor): Tensor => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1);

const ACTIVATIONS: Readonly<Record<string, (tf: Tf, x: Tensor) => Tensor>> = {
  linear: (_, x) => x,
  relu: (tf, x) => tf.relu(x),
  relu6: (tf, x) => tf.clipByValue(x, 0, 6),
  sigmoid: (tf, x) => tf.sigmoid(x),
  hardSigmoid,
  // as it is saved
  hard_sigmoid: hardSigmoid,
  tanh: (tf, x) => tf.tanh(x),
  softmax: (tf, x) => tf.softmax(x),
  softplus: (tf, x) => tf.softplus(x),
  softsign: (tf, x) => tf.div(x, tf.add(tf.abs(x), 1)),
  elu: (tf, x) => tf.elu(x),
  selu: (tf, x) => tf.selu(x),
  swish: (tf, x) => tf.mul(x, tf.sigmoid(x)),
};

/** Names that a layer's `activation` may have. */
export const ACTIVATION_NAMES: readonly string[] = Object.keys(ACTIVATIONS);

function activated(x: Tensor, { tf, config }: LayerCall): Tensor {
  return ACTIVATIONS[(config.activation ?? 'linear') as string]!(tf, x);
}

/** What ends a layer with a kernel: its bias and its activation. */
export const finished = (x: Tensor, call: LayerCall): Tensor => activated(biased(x, call), call);

export const activation: Layer = single(activated);

export const reLU: Layer = single((x, { tf, config }) => {
  const most = config.max_value;
  return typeof most === 'number' ? tf.clipByValue(x, 0, most) : tf.relu(x);
});

/** Over the last axis: the checker takes no other. */
export const softmax: Layer = single((x, { tf }) => tf.softmax(x));
