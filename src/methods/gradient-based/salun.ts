// https://arxiv.org/abs/2310.12508
import Type from 'typebox';
import { StringEnum } from '../../domain/common.ts';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, stillKnown, tokenLoss } from '../losses.ts';
import {
  alternativeOf,
  maskOptions,
  otherAnswers,
  retainNeeds,
  retainOptions,
  stepOptions,
  withinOption,
  withRetain,
} from '../options.ts';

export const salun = defineLossMethod({
  name: 'salun',
  family: 'gradient-based',
  summary:
    'Saliency unlearning: other labels, or ascent, by the weights alone that the forget set leans on; the others keep their bytes.',
  paper: {
    title:
      'SalUn: Empowering Machine Unlearning via Gradient-based Weight Saliency in Both Image Classification and Generation',
    arxiv: '2310.12508',
  },
  formula:
    'm = 1 for the mask_share of weights with the largest |dL_forget/dtheta| at the parent, else 0\ntheta <- theta - m * AdamW step of  gamma NLL(other labels | forget prompts) + alpha R   (base grad-diff: -gamma NLL(forget) + alpha R)',
  cost: '2 (F + B) a step, one (F + B) over the forget set for the mask, and one more copy of the weights that train',
  when: 'For classifiers, where it comes from, and wherever most weights shall keep their bytes. With other labels nothing becomes dearer than blind guessing: for language models take base grad-diff.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      ...maskOptions,
      base: StringEnum(
        ['random-label', 'grad-diff'] as const,
        'Whose forget term it is. random-label: other labels, as published; grad-diff: ascent, which goes as far as strangers’ dearest words',
        'random-label',
      ),
      answers: otherAnswers(5),
      within: withinOption,
    },
    { additionalProperties: false },
  ),
  needs: (params) => [
    'saliency-mask',
    ...(params.base === 'random-label' ? (['other-labels'] as const) : []),
    ...retainNeeds(params),
  ],
  restsInRepair: ({ base }) => base === 'random-label',
  /** gamma * (NLL of the other labels, or -NLL(forget)) + alpha * retain; its gradient is masked. */
  loss(tf, params, { forget, retain, alternative }) {
    if (params.base === 'grad-diff')
      return withRetain(tf, params, tf.neg(meanOverTokens(tf, tokenLoss(tf, forget))), retain);
    const others = tokenLoss(tf, alternativeOf(alternative, 'salun'));
    return withRetain(tf, params, meanOverTokens(tf, others, stillKnown(tf, forget)), retain);
  },
});
