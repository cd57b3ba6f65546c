// The TOFU benchmark's own aggregation: model utility and forget quality. https://arxiv.org/abs/2401.06121
import { type KsTest, ksTest } from './ks-test.ts';
import { harmonicMean, mean } from './statistics.ts';
import { truthRatio, truthRatioOfForgotten, truthRatioOfKept } from './truth-ratio.ts';

/** One question with its answers; losses are means over answer tokens, in nats. */
export interface TofuRow {
  /** Loss of the true answer. */
  loss: number;
  /** Loss of the paraphrased true answer; the true answer's own where there is no paraphrase. */
  paraphrasedLoss: number;
  /** Losses of the wrong answers; at least one. */
  wrongLosses: readonly number[];
  /** ROUGE-L recall of the greedy answer. */
  rougeLRecall: number;
}

export interface TofuSummary {
  probability: number;
  rougeLRecall: number;
  truthRatio: number;
}

const ratios = (rows: readonly TofuRow[]): number[] =>
  rows.map((row) => truthRatio(row.wrongLosses, row.paraphrasedLoss));

/** p(true) / (p(true) + sum of p(wrong)): a multiple-choice probability, for sets that were never trained on. */
function probabilityAmongOptions(row: TofuRow): number {
  const right = Math.exp(-row.loss);
  return right / row.wrongLosses.reduce((sum, wrong) => sum + Math.exp(-wrong), right);
}

/** Means of one set. `options`: real authors and world facts, whose probability is taken among the options. */
export function summariseTofu(rows: readonly TofuRow[], set: 'forget' | 'retain' | 'options'): TofuSummary {
  const chance = set === 'options' ? probabilityAmongOptions : (row: TofuRow) => Math.exp(-row.loss);
  return {
    probability: mean(rows.map(chance)),
    rougeLRecall: mean(rows.map((row) => row.rougeLRecall)),
    truthRatio: set === 'forget' ? truthRatioOfForgotten(ratios(rows)) : truthRatioOfKept(ratios(rows)),
  };
}

/** Harmonic mean of the nine numbers of retain set, real authors and world facts. In [0, 1]. */
export const modelUtility = (summaries: {
  retain: TofuSummary;
  realAuthors: TofuSummary;
  worldFacts: TofuSummary;
}): number =>
  harmonicMean(
    [summaries.retain, summaries.realAuthors, summaries.worldFacts].flatMap((summary) => [
      summary.rougeLRecall,
      summary.probability,
      summary.truthRatio,
    ]),
  );

/**
 * Forget quality: p-value of a two-sample KS test between the truth ratios of the forget set under the unlearned
 * model and under a model trained without it. High: cannot be told from retraining by this number.
 */
export const forgetQuality = (unlearned: readonly TofuRow[], retrained: readonly TofuRow[]): KsTest =>
  ksTest(ratios(unlearned), ratios(retrained));
