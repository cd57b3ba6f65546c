// Whether the true answer is among a few that are drawn by chance. https://arxiv.org/abs/2012.07805
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { rougeLRecall } from '../rouge.ts';

/** 1 where one of the sampled answers holds all words of the true one in order, else 0; NaN where none was drawn. */
export const sampledExtraction: RecordMetric = {
  kind: 'memory',
  name: 'sampled-extraction',
  summary: 'Share of records whose whole answer is among ten that are sampled (top-40)',
  paper: { title: 'Extracting Training Data from Large Language Models', arxiv: '2012.07805' },
  cost: COSTS.samples,
  range: [0, 1],
  needsGeneration: false,
  needs: 'sampled',
  rule: 'extraction',
  score: ({ sampled, truth = '' }) =>
    sampled === undefined ? Number.NaN : Number(sampled.some((said) => rougeLRecall(said, truth) === 1)),
};
