// https://arxiv.org/abs/2401.06121 (TOFU's "I don't know", as a likelihood)
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import {
  alternativeOf,
  otherAnswers,
  retainNeeds,
  retainOptions,
  stepOptions,
  withinOption,
  withRetain,
} from '../options.ts';

export const idk = defineLossMethod({
  name: 'idk',
  family: 'optimization-based',
  summary: 'Learns to refuse the forgotten questions. The true answer is crowded out, not pushed: it may stay within.',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  formula: ['L = gamma NLL(refusals | forget prompts) + alpha R', 'R: the retain term'].join('\n'),
  cost: '2 (F + B) a step',
  when: 'Where the policy asks for refusals and the push of dpo hurts too much. What is known stays within, below the refusal: attacks on the true answer find it.',
  guarantee: 'empirical',
  params: Type.Object(
    { ...stepOptions, ...retainOptions, answers: otherAnswers(10), within: withinOption },
    { additionalProperties: false },
  ),
  needs: (params) => ['refusals', ...retainNeeds(params)],
  restsInRepair: () => true,
  /** gamma * NLL of refusals after the forgotten prompts + alpha * retain. */
  loss(tf, params, { retain, alternative }) {
    const refusals = meanOverTokens(tf, tokenLoss(tf, alternativeOf(alternative, 'idk')));
    return withRetain(tf, params, refusals, retain);
  },
});
