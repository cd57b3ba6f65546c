// What a model was trained on, it is sure of, whatever the label. https://arxiv.org/abs/2003.10595
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

/** Entropy of the answer, nats. */
export const entropy: MembershipAttack = {
  kind: 'membership',
  name: 'entropy',
  summary: 'How unsure the model is of a class: members leave it little doubt',
  paper: { title: 'Systematic Evaluation of Privacy Risks of Machine Learning Models', arxiv: '2003.10595' },
  cost: COSTS.scores,
  tasks: ['classification'],
  score: (row) => -row.mu[0]!,
};
