// How many words of the true answer come back, in whatever order, when the model is simply asked.
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { rouge1Recall as recall } from '../rouge.ts';

/** ROUGE-1 recall of the greedy answer; NaN where no answer was generated. */
export const rouge1Recall: RecordMetric = {
  kind: 'memory',
  name: 'rouge-1-recall',
  summary: 'Share of the true answer’s words that the greedy answer gives in any order',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  cost: COSTS.answers,
  range: [0, 1],
  needsGeneration: true,
  rule: 'reported',
  score: (row) =>
    row.generated === undefined || row.reference === undefined ? Number.NaN : recall(row.generated, row.reference),
};
