// https://arxiv.org/abs/2401.06121 (TOFU's KL minimization)
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { klToReference, meanOverTokens, tokenLoss } from '../losses.ts';
import { retainOptions, stepOptions } from '../options.ts';

const { gamma, alpha, kl_positions } = retainOptions;

export const klMin = defineLossMethod({
  name: 'kl-min',
  family: 'gradient-based',
  summary: 'Gradient ascent on the forget set while the model stays near its parent’s distribution on the rest.',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  formula: 'L = -gamma NLL(forget) + alpha KL(parent || model) on retain',
  cost: '2 (F + B) a step, and F for the parent’s distribution; the parent’s weights stay in memory',
  when: 'Where the model should go on saying what its parent says, also where that is not the training text.',
  guarantee: 'empirical',
  params: Type.Object({ ...stepOptions, gamma, alpha, kl_positions }, { additionalProperties: false }),
  needs: (params) => (params.alpha === 0 ? [] : ['retain', 'reference-logits']),
  /** -gamma * NLL(forget) + alpha * KL(parent || model) on retain. */
  loss(tf, params, { forget, retain }) {
    const ascent = tf.mul(meanOverTokens(tf, tokenLoss(tf, forget)), -params.gamma);
    if (retain === null || params.alpha === 0) return ascent;
    return tf.add(ascent, tf.mul(klToReference(tf, retain, params.kl_positions), params.alpha));
  },
});
