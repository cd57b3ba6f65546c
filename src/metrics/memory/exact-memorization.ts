// Share of the answer that the model would choose itself, token by token. https://arxiv.org/abs/2205.10770
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';
import { tokensWithoutEnd } from '../tokens.ts';

/** Share of answer tokens (without the end of text) whose most likely token is the true one, given the true prefix. */
export const exactMemorization: RecordMetric = {
  kind: 'memory',
  name: 'exact-memorization',
  summary: 'Share of answer tokens that the model predicts exactly, given the true text before them',
  paper: {
    title: 'Memorization Without Overfitting: Analyzing the Training Dynamics of Large Language Models',
    arxiv: '2205.10770',
  },
  cost: COSTS.scores,
  range: [0, 1],
  needsGeneration: false,
  score: (row) => mean(row.correct.subarray(0, tokensWithoutEnd(row))),
};
