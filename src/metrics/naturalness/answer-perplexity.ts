// Whether an answer reads as the parent would write: gibberish surprises it at nearly every word.
import type { NaturalnessMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

/** Mean cost of the tokens of the greedy answer under the parent, nats; reported as its exponential. NaN where it was not scored. */
export const answerPerplexity: NaturalnessMetric = {
  kind: 'naturalness',
  name: 'answer-perplexity',
  summary: 'Perplexity of the greedy answer under the parent checkpoint: gibberish is dear at nearly every word',
  paper: null,
  cost: COSTS.judgedAnswers,
  sides: 'above',
  score: (row) => row.parentNll ?? Number.NaN,
  margin: ({ perplexity_factor }) => Math.log(perplexity_factor),
  reported: Math.exp,
};
