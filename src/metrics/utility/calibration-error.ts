// Whether a model is right as often as it is sure. https://arxiv.org/abs/1706.04599
import type { UtilityMetric } from '../../domain/metric.ts';
import type { RowScore } from '../../domain/verification.ts';
import { COSTS } from '../costs.ts';
import { tokensWithoutEnd } from '../tokens.ts';

/** Of equal width, as in the paper. */
const BINS = 15;

interface Bin {
  count: number;
  sure: number;
  right: number;
}

/**
 * sum over bins of |right - sure| / all, of confidences in (0, 1] by the bin (b/15, (b+1)/15] that they lie in; NaN for none. A confidence is the probability
 * of the most likely token at a place of the true answer, its end left out.
 */
export function calibrationErrorOf(rows: readonly RowScore[]): number {
  const bins = Array.from({ length: BINS }, (): Bin => ({ count: 0, sure: 0, right: 0 }));
  let all = 0;
  for (const row of rows) {
    const { topLogProbs: top, correct } = row;
    if (top === undefined) continue;
    for (let t = 0; t < tokensWithoutEnd(row); t++) {
      // rounding may leave a certain token a hair above 1
      const confidence = Math.min(1, Math.exp(top[t]!));
      const bin = bins[Math.max(0, Math.ceil(confidence * BINS) - 1)]!;
      bin.count += 1;
      bin.sure += confidence;
      bin.right += correct[t]!;
      all += 1;
    }
  }
  return bins.reduce((sum, { sure, right }) => sum + Math.abs(right - sure), 0) / all;
}

export const calibrationError: UtilityMetric = {
  kind: 'utility',
  name: 'calibration-error',
  summary: 'How far the model is right less, or more, often than it is sure: of answer tokens, or of classes',
  paper: { title: 'On Calibration of Modern Neural Networks', arxiv: '1706.04599' },
  cost: COSTS.scores,
  tasks: ['causal-lm', 'classification'],
  range: [0, 1],
  sets: ['retain', 'neighbours', 'world', 'holdout'],
  of: (set, rows) => calibrationErrorOf(rows[set]),
};
