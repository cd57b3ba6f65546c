// The plainest attack: what a model was trained on, it finds likely. https://arxiv.org/abs/1709.01604
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';

/** Mean negative log-probability (nats a token) over all answer tokens, the end of text included. */
export const loss: MembershipAttack = {
  kind: 'membership',
  name: 'loss',
  summary: 'Mean loss of the answer: members have a low one',
  paper: {
    title: 'Privacy Risk in Machine Learning: Analyzing the Connection to Overfitting',
    arxiv: '1709.01604',
  },
  cost: COSTS.scores,
  tasks: ['causal-lm', 'classification'],
  score: (row) => -mean(row.logProbs),
};
