// PrivLeak of MUSE. https://arxiv.org/abs/2407.06460

/**
 * 100 * ((1 - AUC) - (1 - AUC of the retrained)) / (1 - AUC of the retrained), in per cent, for AUCs in which 1 means
 * that the forgotten still look like training data. Far below 0: under-forgot; far above 0: over-forgot. Without a
 * retrained model its AUC is taken as 1/2. Throws RangeError when the retrained AUC is 1.
 * "MUSE: Machine Unlearning Six-Way Evaluation for Language Models", 2407.06460.
 */
export function privLeak(auc: number, retrainedAuc = 0.5): number {
  if (retrainedAuc >= 1) throw new RangeError('PrivLeak has no value when the AUC of the retrained model is 1');
  return (100 * (retrainedAuc - auc)) / (1 - retrainedAuc);
}
