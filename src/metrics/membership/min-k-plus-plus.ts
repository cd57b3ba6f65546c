// Min-K on log-probabilities measured against the model's own uncertainty. https://arxiv.org/abs/2404.02936
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { meanOfLowest, tokensWithoutEnd } from '../tokens.ts';

/** Share of the tokens that is looked at. */
const SHARE = 0.4;
/** Where the model is certain the variance goes to 0; the floor keeps the quotient finite. */
const VARIANCE_FLOOR = 1e-6;

/** -mean of the lowest 40 % of (log p - mu) / sigma, the end of text left out. */
export const minKPlusPlus: MembershipAttack = {
  kind: 'membership',
  name: 'min-k-plus-plus',
  summary: 'As min-k, on log-probabilities standardised by the model’s own next-token distribution',
  paper: {
    title: 'Min-K%++: Improved Baseline for Detecting Pre-Training Data from Large Language Models',
    arxiv: '2404.02936',
  },
  cost: COSTS.scores,
  score(row) {
    const standardised = new Float64Array(tokensWithoutEnd(row));
    for (let i = 0; i < standardised.length; i++) {
      const sigma = Math.sqrt(Math.max(VARIANCE_FLOOR, row.variance[i]!));
      standardised[i] = (row.logProbs[i]! - row.mu[i]!) / sigma;
    }
    return -meanOfLowest(standardised, SHARE);
  },
};
