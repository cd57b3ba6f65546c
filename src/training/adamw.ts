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
export const updateFeeds = (learningRate: number, step: number, options: AdamwOptions) =>
  ({
    learningRate: scalar(learningRate),
    correction1: scalar(1 / (1 - options.beta1 ** step)),
    correction2: scalar(1 / (1 - options.beta2 ** step)),
  }) satisfies HostTensors;

/** Gains, biases and other vectors are not decayed. */
const decays = (tensor: Tensor) => tensor.rank >= 2;

/**
 * New weights and moments from gradients; `norm` is the gradients' global 2-norm before clipping. A gradient that is
 * not finite shows in `norm`. All numbers are worked out once a step, so that a weight passes through as few operators
 * as can be: for small batches these cost as much as the matrix products.
 */
export function adamwUpdate(
  tf: Tf,
  options: AdamwOptions,
  state: Tensors,
  gradients: Tensors,
  feeds: Tensors,
): { state: Tensors; norm: Tensor } {
  const { beta1, beta2, weight_decay, clip_norm } = options;
  const { learningRate, correction1, correction2 } = feeds as Record<keyof ReturnType<typeof updateFeeds>, Tensor>;
  const names = Object.keys(gradients);
  const squares = names.map((name) => tf.sum(tf.square(gradients[name]!)));
  const norm = tf.sqrt(squares.reduce((a, b) => tf.add(a, b)));
  const scale = tf.minimum(tf.div(clip_norm, tf.add(norm, 1e-6)), 1);
  const first = tf.mul(scale, 1 - beta1);
  const second = tf.mul(scale, Math.sqrt(1 - beta2));
  // m c1 / (sqrt(v c2) + eps) = (c1 / sqrt(c2)) m / (sqrt(v) + eps / sqrt(c2))
  const root = tf.sqrt(correction2);
  const epsilon = tf.div(EPSILON, root);
  const rate = tf.mul(learningRate, tf.div(correction1, root));
  const kept = tf.sub(1, tf.mul(learningRate, weight_decay));
  const next: Tensors = {};
  for (const name of names) {
    const weight = state[name]!;
    const gradient = gradients[name]!;
    const m = tf.add(tf.mul(state[FIRST + name]!, beta1), tf.mul(gradient, first));
    const v = tf.add(tf.mul(state[SECOND + name]!, beta2), tf.square(tf.mul(gradient, second)));
    const step = tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon)), rate);
    next[name] = tf.sub(decays(weight) && weight_decay !== 0 ? tf.mul(weight, kept) : weight, step);
    next[FIRST + name] = m;
    next[SECOND + name] = v;
  }
  return { state: next, norm };
}
