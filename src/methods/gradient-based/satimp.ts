// https://arxiv.org/abs/2505.11953
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, stopGradient, tokenLoss } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

const exponent = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 100, default: fallback, description });

export const satimp = defineLossMethod({
  name: 'satimp',
  family: 'gradient-based',
  summary: 'Gradient ascent weighted by saturation and importance: tokens that are known, and not yet beyond doubt.',
  paper: {
    title: 'Exploring Criteria of Loss Reweighting to Enhance LLM Unlearning',
    arxiv: '2505.11953',
  },
  formula: [
    'L = -gamma mean_t sg[ p_t^beta1 (1 - p_t)^beta2 ] nll_t + alpha R,   nll_t = -log p_t',
    'R: the retain term',
  ].join('\n'),
  cost: '2 (F + B) a step; with kl 2 (F + B) + F',
  when: 'Where only what is well known is to be pushed. The push fades with p^beta1, long before a word costs what it costs strangers: raise gamma, or expect the step bound.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      gamma: Type.Number({ ...retainOptions.gamma, default: 0.1 }),
      beta1: exponent(5, 'Exponent of the token’s probability'),
      beta2: exponent(1, 'Exponent of the rest of it'),
    },
    { additionalProperties: false },
  ),
  needs: retainNeeds,
  /** -mean_t sg[p_t^beta1 (1 - p_t)^beta2] nll_t + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    const tokens = tokenLoss(tf, forget);
    const weights = stopGradient(tf, tokens.nll, (nll) => {
      const likelihood = tf.exp(tf.neg(nll));
      const known = tf.exp(tf.mul(nll, -params.beta1));
      return tf.mul(known, tf.pow(tf.sub(1, likelihood), params.beta2));
    });
    return withRetain(tf, params, tf.neg(meanOverTokens(tf, tokens, weights)), retain);
  },
});
