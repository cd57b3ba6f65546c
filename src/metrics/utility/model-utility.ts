// One number for what a model can do: as low as the worst of several. https://arxiv.org/abs/2401.06121
import type { RecordMetric, UtilityMetric } from '../../domain/metric.ts';
import type { RowScore } from '../../domain/verification.ts';
import { COSTS } from '../costs.ts';
import { accuracy } from '../memory/accuracy.ts';
import { probability } from '../memory/probability.ts';
import { rougeLRecall } from '../memory/rouge-l-recall.ts';
import { harmonicMean, mean } from '../statistics.ts';

/** One number of the rows that can be measured; none where there are none. */
function meansOf(metric: RecordMetric, rows: readonly RowScore[]): number[] {
  const values = rows.filter(({ plain }) => plain !== true).map(metric.score);
  return values.length === 0 ? [] : [mean(values)];
}

/** Probability and ROUGE-L recall of a language model's answers, probability and accuracy of a classifier's. */
function numbersOf(rows: readonly RowScore[]): number[] {
  const answered = rows.filter(({ generated, reference }) => generated !== undefined && reference !== undefined);
  const labelled = rows.filter(({ label }) => label !== undefined);
  return [...meansOf(probability, rows), ...meansOf(rougeLRecall, answered), ...meansOf(accuracy, labelled)];
}

/**
 * TOFU's harmonic mean, of the numbers that a verification has: of the retained, and of world facts where these are given. The truth ratio is not among
 * them, since nobody gave paraphrased and wrong answers about either.
 */
export const modelUtility: UtilityMetric = {
  kind: 'utility',
  name: 'model-utility',
  summary:
    'Harmonic mean of probability and ROUGE-L recall (classifiers: accuracy) on retained records and world facts',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  cost: COSTS.answers,
  tasks: ['causal-lm', 'classification'],
  range: [0, 1],
  sets: ['retain'],
  of: (_, { retain, world }) => harmonicMean([...numbersOf(retain), ...numbersOf(world)]),
};
