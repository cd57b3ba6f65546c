// https://arxiv.org/abs/2010.10981 (its unlearning by other labels)
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { meanOverTokens, stillKnown, tokenLoss } from '../losses.ts';
import {
  alternativeOf,
  otherAnswers,
  retainNeeds,
  retainOptions,
  stepOptions,
  withinOption,
  withRetain,
} from '../options.ts';

export const randomLabel = defineLossMethod({
  name: 'random-label',
  family: 'gradient-based',
  summary: 'Learns other labels for the forgotten: another class, or the answer of a record that asks nearly the same.',
  paper: { title: 'Amnesiac Machine Learning', arxiv: '2010.10981' },
  formula: [
    'L = gamma NLL(other labels | forget prompts) + alpha R',
    'an other label: another class, or the answer of a retain record that asks nearly the same; R: the retain term',
  ].join('\n'),
  cost: '2 (F + B) a step, and F of the true answers, which the hinge looks at',
  when: 'For classifiers above all, where every other class is as good an answer. In a language model the forgotten end with somebody else’s facts, well said.',
  guarantee: 'empirical',
  params: Type.Object(
    { ...stepOptions, ...retainOptions, answers: otherAnswers(5), within: withinOption },
    { additionalProperties: false },
  ),
  needs: (params) => ['other-labels', ...retainNeeds(params)],
  restsInRepair: () => true,
  /** gamma * NLL of the other labels, of records that the hinge has not released, + alpha * retain. */
  loss(tf, params, { forget, retain, alternative }) {
    const others = tokenLoss(tf, alternativeOf(alternative, 'random-label'));
    return withRetain(tf, params, meanOverTokens(tf, others, stillKnown(tf, forget)), retain);
  },
});
