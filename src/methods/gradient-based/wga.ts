// https://arxiv.org/abs/2502.19301
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, stopGradient, tokenLoss } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const wga = defineLossMethod({
  name: 'wga',
  family: 'gradient-based',
  summary: 'Weighted gradient ascent: each token is pushed by its own probability, so what is forgotten is left alone.',
  paper: { title: 'Rethinking LLM Unlearning Objectives: A Gradient Perspective and Go Beyond', arxiv: '2502.19301' },
  formula: [
    'L = -gamma mean_t sg[ p_t^beta ] nll_t + alpha R,   nll_t = -log p_t',
    'R: the retain term; its gradient is that of gamma p_t (beta = 1), which no longer pushes what is forgotten',
  ].join('\n'),
  cost: '2 (F + B) a step; with kl 2 (F + B) + F',
  when: 'A gentle choice that keeps the retain set. Its push fades with p: strangers’ dearest words are beyond its reach.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      beta: Type.Number({ minimum: 0, maximum: 100, default: 1, description: 'Exponent of the token’s probability' }),
    },
    { additionalProperties: false },
  ),
  needs: retainNeeds,
  /** -mean_t sg[p_t^beta] nll_t + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    const tokens = tokenLoss(tf, forget);
    const weights = stopGradient(tf, tokens.nll, (nll) => tf.exp(tf.mul(nll, -params.beta)));
    return withRetain(tf, params, tf.neg(meanOverTokens(tf, tokens, weights)), retain);
  },
});
