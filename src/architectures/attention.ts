// Attention over what came before, for every family of decoder: grouped-query heads included, rotary positions applied
// by the caller. B rows, T new tokens, C places a row, H query heads, K key and value heads of width S.
import type { Tensor, Tf } from '../domain/engine.ts';
import { causalMask } from './layers.ts';

const HIDDEN = -1e9;

/** Keys and values of tokens that came before. */
export interface Past {
  /** (B, K, C, S). */
  keys: Tensor;
  values: Tensor;
  /** (B, 1, 1, C): 0 where a place counts, a large negative number where it does not; see `pastMask`. */
  mask: Tensor;
}

/**
 * For `Past`: of each row, the first lengths[b] of `places` count; lengths (B) int32. With a `window`, of these the last that the one new
 * token sees beside itself.
 */
export function pastMask(tf: Tf, lengths: Tensor, places: number, window: number | null = null): Tensor {
  const place = tf.reshape(tf.range(0, places, 1, 'int32'), [1, 1, 1, places]);
  const ends = tf.reshape(lengths, [-1, 1, 1, 1]);
  const beyond: Tensor = tf.cast(tf.greaterEqual(place, ends), 'float32');
  if (window === null) return tf.mul(beyond, HIDDEN);
  const left = tf.cast(tf.greaterEqual(tf.sub(ends, window), place), 'float32');
  return tf.mul(tf.add(beyond, left), HIDDEN);
}

/** (B, T, K x S) -> (B, K, T, S), the order of a cache. */
export function splitHeads(tf: Tf, x: Tensor, size: number): Tensor {
  const [rows, time, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [rows, time, width / size, size]), [0, 2, 1, 3]);
}

/**
 * q (B, T, H x S), k and v (B, K, T, S) -> (B, T, H x S). A token sees the past, itself and what stands before it among
 * the T. Past and present are never joined: a copy of the past a token would cost more than attending to it. `window`: of tokens that have
 * no past; with one, its mask says what is seen.
 */
export function attentionWithPast(
  tf: Tf,
  [q, k, v]: [Tensor, Tensor, Tensor],
  past?: Past,
  window: number | null = null,
): Tensor {
  const [rows, heads, time, size] = k.shape as [number, number, number, number];
  const all = q.shape[2]! / size;
  // query heads that share a key head are rows of one product: (B, K, G x T, S)
  const grouped = [rows, heads, (all / heads) * time, size];
  const queries = tf.reshape(splitHeads(tf, tf.mul(q, 1 / Math.sqrt(size)), size), grouped);
  const scores = (keys: Tensor, mask: Tensor | null): Tensor => {
    const product = tf.reshape(tf.matMul(queries, keys, false, true), [rows, all, time, keys.shape[2]!]);
    return mask ? tf.add(product, mask) : product;
  };
  const present = scores(k, time > 1 ? causalMask(tf, time, window) : null);
  const weigh = (weights: Tensor, values: Tensor): Tensor =>
    tf.matMul(tf.reshape(weights, [...grouped.slice(0, 3), values.shape[2]!]), values);
  let attended: Tensor;
  if (past) {
    const places = past.keys.shape[2]!;
    const weights = tf.softmax(tf.concat([scores(past.keys, past.mask), present], -1));
    const [before, own] = tf.split(weights, [places, time], -1) as [Tensor, Tensor];
    attended = tf.add(weigh(before, past.values), weigh(own, v));
  } else attended = weigh(tf.softmax(present), v);
  const joined = tf.transpose(tf.reshape(attended, [rows, all, time, size]), [0, 2, 1, 3]);
  return tf.reshape(joined, [rows, time, all * size]);
}
