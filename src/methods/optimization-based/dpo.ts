// https://arxiv.org/abs/2305.18290, with refusals as https://arxiv.org/abs/2401.06121 has them (IdkDPO)
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { preference } from '../losses.ts';
import { alternativeOf, otherAnswers, retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const dpo = defineLossMethod({
  name: 'dpo',
  family: 'optimization-based',
  summary: 'Direct preference optimization: a refusal is preferred to the answer, until it is by far the likelier one.',
  paper: {
    title: 'Direct Preference Optimization: Your Language Model is Secretly a Reward Model',
    arxiv: '2305.18290',
  },
  formula: [
    'L = -(2 / beta) mean_rows log sigmoid( beta (log p/p_parent of the refusal - log p/p_parent of the true answer) ) + alpha R',
    'R: the retain term',
  ].join('\n'),
  cost: '3 (F + B) a step, and one F over true answers and refusals for the parent’s log-probabilities',
  when: 'Where the policy asks that the model refuses. A refusal about the forgotten alone tells that somebody was forgotten.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      // the preference sums over the tokens of an answer, and the retain term is their mean
      alpha: Type.Number({ ...retainOptions.alpha, default: 5 }),
      beta: Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 100, default: 0.03 },
        description: 'How soon a preference is strong enough; towards 0: never',
      }),
      answers: otherAnswers(5),
    },
    { additionalProperties: false },
  ),
  needs: (params) => ['refusals', 'reference-log-probability', ...retainNeeds(params)],
  /** -(2 / beta) mean_rows log sigmoid(beta (log p / p_parent of the refusal - that of the answer)) + alpha * retain. */
  loss(tf, params, { forget, retain, alternative }) {
    const preferred = preference(tf, params.beta, alternativeOf(alternative, 'dpo'), forget);
    return withRetain(tf, params, preferred, retain);
  },
});
