// The terms that methods are made of. B rows, T positions, V vocabulary; nats throughout.

import type { Tensor, Tf } from '../domain/engine.ts';
import type { LossBatch } from '../domain/method.ts';

/** Labels that no loss looks at. */
export const IGNORE = -100;

/**
 * Negative log-likelihood of each label, with the gradient written out (softmax minus one-hot): both directions share one
 * softmax, and touch each logit as seldom as can be, since a vocabulary is the largest tensor of a step.
 * logits (N, V), labels (N) int32 in [0, V) -> (N).
 */
export function labelNll(tf: Tf, logits: Tensor, labels: Tensor): Tensor {
  const [count, vocab] = logits.shape as [number, number];
  const places = tf.stack([tf.range(0, count, 1, 'int32'), labels], 1);
  const op = tf.customGrad((x, save) => {
    const z = x as Tensor;
    const probabilities = tf.softmax(z);
    // log of the sum of exponentials by the likeliest token, whose probability does not vanish
    const total = tf.sub(tf.max(z, -1), tf.log(tf.max(probabilities, -1)));
    (save as (tensors: Tensor[]) => void)([probabilities, places]);
    return {
      value: tf.sub(total, tf.gatherND(z, places)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [p, at] = saved as [Tensor, Tensor];
        const elsewhere = tf.mul(p, tf.reshape(dy, [count, 1]));
        return tf.tensorScatterUpdate(elsewhere, at, tf.mul(tf.sub(tf.gatherND(p, at), 1), dy)) as Tensor;
      },
    };
  });
  return op(tf.reshape(logits, [count, vocab]));
}

export interface TokenLoss {
  /** (B, T - 1) nats; 0 where masked. */
  nll: Tensor;
  /** (B, T - 1) 1 at answer positions. */
  mask: Tensor;
  /** Scalar: answer tokens of the whole batch, of which this may be a part. */
  count: Tensor;
}

/**
 * Next-token loss of every position: logits at t against the label at t + 1; masked where the label is ignored.
 * Tokens that the hinge released keep their value and give no gradient.
 */
export function tokenLoss(tf: Tf, batch: Pick<LossBatch, 'logits' | 'labels' | 'active' | 'part'>): TokenLoss {
  const [rows, time, vocab] = batch.logits.shape as [number, number, number];
  const labels = tf.slice(batch.labels, [0, 1], [rows, time - 1]);
  const mask = tf.cast(tf.notEqual(labels, tf.scalar(IGNORE, 'int32')), 'float32');
  const count = batch.part?.tokens ?? tf.sum(mask);
  // the last position has no label: it is left out of the losses, where that is cheap, and not of the logits
  const next = tf.pad(tf.maximum(labels, tf.scalar(0, 'int32')), [
    [0, 0],
    [0, 1],
  ]);
  const all = labelNll(tf, tf.reshape(batch.logits, [rows * time, vocab]), tf.reshape(next, [-1]));
  const nll = tf.mul(tf.slice(tf.reshape(all, [rows, time]), [0, 0], [rows, time - 1]), mask);
  if (batch.active === undefined) return { nll, mask, count };
  const released = tf.mul(
    stopGradient(tf, nll, (x) => tf.clone(x)),
    tf.sub(1, batch.active),
  );
  return { nll: tf.add(tf.mul(nll, batch.active), released), mask, count };
}

/** Mean over all answer tokens of the whole batch, `weights` (B, T - 1) applied before the sum. */
export function meanOverTokens(tf: Tf, { nll, count }: TokenLoss, weights?: Tensor): Tensor {
  const weighted = weights === undefined ? nll : tf.mul(nll, weights);
  return tf.div(tf.sum(weighted), count);
}

/** Mean over all rows of the batch; values (B). */
export function meanOverRows(tf: Tf, { part }: Pick<LossBatch, 'part'>, values: Tensor): Tensor {
  return part === undefined ? tf.mean(values) : tf.div(tf.sum(tf.mul(values, part.real)), part.rows);
}

/**
 * KL(parent || model) summed over the vocabulary, mean over positions: answer positions, or all of them, prompts
 * included, as the field's reference code has it.
 */
export function klToReference(tf: Tf, batch: LossBatch, positions: 'answer' | 'all'): Tensor {
  if (batch.referenceLogits === undefined) throw new Error('the KL term needs the parent’s logits');
  const [rows, time] = batch.logits.shape as [number, number, number];
  const reference = tf.logSoftmax(batch.referenceLogits);
  const divergence = tf.sum(tf.mul(tf.exp(reference), tf.sub(reference, tf.logSoftmax(batch.logits))), -1);
  if (positions === 'all') return meanOverRows(tf, batch, tf.mean(divergence, -1));
  const labels = tf.slice(batch.labels, [0, 1], [rows, time - 1]);
  const mask = tf.cast(tf.notEqual(labels, tf.scalar(IGNORE, 'int32')), 'float32');
  const count = batch.part?.tokens ?? tf.sum(mask);
  return tf.div(tf.sum(tf.mul(tf.slice(divergence, [0, 0], [rows, time - 1]), mask)), count);
}

/** log sigmoid(x), by softplus: tf.logSigmoid has no usable gradient on an intermediate tensor. */
export const logSigmoid = (tf: Tf, x: Tensor): Tensor => tf.neg(tf.softplus(tf.neg(x)));

/** f(x) as a constant: no gradient flows back through it. */
export function stopGradient(tf: Tf, x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const op = tf.customGrad((input) => ({
    value: f(input as Tensor),
    gradFunc: () => tf.zerosLike(x),
  }));
  return op(x);
}
