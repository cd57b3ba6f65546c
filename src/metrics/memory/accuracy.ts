// Whether the likeliest class is the right one.
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

export const accuracy: RecordMetric = {
  kind: 'memory',
  name: 'accuracy',
  summary: 'Share of examples whose class the model finds likeliest',
  paper: null,
  cost: COSTS.scores,
  tasks: ['classification'],
  range: [0, 1],
  needsGeneration: false,
  score: (row) => row.correct[0]!,
};
