// How much of the true answer comes back, in order, when the model is simply asked.
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { rougeLRecall as recall } from '../rouge.ts';

/** ROUGE-L recall of the greedy answer; NaN where no answer was generated. */
export const rougeLRecall: RecordMetric = {
  kind: 'memory',
  name: 'rouge-l-recall',
  summary: 'Share of the true answer’s words that the greedy answer gives in the same order',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  cost: COSTS.answers,
  range: [0, 1],
  needsGeneration: true,
  score: (row) =>
    row.generated === undefined || row.reference === undefined ? Number.NaN : recall(row.generated, row.reference),
};
