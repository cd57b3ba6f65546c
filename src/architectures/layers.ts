// Layers that several architectures share. B rows, T positions, D width, H heads. Gradients are written out where
// tfjs would otherwise differentiate through many small operators.
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tensors, Tf } from '../domain/engine.ts';
import { type Adapter, adapterOf } from '../domain/lora.ts';
import { tapOf } from '../domain/taps.ts';
import { tapped } from './taps.ts';

export type Save = (tensors: Tensor[]) => void;

/** Our engine's kernel that normalises in one go; other backends compose it. */
const FUSED = 'LayerNormalization';

/** Result, mean and inverse deviation of a layer norm. */
function normalise(tf: Tf, [x, gain, bias]: [Tensor, Tensor, Tensor], epsilon: number): [Tensor, Tensor, Tensor] {
  if (tf.getKernel(FUSED, tf.getBackend())) {
    return tf.engine().runKernel(FUSED, { x, gain, bias }, { epsilon }) as unknown as [Tensor, Tensor, Tensor];
  }
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const inverse: Tensor = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return [tf.add(tf.mul(tf.mul(centred, inverse), gain), bias), mean, inverse];
}

/** x (..., D) normalised over D, times gain (D) plus bias (D). https://arxiv.org/abs/1607.06450 */
export function layerNorm(tf: Tf, x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor {
  const axes = x.shape.map((_, i) => i).slice(0, -1);
  const op = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as unknown as [Tensor, Tensor, Tensor, Save];
    const [value, mean, inverse] = normalise(tf, [input, scale, shift], epsilon);
    save([input, mean, inverse, scale]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [z, middle, inv, weight] = saved as [Tensor, Tensor, Tensor, Tensor];
      const hat = tf.mul(tf.sub(z, middle), inv);
      const dHat = tf.mul(dy, weight);
      const along = tf.mean(tf.mul(dHat, hat), -1, true);
      const dx = tf.mul(inv, tf.sub(tf.sub(dHat, tf.mean(dHat, -1, true)), tf.mul(hat, along)));
      return [dx, tf.sum(tf.mul(dy, hat), axes), tf.sum(dy, axes)] as Tensor[];
    };
    return { value, gradFunc };
  });
  return op(x, gain, bias);
}

/** What maps vectors: a weight (I, O), or (O, I) where `outFirst`, and a bias (O) if there is one. */
export interface Dense {
  weight: Tensor;
  bias?: Tensor | undefined;
  outFirst?: boolean;
}

/** x (B, T, I) through a dense layer, and through the adapter beside it -> (B, T, O). */
export function linear(tf: Tf, x: Tensor, { weight, bias, outFirst = false }: Dense, adapter?: Adapter): Tensor {
  const [rows, time, width] = x.shape as [number, number, number];
  const flat = tf.reshape(x, [rows * time, width]);
  const product: Tensor = tf.matMul(flat, weight as tfjs.Tensor2D, false, outFirst);
  const own: Tensor = bias ? tf.add(product, bias) : product;
  const whole = adapter ? tf.add(own, lowRank(tf, flat, adapter)) : own;
  return tf.reshape(whole, [rows, time, weight.shape[outFirst ? 0 : 1]!]);
}

/** `linear` by the name of a module: its weight, its bias if the weights hold one, its adapter, and a tap. */
export const projector =
  (tf: Tf, weights: Tensors, outFirst: boolean) =>
  (x: Tensor, module: string): Tensor => {
    const dense = { weight: weights[`${module}.weight`]!, bias: weights[`${module}.bias`], outFirst };
    const y = linear(tf, x, dense, adapterOf(weights, module));
    return tapped(tf, x, y, tapOf(weights, `${module}.weight`));
  };

/** Rows of a table (V, D) for ids (B, T) int32 -> (B, T, D). */
export const embed = (tf: Tf, table: Tensor, ids: Tensor): Tensor =>
  tf.reshape(tf.gather(table, tf.reshape(ids, [-1]) as tfjs.Tensor1D), [...ids.shape, table.shape[1]!]);

/** Never the product of A and B: that is as large as the weight, and so would its gradient be. */
function lowRank(tf: Tf, flat: Tensor, { a, b, scale }: Adapter): Tensor {
  return tf.matMul(tf.mul(tf.matMul(flat, a as tfjs.Tensor2D), scale), b as tfjs.Tensor2D);
}

/** Additive mask (T, T): a position sees itself and what came before it, `window` positions in all if it is given. */
export function causalMask(tf: Tf, time: number, window: number | null = null): Tensor {
  const values = new Float32Array(time * time);
  for (let from = 0; from < time; from++) {
    values.fill(-1e9, from * time + from + 1, (from + 1) * time);
    if (window !== null && from >= window) values.fill(-1e9, from * time, from * time + from - window + 1);
  }
  return tf.tensor2d(values, [time, time]);
}

/**
 * q (B, T, H x S), k and v (B, T, K x S) -> (B, T, H x S), where `heads` is H, a multiple of K: the queries that share a
 * key head are rows of one product, so that no key or value is copied. `window` as `causalMask` has it.
 * https://arxiv.org/abs/1706.03762, 2305.13245
 */
export function causalAttention(
  tf: Tf,
  [q, k, v]: [Tensor, Tensor, Tensor],
  heads: number,
  window: number | null = null,
): Tensor {
  const [rows, time, width] = q.shape as [number, number, number];
  const size = width / heads;
  const keyHeads = k.shape[2]! / size;
  const split = (x: Tensor) =>
    tf.transpose(tf.reshape(x, [rows, time, x.shape[2]! / size, size]), [0, 2, 1, 3]) as Tensor;
  const grouped = (x: Tensor): Tensor =>
    keyHeads === heads ? x : tf.reshape(x, [rows, keyHeads, (heads / keyHeads) * time, x.shape[3]!]);
  const apart = (x: Tensor): Tensor => (keyHeads === heads ? x : tf.reshape(x, [rows, heads, time, x.shape[3]!]));
  // the queries are scaled, not the scores, of which there are more
  const scores = apart(tf.matMul(grouped(split(tf.mul(q, 1 / Math.sqrt(size)))), split(k), false, true));
  const weights = tf.softmax(tf.add(scores, causalMask(tf, time, window))); // (B, H, T, T)
  const attended = apart(tf.matMul(grouped(weights), split(v)));
  return tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [rows, time, width]);
}

/** states (N, D) through an output layer (V, D), and a bias (V) if there is one -> logits (N, V). */
export function headLogits(tf: Tf, states: Tensor, table: Tensor, bias?: Tensor): Tensor {
  const product: Tensor = tf.matMul(states as tfjs.Tensor2D, table as tfjs.Tensor2D, false, true);
  return bias ? tf.add(product, bias) : product;
}
