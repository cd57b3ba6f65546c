// Loss against what the text would take anyway: plain sentences are cheap to everybody. https://arxiv.org/abs/2012.07805
import type { MembershipAttack } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';

/** Mean loss (nats a token) by the compressed length of the answer in bytes; NaN where that was not measured. */
export const zlib: MembershipAttack = {
  kind: 'membership',
  name: 'zlib',
  summary: 'Loss by the length of the answer when it is compressed: what is plain costs little in both',
  paper: { title: 'Extracting Training Data from Large Language Models', arxiv: '2012.07805' },
  cost: COSTS.scores,
  needs: 'zlibBytes',
  score: (row) => -mean(row.logProbs) / (row.zlibBytes ?? Number.NaN),
};
