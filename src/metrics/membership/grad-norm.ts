// How much a training step would still change for the record: little where it was trained on. https://arxiv.org/abs/2506.12618
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

/** Mean over weight tensors of the 2-norm of the gradient of the mean loss; NaN where it was not measured. */
export const gradNorm: MembershipAttack = {
  kind: 'membership',
  name: 'grad-norm',
  summary: 'Norm of the gradient of the loss: what a model has learned, a training step hardly changes any more',
  paper: {
    title: 'OpenUnlearning: Accelerating LLM Unlearning via Unified Benchmarking of Methods and Metrics',
    arxiv: '2506.12618',
  },
  cost: COSTS.gradients,
  tasks: ['causal-lm', 'classification'],
  needs: 'gradNorm',
  score: (row) => row.gradNorm ?? Number.NaN,
};
