// Layers that several architectures share. B rows, T positions, D width, H heads. Gradients are written out where
// tfjs would otherwise differentiate through many small operators.
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/engine.ts';
import type { Adapter } from '../domain/lora.ts';

type Save = (tensors: Tensor[]) => void;

/** x (..., D) normalised over D, times gain (D) plus bias (D). https://arxiv.org/abs/1607.06450 */
export function layerNorm(tf: Tf, x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor {
  const axes = x.shape.map((_, i) => i).slice(0, -1);
  const op = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as unknown as [Tensor, Tensor, Tensor, Save];
    const centred = tf.sub(input, tf.mean(input, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const normal = tf.mul(centred, inverse) as Tensor;
    save([normal, inverse as Tensor, scale]);
    const gradFunc = (dy: Tensor, [hat, inv, weight]: Tensor[]) => {
      const dHat = tf.mul(dy, weight!);
      const along = tf.mean(tf.mul(dHat, hat!), -1, true);
      const dx = tf.mul(inv!, tf.sub(tf.sub(dHat, tf.mean(dHat, -1, true)), tf.mul(hat!, along)));
      return [dx, tf.sum(tf.mul(dy, hat!), axes), tf.sum(dy, axes)] as Tensor[];
    };
    return { value: tf.add(tf.mul(normal, scale), shift) as Tensor, gradFunc };
  });
  return op(x, gain, bias);
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** GELU in its tanh form (`gelu_new`). https://arxiv.org/abs/1606.08415 */
export function geluTanh(tf: Tf, x: Tensor): Tensor {
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, Save];
    const square = tf.square(input);
    const t = tf.tanh(tf.mul(tf.mul(input, SQRT_2_OVER_PI), tf.add(tf.mul(square, CUBIC), 1))) as Tensor;
    save([input, square as Tensor, t]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [z, z2, tanh] = saved as [Tensor, Tensor, Tensor];
      const slope = tf.mul(tf.add(tf.mul(z2, 3 * CUBIC), 1), SQRT_2_OVER_PI);
      const inner = tf.mul(tf.mul(z, tf.sub(1, tf.square(tanh))), slope);
      return tf.mul(dy, tf.mul(tf.add(tf.add(tanh, inner), 1), 0.5)) as Tensor;
    };
    return { value: tf.mul(tf.mul(input, 0.5), tf.add(t, 1)) as Tensor, gradFunc };
  });
  return op(x);
}

/** x (B, T, I) through weight (I, O) and bias (O), and through the adapter beside it -> (B, T, O). */
export function linear(tf: Tf, x: Tensor, weight: Tensor, bias: Tensor, adapter?: Adapter): Tensor {
  const [rows, time, width] = x.shape as [number, number, number];
  const flat = tf.reshape(x, [rows * time, width]);
  const own: Tensor = tf.add(tf.matMul(flat, weight as tfjs.Tensor2D), bias);
  const whole = adapter ? tf.add(own, lowRank(tf, flat, adapter)) : own;
  return tf.reshape(whole, [rows, time, weight.shape[1]!]);
}

/** Never the product of A and B: that is as large as the weight, and so would its gradient be. */
function lowRank(tf: Tf, flat: Tensor, { a, b, scale }: Adapter): Tensor {
  return tf.matMul(tf.mul(tf.matMul(flat, a as tfjs.Tensor2D), scale), b as tfjs.Tensor2D);
}

/** Additive mask (T, T): a position sees itself and what came before it. */
export function causalMask(tf: Tf, time: number): Tensor {
  const values = new Float32Array(time * time);
  for (let from = 0; from < time; from++) values.fill(-1e9, from * time + from + 1, (from + 1) * time);
  return tf.tensor2d(values, [time, time]);
}

/** q, k, v (B, T, D) -> (B, T, D). https://arxiv.org/abs/1706.03762 */
export function causalAttention(tf: Tf, [q, k, v]: [Tensor, Tensor, Tensor], heads: number): Tensor {
  const [rows, time, width] = q.shape as [number, number, number];
  const size = width / heads;
  const split = (x: Tensor) => tf.transpose(tf.reshape(x, [rows, time, heads, size]), [0, 2, 1, 3]);
  const scores = tf.mul(tf.matMul(split(q), split(k), false, true), 1 / Math.sqrt(size));
  const weights = tf.softmax(tf.add(scores, causalMask(tf, time))); // (B, H, T, T)
  return tf.reshape(tf.transpose(tf.matMul(weights, split(v)), [0, 2, 1, 3]), [rows, time, width]);
}
