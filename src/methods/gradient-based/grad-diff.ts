// https://arxiv.org/abs/2401.06121 (TOFU's gradient difference)
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const gradDiff = defineLossMethod({
  name: 'grad-diff',
  family: 'gradient-based',
  summary: 'Gradient ascent on the forget set with a retain term: likelihood, or divergence from the parent.',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  formula: [
    'L = -gamma NLL(forget) + alpha R',
    'R = NLL(retain), or KL(parent || model) on retain with retain_loss kl',
  ].join('\n'),
  cost: '2 (F + B) a step; with kl 2 (F + B) + F',
  when: 'First choice under the hinge and the stop rule: its push does not fade while a word grows dear. Without the hinge it goes far past the level of strangers, and that shows.',
  guarantee: 'empirical',
  params: Type.Object({ ...stepOptions, ...retainOptions }, { additionalProperties: false }),
  needs: retainNeeds,
  /** -gamma * NLL(forget) + alpha * retain. */
  loss: (tf, params, { forget, retain }) =>
    withRetain(tf, params, tf.neg(meanOverTokens(tf, tokenLoss(tf, forget))), retain),
});
