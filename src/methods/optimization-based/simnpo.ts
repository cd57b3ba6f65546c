// https://arxiv.org/abs/2410.07163
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { answerLengths, logSigmoid, meanOverRows, tokenLoss } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const simnpo = defineLossMethod({
  name: 'simnpo',
  family: 'optimization-based',
  summary: 'NPO without a reference: the mean loss of an answer itself says how far it has been forgotten.',
  paper: {
    title: 'Simplicity Prevails: Rethinking Negative Preference Optimization for LLM Unlearning',
    arxiv: '2410.07163',
  },
  formula: [
    'L = -(2 / beta) gamma mean_rows log sigmoid( beta (nll(y|x) / |y| - delta) ) + alpha R',
    '|y|: tokens of the answer; R: the retain term',
  ].join('\n'),
  cost: '2 (F + B) a step; with kl 2 (F + B) + F',
  when: 'As npo without a reference, and fair to short answers. delta says from which cost a token on an answer counts as forgotten.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      gamma: Type.Number({ ...retainOptions.gamma, default: 0.125 }),
      beta: Type.Number({ exclusiveMinimum: 0, maximum: 100, default: 4.5, description: 'How fast it slows down' }),
      delta: Type.Number({
        ...{ minimum: -100, maximum: 100, default: 0 },
        description: 'Nats a token above which an answer counts as forgotten',
      }),
    },
    { additionalProperties: false },
  ),
  needs: retainNeeds,
  /** -(2 / beta) mean_rows log sigmoid(beta (nll / |answer| - delta)) + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    const tokens = tokenLoss(tf, forget);
    const mean = tf.div(tf.sum(tokens.nll, -1), answerLengths(tf, tokens));
    const rows = logSigmoid(tf, tf.mul(tf.sub(mean, params.delta), params.beta));
    return withRetain(tf, params, tf.mul(meanOverRows(tf, forget, rows), -2 / params.beta), retain);
  },
});
