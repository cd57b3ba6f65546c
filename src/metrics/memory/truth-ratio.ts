// Whether the true answer is still preferred to other people's. https://arxiv.org/abs/2401.06121
import type { RecordMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';
import { truthRatio as ratio } from '../truth-ratio.ts';

/**
 * 1 / (1 + R) of the truth ratio R = p(other answers) / p(true answer): 1/2 where the model does not know better, 1 where it is sure of
 * the truth. There is no paraphrase of the true answer, which stands for itself. NaN where no other answer is known.
 */
export const truthRatio: RecordMetric = {
  kind: 'memory',
  name: 'truth-ratio',
  summary: 'How clearly the true answer is preferred to other people’s answers to the same question: 1 / (1 + R)',
  paper: { title: 'TOFU: A Task of Fictitious Unlearning for LLMs', arxiv: '2401.06121' },
  cost: COSTS.otherAnswers,
  range: [0, 1],
  needsGeneration: false,
  needs: 'otherNlls',
  rule: 'reported',
  score: (row) => 1 / (1 + ratio(row.otherNlls ?? [], -mean(row.answerLogProbs ?? row.logProbs))),
};
