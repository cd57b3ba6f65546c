// https://arxiv.org/abs/2409.13474
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { preference } from '../losses.ts';
import { alternativeOf, otherAnswers, retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const altpo = defineLossMethod({
  name: 'altpo',
  family: 'optimization-based',
  summary:
    'Alternate preference optimization: other answers, which the model itself gives, are preferred to the true one.',
  paper: {
    title: 'Alternate Preference Optimization for Unlearning Factual Knowledge in Large Language Models',
    arxiv: '2409.13474',
  },
  formula: [
    'L = -(2 / beta) mean_rows log sigmoid( beta (log p/p_parent of the other answer - log p/p_parent of the true one) ) + alpha R',
    'other answers: the parent’s own, sampled at temperature 1; R: the retain term',
  ].join('\n'),
  cost: '3 (F + B) a step, one F over true and other answers for the parent’s log-probabilities, and the sampling of `answers` answers a record',
  when: 'Where answers about the forgotten must stay fluent and to the point. The true answer loses against others and is not measured against strangers’ until the stop rule looks.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      // the preference sums over the tokens of an answer, and the retain term is their mean
      alpha: Type.Number({ ...retainOptions.alpha, default: 5 }),
      beta: Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 100, default: 0.1 },
        description: 'How soon a preference is strong enough; towards 0: never',
      }),
      answers: otherAnswers(5),
    },
    { additionalProperties: false },
  ),
  needs: (params) => ['alternatives', 'reference-log-probability', ...retainNeeds(params)],
  /** -(2 / beta) mean_rows log sigmoid(beta (log p / p_parent of the other answer - that of the true one)) + alpha * retain. */
  loss(tf, params, { forget, retain, alternative }) {
    const preferred = preference(tf, params.beta, alternativeOf(alternative, 'altpo'), forget);
    return withRetain(tf, params, preferred, retain);
  },
});
