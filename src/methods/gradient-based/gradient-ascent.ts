// https://arxiv.org/abs/2210.01504
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { stepOptions } from '../options.ts';

export const gradientAscent = defineLossMethod({
  name: 'gradient-ascent',
  family: 'gradient-based',
  summary: 'Climbs the loss of the forget set. A baseline: unbounded without the hinge, and it hurts the rest.',
  paper: { title: 'Knowledge Unlearning for Mitigating Privacy Risks in Language Models', arxiv: '2210.01504' },
  formula: 'L = -NLL(forget)',
  cost: 'F + B a step',
  when: 'As a baseline. Nothing holds the rest of what the model knows while it climbs: what that cost is left to the repair.',
  guarantee: 'empirical',
  params: Type.Object({ ...stepOptions }, { additionalProperties: false }),
  needs: () => [],
  /** -mean NLL of the forget answers. */
  loss: (tf, _params, { forget }) => tf.neg(meanOverTokens(tf, tokenLoss(tf, forget))),
});
