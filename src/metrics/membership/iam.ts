// How completely a record is forgotten, between a model that never saw it and one that fits it. https://arxiv.org/abs/2506.06112
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { fitting, outSignal, signal } from '../interpolation.ts';
import { mean } from '../statistics.ts';

/** 1 - `fitting`: 1 where the model only generalises, 0 where it fits the record; NaN where there is no retrained model. */
export const iam: MembershipAttack = {
  kind: 'membership',
  name: 'iam',
  summary: 'How far the record is from being fitted, between a probability of 1 and what one retrained model gives it',
  paper: {
    title: 'Towards Lifecycle Unlearning Commitment Management: Measuring Sample-level Unlearning Completeness',
    arxiv: '2506.06112',
  },
  cost: COSTS.retrained,
  tasks: ['causal-lm', 'classification'],
  needs: 'referenceNlls',
  score: (row) =>
    1 -
    fitting(
      signal(Math.exp(mean(row.logProbs))),
      outSignal(row.referenceNlls ?? []),
      row.referenceSpread ?? Number.NaN,
    ),
};
