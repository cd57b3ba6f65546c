// Normalisations, written out so that every backend has their gradients.
import type { Tensor } from '../../domain/engine.ts';
import { axesOf, type Layer, type LayerCall, single } from './call.ts';

const EPSILON = 1e-3;
const epsilon = ({ config }: LayerCall): number => (config.epsilon as number | null | undefined) ?? EPSILON;

/** A weight that lies along some axes of x, so that it meets x. */
function along(x: Tensor, axes: readonly number[], { tf }: LayerCall, weight: Tensor): Tensor {
  return tf.reshape(
    weight,
    x.shape.map((size, i) => (axes.includes(i) ? size : 1)),
  );
}

function scaled(hat: Tensor, axes: readonly number[], call: LayerCall): Tensor {
  const { tf } = call;
  const [gain, offset] = [call.weight('gamma'), call.weight('beta')];
  const gained = gain === undefined ? hat : tf.mul(hat, along(hat, axes, call, gain));
  return offset === undefined ? gained : tf.add(gained, along(hat, axes, call, offset));
}

/**
 * By the statistics that the model was trained with, always: they describe its training data, a batch of a few forgotten
 * records would move them, and a model in use reads them and no batch.
 */
export const batchNormalisation: Layer = single((x, call) => {
  const { tf } = call;
  const axes = axesOf(call, x.rank);
  const [mean, variance] = ['moving_mean', 'moving_variance'].map((name) => along(x, axes, call, call.weight(name)!));
  return scaled(tf.mul(tf.sub(x, mean!), tf.rsqrt(tf.add(variance!, epsilon(call)))), axes, call);
});

export const layerNormalisation: Layer = single((x, call) => {
  const { tf } = call;
  const axes = axesOf(call, x.rank);
  const centred = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(centred), axes, true);
  return scaled(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon(call)))), axes, call);
});
