// AdamW with global-norm clipping, as one pure update. Decoupled Weight Decay Regularization, arXiv 1711.05101.
import { float32, type HostTensors, scalar, type Tensor, type Tensors, type Tf } from '../domain/engine.ts';

export interface AdamwOptions {
  beta1: number;
  beta2: number;
  weight_decay: number;
  clip_norm: number;
}
const EPSILON = 1e-8;

export const FIRST = 'adam.m:';
export const SECOND = 'adam.v:';

/** Zero moments for the named weights. */
export function initialMoments(weights: HostTensors): HostTensors {
  const moments: HostTensors = {};
  for (const [name, { shape, data }] of Object.entries(weights)) {
    moments[FIRST + name] = float32(new Float32Array(data.length), shape);
    moments[SECOND + name] = float32(new Float32Array(data.length), shape);
  }
  return moments;
}

/** Feeds of one update: numbers that change at every step. `step` counts from 1. */
export const updateFeeds = (learningRate: number, step: number, options: AdamwOptions): HostTensors => ({
  learningRate: scalar(learningRate),
  correction1: scalar(1 / (1 - options.beta1 ** step)),
  correction2: scalar(1 / (1 - options.beta2 ** step)),
});

/** Gains, biases and other vectors are not decayed. */
const decays = (tensor: Tensor) => tensor.rank >= 2;

/**
 * New weights and moments from gradients; `norm` is the gradients' global 2-norm before clipping. A gradient that is
 * not finite shows in `norm`.
 */
export function adamwUpdate(
  tf: Tf,
  options: AdamwOptions,
  state: Tensors,
  gradients: Tensors,
  feeds: Tensors,
): { state: Tensors; norm: Tensor } {
  const names = Object.keys(gradients);
  const squares = names.map((name) => tf.sum(tf.square(gradients[name]!)));
  const norm = tf.sqrt(squares.reduce((a, b) => tf.add(a, b)));
  const scale = tf.minimum(tf.div(options.clip_norm, tf.add(norm, 1e-6)), 1);
  const next: Tensors = {};
  for (const name of names) {
    const weight = state[name]!;
    const gradient = tf.mul(gradients[name]!, scale);
    const m = tf.add(tf.mul(state[FIRST + name]!, options.beta1), tf.mul(gradient, 1 - options.beta1));
    const v = tf.add(tf.mul(state[SECOND + name]!, options.beta2), tf.mul(tf.square(gradient), 1 - options.beta2));
    const direction = tf.div(tf.mul(m, feeds.correction1!), tf.add(tf.sqrt(tf.mul(v, feeds.correction2!)), EPSILON));
    const decayed = decays(weight) ? tf.add(direction, tf.mul(weight, options.weight_decay)) : direction;
    next[name] = tf.sub(weight, tf.mul(decayed, feeds.learningRate!));
    next[FIRST + name] = m;
    next[SECOND + name] = v;
  }
  return { state: next, norm };
}
