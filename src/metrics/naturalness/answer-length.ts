// Whether an answer is as long as others: nothing at all, or no end, gives the forgotten away.
import type { NaturalnessMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

/** Logarithm of one more than the tokens of the greedy answer; NaN where none was generated. */
export const answerLength: NaturalnessMetric = {
  kind: 'naturalness',
  name: 'answer-length',
  summary: 'Tokens of the greedy answer (geometric mean)',
  paper: null,
  cost: COSTS.answers,
  sides: 'both',
  score: (row) => (row.answerIds === undefined ? Number.NaN : Math.log1p(row.answerIds.length)),
  margin: ({ length_factor }) => Math.log(length_factor),
  reported: Math.expm1,
};
