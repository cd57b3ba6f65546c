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
