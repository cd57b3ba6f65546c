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
  guarantee: 'empirical',
  params: Type.Object(
    { ...stepOptions, ...retainOptions, answers: otherAnswers(5), within: withinOption },
    { additionalProperties: false },
  ),
  needs: (params) => ['other-labels', ...retainNeeds(params)],
  /** gamma * NLL of the other labels, of records that the hinge has not released, + alpha * retain. */
  loss(tf, params, { forget, retain, alternative }) {
    const others = tokenLoss(tf, alternativeOf(alternative, 'random-label'));
    return withRetain(tf, params, meanOverTokens(tf, others, stillKnown(tf, forget)), retain);
  },
});
