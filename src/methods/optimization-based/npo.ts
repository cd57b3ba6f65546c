// https://arxiv.org/abs/2404.05868
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { logSigmoid, meanOverRows, tokenLoss } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const npo = defineLossMethod({
  name: 'npo',
  family: 'optimization-based',
  summary: 'Negative preference optimization: bounded ascent that slows down as the answer leaves the parent’s.',
  paper: {
    title: 'Negative Preference Optimization: From Catastrophic Collapse to Effective Unlearning',
    arxiv: '2404.05868',
  },
  formula: [
    'L = -(2 / beta) mean_rows log sigmoid( -beta (log p(y|x) - log p_parent(y|x)) ) + alpha R',
    'beta -> 0: gradient ascent; R: the retain term',
  ].join('\n'),
  cost: '2 (F + B) a step, and one F over the forget set for the parent’s log-probabilities, kept as a number a row',
  when: 'Against the collapse of plain ascent on larger forget sets. Slower than grad-diff, and its push fades with the distance to the parent.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      beta: Type.Number({ exclusiveMinimum: 0, maximum: 100, default: 0.1, description: 'Towards 0: gradient ascent' }),
    },
    { additionalProperties: false },
  ),
  needs: (params) => ['reference-log-probability', ...retainNeeds(params)],
  /** -(2 / beta) mean_rows log sigmoid(-beta (log p - log p_parent)) + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    if (forget.referenceLogProb === undefined) throw new Error('npo needs the parent’s log-probabilities');
    const logProb = tf.neg(tf.sum(tokenLoss(tf, forget).nll, -1));
    const ratio = tf.sub(logProb, forget.referenceLogProb);
    const rows = logSigmoid(tf, tf.mul(ratio, -params.beta));
    return withRetain(tf, params, tf.mul(meanOverRows(tf, forget, rows), -2 / params.beta), retain);
  },
});
