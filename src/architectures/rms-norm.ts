// Normalisation by size alone. Root Mean Square Layer Normalization, arXiv 1910.07467.
import type { Tensor, Tf } from '../domain/engine.ts';
import type { Save } from './layers.ts';

/** x (..., D) by the root of its mean square over D, times gain (D). */
export function rmsNorm(tf: Tf, x: Tensor, gain: Tensor, epsilon: number): Tensor {
  const axes = x.shape.map((_, i) => i).slice(0, -1);
  const op = tf.customGrad((...args) => {
    const [input, scale, save] = args as unknown as [Tensor, Tensor, Save];
    const inverse: Tensor = tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), epsilon));
    save([input, inverse, scale]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [z, inv, weight] = saved as [Tensor, Tensor, Tensor];
      const hat = tf.mul(z, inv);
      const dHat = tf.mul(dy, weight);
      const dx = tf.mul(inv, tf.sub(dHat, tf.mul(hat, tf.mean(tf.mul(dHat, hat), -1, true))));
      return [dx, tf.sum(tf.mul(dy, hat), axes)] as Tensor[];
    };
    return { value: tf.mul(tf.mul(input, inverse), scale) as Tensor, gradFunc };
  });
  return op(x, gain);
}
