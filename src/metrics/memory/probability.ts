// How likely the model finds the true answer, a token at a time. https://arxiv.org/abs/2401.06121
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';

/** exp(mean log p) over all answer tokens, the end of text included: p(answer)^(1 / tokens). */
export const probability: RecordMetric = {
  kind: 'memory',
  name: 'probability',
  summary: 'Probability of the true answer, per token (geometric mean)',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  cost: COSTS.scores,
  tasks: ['causal-lm', 'classification'],
  range: [0, 1],
  needsGeneration: false,
  score: (row) => Math.exp(mean(row.logProbs)),
};
