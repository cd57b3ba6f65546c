// Likelihood against what models that never saw the record give it, and one that had might. https://arxiv.org/abs/2312.03262
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';

/** The paper's `a`: a model that saw a record is taken to give it a p_out + (1 - a). */
const A = 0.3;

/**
 * -log(p / p(x)), with p = exp(-mean loss) and p(x) = ((1 + a) p_out + (1 - a)) / 2, p_out the mean over models retrained without the forgotten:
 * the offline form, where all reference models are OUT. RMIA goes on to count of how many records of a population the ratio is smaller; with one
 * population for all and gamma 1 that count orders records as the ratio does. NaN where there is no retrained model.
 */
export const rmia: MembershipAttack = {
  kind: 'membership',
  name: 'rmia',
  summary: 'Likelihood against a mean of models without and with the record, told from few models retrained without it',
  paper: { title: 'Low-Cost High-Power Membership Inference Attacks', arxiv: '2312.03262' },
  cost: COSTS.retrained,
  tasks: ['causal-lm', 'classification'],
  needs: 'referenceNlls',
  score: (row) => {
    const out = mean((row.referenceNlls ?? []).map((nll) => Math.exp(-nll)));
    return -mean(row.logProbs) + Math.log(((1 + A) * out + (1 - A)) / 2);
  },
};
