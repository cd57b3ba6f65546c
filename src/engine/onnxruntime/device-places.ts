// New places of a tensor that stays on its device: the whole tensor anew, there, instead of a copy through the host.
import type { Tensor, Tf } from '../../domain/engine.ts';

/**
 * `target` (B, H, C, S) with places at[b] to at[b] + T - 1 of row b taken from `values` (B, H, T, S). `at` is (B) int32.
 * Places beyond C are left out.
 */
export function placed(tf: Tf, target: Tensor, at: Tensor, values: Tensor): Tensor {
  const [batch, capacity, count] = [target.shape[0]!, target.shape[2]!, values.shape[2]!];
  // how far behind the first new place each place lies: (B, 1, C, 1)
  const places = tf.reshape(tf.range(0, capacity, 1, 'int32'), [1, 1, capacity, 1]);
  const behind = tf.sub(places, tf.reshape(at, [batch, 1, 1, 1]));
  const isNew = tf.logicalAnd(
    tf.greaterEqual(behind, tf.scalar(0, 'int32')),
    tf.less(behind, tf.scalar(count, 'int32')),
  );
  const chosen = tf.equal(behind, tf.reshape(tf.range(0, count, 1, 'int32'), [1, 1, 1, count]));
  const spread = count === 1 ? values : tf.matMul(tf.cast(chosen, 'float32'), values);
  return tf.where(isNew, spread, target);
}
