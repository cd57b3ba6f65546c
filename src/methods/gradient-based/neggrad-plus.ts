// https://arxiv.org/abs/2302.09880 (its baseline NegGrad+)
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { stepOptions } from '../options.ts';

export const neggradPlus = defineLossMethod({
  name: 'neggrad-plus',
  family: 'gradient-based',
  summary: 'Ascent on the forget set and descent on the retain set, mixed by one weight.',
  paper: { title: 'Towards Unbounded Machine Unlearning', arxiv: '2302.09880' },
  formula: 'L = beta NLL(retain) - (1 - beta) NLL(forget)',
  cost: '2 (F + B) a step',
  when: 'As grad-diff, for who thinks in one weight: beta near 1 is gentle and slow, lower is faster and hurts more.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      beta: Type.Number({
        ...{ exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.95 },
        description: 'Share of the retain term; the rest is the forget term’s',
      }),
    },
    { additionalProperties: false },
  ),
  needs: () => ['retain'],
  /** beta NLL(retain) - (1 - beta) NLL(forget). */
  loss(tf, params, { forget, retain }) {
    const ascent = tf.mul(meanOverTokens(tf, tokenLoss(tf, forget)), params.beta - 1);
    if (retain === null) return ascent;
    return tf.add(ascent, tf.mul(meanOverTokens(tf, tokenLoss(tf, retain)), params.beta));
  },
});
