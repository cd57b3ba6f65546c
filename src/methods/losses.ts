// The terms that methods are made of. B rows, T positions, V vocabulary; nats throughout.
import type * as tfjs from '@tensorflow/tfjs';
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

/** Positions (B, T - 1) whose next token is looked at, 1 or 0, and how many the whole batch has. */
export function answerTokens(
  tf: Tf,
  { labels, part }: Pick<LossBatch, 'labels' | 'part'>,
): Pick<TokenLoss, 'mask' | 'count'> {
  const [rows, time] = labels.shape as [number, number];
  const next = tf.slice(labels, [0, 1], [rows, time - 1]);
  const mask = tf.cast(tf.notEqual(next, tf.scalar(IGNORE, 'int32')), 'float32');
  return { mask, count: part?.tokens ?? tf.sum(mask) };
}

/**
 * Next-token loss of every position: logits at t against the label at t + 1; masked where the label is ignored.
 * Tokens that the hinge released keep their value and give no gradient.
 */
export function tokenLoss(tf: Tf, batch: Pick<LossBatch, 'logits' | 'labels' | 'active' | 'part'>): TokenLoss {
  const [rows, time, vocab] = batch.logits.shape as [number, number, number];
  const labels = tf.slice(batch.labels, [0, 1], [rows, time - 1]);
  const { mask, count } = answerTokens(tf, batch);
  // the last position has no label: it is left out of the losses, where that is cheap, and not of the logits
  const next = tf.pad(tf.maximum(labels, tf.scalar(0, 'int32')), [
    [0, 0],
    [0, 1],
  ]);
  const all = labelNll(tf, tf.reshape(batch.logits, [rows * time, vocab]), tf.reshape(next, [-1]));
  const nll = tf.mul(tf.slice(tf.reshape(all, [rows, time]), [0, 0], [rows, time - 1]), mask);
  return { nll: hinged(tf, nll, batch.active), mask, count };
}

/** Values (B, T - 1) of tokens, of which those that the hinge released are constants. */
export function hinged(tf: Tf, values: Tensor, active: Tensor | undefined): Tensor {
  if (active === undefined) return values;
  const released = tf.mul(
    stopGradient(tf, values, (x) => tf.clone(x)),
    tf.sub(1, active),
  );
  return tf.add(tf.mul(values, active), released);
}

/** (B, 1) 1 for rows of which the hinge has not released every answer token; absent without a hinge. */
export function stillKnown(tf: Tf, { labels, active }: Pick<LossBatch, 'labels' | 'active'>): Tensor | undefined {
  if (active === undefined) return undefined;
  const next = tf.slice(labels, [0, 1], active.shape as [number, number]);
  const mask = tf.cast(tf.notEqual(next, tf.scalar(IGNORE, 'int32')), 'float32');
  return tf.max(tf.mul(active, mask), -1, true);
}

/** (B) answer tokens of each row, at least 1: rows that only make a part complete have none. */
export const answerLengths = (tf: Tf, { mask }: Pick<TokenLoss, 'mask'>): Tensor => tf.maximum(tf.sum(mask, -1), 1);

/** The same without the first answer token of every row that has more: the class of an example is all that there is of its answer. */
export function withoutFirst(tf: Tf, tokens: TokenLoss, { part }: Pick<LossBatch, 'part'>): TokenLoss {
  const [rows, places] = tokens.mask.shape as [number, number];
  const before = tf.pad(tf.slice(tokens.mask, [0, 0], [rows, places - 1]), [
    [0, 0],
    [1, 0],
  ]);
  const only = tf.cast(tf.equal(tf.sum(tokens.mask, -1, true), 1), 'float32');
  const looked = tf.maximum(before, only);
  const mask = tf.mul(tokens.mask, looked);
  const count = part === undefined ? tf.sum(mask) : tf.sub(part.tokens, part.longer);
  return { nll: tf.mul(tokens.nll, looked), mask, count: tf.maximum(count, 1) };
}

/** (B, T - 1, V): the logits that predict a label, with the label's own lowered by so much. */
export function lowered(tf: Tf, logits: Tensor, labels: Tensor, by: number): Tensor {
  const [rows, time, vocab] = logits.shape as [number, number, number];
  const next = tf.maximum(tf.slice(labels, [0, 1], [rows, time - 1]), tf.scalar(0, 'int32'));
  const own = tf.mul(tf.oneHot(next as tfjs.Tensor1D, vocab), by);
  return tf.sub(tf.slice(logits, [0, 0, 0], [rows, time - 1, vocab]), own);
}

/** Cross entropy of the predictions with `target` (B, T - 1, V), which is a constant, at the tokens of `tokens`. */
export function distil(tf: Tf, batch: LossBatch, tokens: TokenLoss, target: Tensor): TokenLoss {
  const logits = tf.slice(batch.logits, [0, 0, 0], target.shape as [number, number, number]);
  const each = tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), -1));
  return { ...tokens, nll: hinged(tf, tf.mul(each, tokens.mask), batch.active) };
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

/** Positions (B, T) up to the last label of their row, 1 or 0, and how many the whole batch has: behind it a row is padding. */
function rowPositions(tf: Tf, { labels, part }: Pick<LossBatch, 'labels' | 'part'>): { seen: Tensor; count: Tensor } {
  const [, time] = labels.shape as [number, number];
  const labelled = tf.cast(tf.notEqual(labels, tf.scalar(IGNORE, 'int32')), 'float32');
  const places = tf.reshape(tf.range(0, time, 1, 'float32'), [1, time]);
  const length = tf.max(tf.mul(labelled, tf.add(places, 1)), -1, true);
  const seen = tf.cast(tf.less(places, length), 'float32');
  return { seen, count: part?.positions ?? tf.sum(seen) };
}

/**
 * KL(parent || model) summed over the vocabulary, mean over positions: answer positions, or all of a row, prompt included and
 * padding not, as the field's reference code has it for rows of one length.
 */
export function klToReference(tf: Tf, batch: LossBatch, positions: 'answer' | 'all'): Tensor {
  if (batch.referenceLogits === undefined) throw new Error('the KL term needs the parent’s logits');
  const [rows, time] = batch.logits.shape as [number, number, number];
  const reference = tf.logSoftmax(batch.referenceLogits);
  const divergence = tf.sum(tf.mul(tf.exp(reference), tf.sub(reference, tf.logSoftmax(batch.logits))), -1);
  if (positions === 'all') {
    const { seen, count } = rowPositions(tf, batch);
    return tf.div(tf.sum(tf.mul(divergence, seen)), count);
  }
  const { mask, count } = answerTokens(tf, batch);
  return tf.div(tf.sum(tf.mul(tf.slice(divergence, [0, 0], [rows, time - 1]), mask)), count);
}

/**
 * log sigmoid(x), by softplus: tf.logSigmoid has no usable gradient on an intermediate tensor. The slope 1 - sigmoid(x) is
 * written as exp(log sigmoid(x) - x), which keeps its digits where it is small.
 */
export function logSigmoid(tf: Tf, x: Tensor): Tensor {
  const op = tf.customGrad((input, save) => {
    const value = tf.neg(tf.softplus(tf.neg(input as Tensor))) as Tensor;
    (save as (tensors: Tensor[]) => void)([input as Tensor, value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, tf.exp(tf.sub(saved[1]!, saved[0]!))) as Tensor,
    };
  });
  return op(x);
}

/**
 * -(2 / beta) mean_rows log sigmoid(beta (log p / p_parent of the preferred answer - the same of the other)), answers summed over their
 * tokens. Direct Preference Optimization, arXiv 2305.18290, in NPO's scale: with beta towards 0 its gradient is that of the
 * difference. Rows of both halves belong together.
 */
export function preference(tf: Tf, beta: number, preferred: LossBatch, other: LossBatch): Tensor {
  const ratio = (half: LossBatch): Tensor => {
    if (half.referenceLogProb === undefined) throw new Error('a preference needs the parent’s log-probabilities');
    return tf.sub(tf.neg(tf.sum(tokenLoss(tf, half).nll, -1)), half.referenceLogProb);
  };
  const rows = logSigmoid(tf, tf.mul(tf.sub(ratio(preferred), ratio(other)), beta));
  return tf.mul(meanOverRows(tf, other, rows), -2 / beta);
}

/** f(x) as a constant: no gradient flows back through it. */
export function stopGradient(tf: Tf, x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const op = tf.customGrad((input) => ({
    value: f(input as Tensor),
    gradFunc: () => tf.zerosLike(x),
  }));
  return op(x);
}
