// Looks only at the tokens that the model finds least likely. https://arxiv.org/abs/2310.16789
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { meanOfLowest, tokensWithoutEnd } from '../tokens.ts';

/** Share of the tokens that is looked at. */
const SHARE = 0.4;

/** -mean of the lowest 40 % of log p (nats), the end of text left out. */
export const minK: MembershipAttack = {
  kind: 'membership',
  name: 'min-k',
  summary: 'Loss of the 40 % least likely answer tokens: a text never seen has some very unlikely ones',
  paper: { title: 'Detecting Pretraining Data from Large Language Models', arxiv: '2310.16789' },
  cost: COSTS.scores,
  score: (row) => -meanOfLowest(Float64Array.from(row.logProbs.subarray(0, tokensWithoutEnd(row))), SHARE),
};
