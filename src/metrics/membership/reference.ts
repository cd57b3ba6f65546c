// Loss against that of a model that never saw the person: what is hard for both is no trace. https://arxiv.org/abs/2012.07805
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';

/** Mean loss less that under models retrained without the forgotten, a mean over them (nats a token); NaN where there are none. */
export const reference: MembershipAttack = {
  kind: 'membership',
  name: 'reference',
  summary: 'Loss less that under models retrained without the forgotten: only what is left of training differs',
  paper: { title: 'Extracting Training Data from Large Language Models', arxiv: '2012.07805' },
  cost: COSTS.retrained,
  tasks: ['causal-lm', 'classification'],
  needs: 'referenceNlls',
  score: (row) => -mean(row.logProbs) - mean(row.referenceNlls ?? []),
};
