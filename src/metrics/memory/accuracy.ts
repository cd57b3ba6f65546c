// Whether the likeliest class is the right one.
import type { RecordMetric } from '../../domain/metric.ts';

export const accuracy: RecordMetric = {
  kind: 'memory',
  name: 'accuracy',
  summary: 'Share of examples whose class the model finds likeliest',
  paper: null,
  tasks: ['classification'],
  range: [0, 1],
  needsGeneration: false,
  score: (row) => row.correct[0]!,
};
