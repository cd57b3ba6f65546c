// https://arxiv.org/abs/2310.12508
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { maskOptions, retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const salun = defineLossMethod({
  name: 'salun',
  family: 'gradient-based',
  summary:
    'Saliency unlearning: grad-diff by the weights alone that the forget set leans on; the others keep their bytes.',
  paper: {
    title:
      'SalUn: Empowering Machine Unlearning via Gradient-based Weight Saliency in Both Image Classification and Generation',
    arxiv: '2310.12508',
  },
  guarantee: 'empirical',
  params: Type.Object({ ...stepOptions, ...retainOptions, ...maskOptions }, { additionalProperties: false }),
  needs: (params) => ['saliency-mask', ...retainNeeds(params)],
  /** -gamma * NLL(forget) + alpha * retain; its gradient is masked. */
  loss: (tf, params, { forget, retain }) =>
    withRetain(tf, params, tf.neg(meanOverTokens(tf, tokenLoss(tf, forget))), retain),
});
