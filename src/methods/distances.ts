// Terms that draw a model to another one, or away from it: by its distributions, or by its hidden states. B rows, T positions,
// V vocabulary, D width. Tokens that the hinge released are constants in all of them.
import type { Tensor, Tf } from '../domain/engine.ts';
import type { LossBatch } from '../domain/method.ts';
import { answerLengths, answerTokens, hinged, meanOverRows } from './losses.ts';

/** Mean over all answer tokens of the whole batch of values (B, T - 1). */
function meanOverAnswers(tf: Tf, batch: Pick<LossBatch, 'labels' | 'active' | 'part'>, values: Tensor): Tensor {
  const { mask, count } = answerTokens(tf, batch);
  return tf.div(tf.sum(tf.mul(hinged(tf, values, batch.active), mask)), count);
}

/** Logits (B, T, V) -> those that predict a token (B, T - 1, V). */
function predicting(tf: Tf, logits: Tensor): Tensor {
  const [rows, time, vocab] = logits.shape as [number, number, number];
  return tf.slice(logits, [0, 0, 0], [rows, time - 1, vocab]);
}

/**
 * t^2 KL(softmax(teacher / t) || softmax(logits / t)), mean over answer tokens; `teacher` (B, T, V) is a constant. The
 * square keeps gradients as large as they are at t = 1. `weights` (B, T - 1): of tokens. Distilling the Knowledge in a Neural
 * Network, arXiv 1503.02531.
 */
export function klToTeacher(
  tf: Tf,
  batch: Pick<LossBatch, 'logits' | 'labels' | 'active' | 'part'>,
  teacher: Tensor,
  temperature: number,
  weights?: Tensor,
): Tensor {
  const logProbabilities = (logits: Tensor) => tf.logSoftmax(tf.div(predicting(tf, logits), temperature));
  const target = logProbabilities(teacher);
  const divergence = tf.sum(tf.mul(tf.exp(target), tf.sub(target, logProbabilities(batch.logits))), -1);
  const weighted: Tensor = weights === undefined ? divergence : tf.mul(divergence, weights);
  return tf.mul(meanOverAnswers(tf, batch, weighted), temperature ** 2);
}

/** (max logit - mean logit)^2, mean over answer tokens: 0 where every label is as likely. */
export function peakedness(tf: Tf, batch: LossBatch): Tensor {
  const logits = predicting(tf, batch.logits);
  return meanOverAnswers(tf, batch, tf.square(tf.sub(tf.max(logits, -1), tf.mean(logits, -1))));
}

/**
 * Mean squared distance of hidden states from `target`, (D) or (B, T, D): over the width, then the positions that predict
 * an answer's token, then rows, so that a long answer counts as much as a short one.
 */
export function statesDistance(tf: Tf, batch: LossBatch, target: Tensor): Tensor {
  if (batch.states === undefined) throw new Error('the distance of hidden states needs them');
  const [rows, time] = batch.states.shape as [number, number, number];
  const each = tf.slice(tf.mean(tf.squaredDifference(batch.states, target), -1), [0, 0], [rows, time - 1]);
  const { mask } = answerTokens(tf, batch);
  const sums = tf.sum(tf.mul(hinged(tf, each, batch.active), mask), -1);
  return meanOverRows(tf, batch, tf.div(sums, answerLengths(tf, { mask })));
}
