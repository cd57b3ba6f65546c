// Layers that several architectures share. B rows, T positions, D width, H heads. Gradients are written out where
// tfjs would otherwise differentiate through many small operators.
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/engine.ts';
import type { Adapter } from '../domain/lora.ts';

type Save = (tensors: Tensor[]) => void;

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

/** x (1 + tanh(u)) / 2 = x sigmoid(2 u), where 2 u = x (LINEAR + CUBIC x^2). */
const LINEAR = 2 * Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715 * LINEAR;

/** GELU in its tanh form (`gelu_new`). https://arxiv.org/abs/1606.08415 */
export function geluTanh(tf: Tf, x: Tensor): Tensor {
  const polynomial = (z: Tensor, cubic: number): Tensor => tf.add(tf.mul(tf.square(z), cubic), LINEAR);
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, Save];
    const gate = tf.sigmoid(tf.mul(input, polynomial(input, CUBIC)));
    const value = tf.mul(input, gate) as Tensor;
    save([input, gate, value]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [z, open, y] = saved as [Tensor, Tensor, Tensor];
      // y' = gate + y (1 - gate) (2 u)'
      const slope = tf.mul(tf.sub(y, tf.mul(y, open)), polynomial(z, 3 * CUBIC));
      return tf.mul(dy, tf.add(open, slope)) as Tensor;
    };
    return { value, gradFunc };
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
  // the queries are scaled, not the scores, of which there are more
  const scores = tf.matMul(split(tf.mul(q, 1 / Math.sqrt(size))), split(k), false, true);
  const weights = tf.softmax(tf.add(scores, causalMask(tf, time))); // (B, H, T, T)
  return tf.reshape(tf.transpose(tf.matMul(weights, split(v)), [0, 2, 1, 3]), [rows, time, width]);
}
