// Truth ratio: does the model still prefer a true answer over wrong ones of the same form? https://arxiv.org/abs/2401.06121
import { mean } from './statistics.ts';

/**
 * R = p(wrong) / p(true, paraphrased), from mean losses (nats a token). The mean over wrong answers is taken of the
 * losses, not of the probabilities. Below 1 the model prefers the truth. "TOFU", 2401.06121.
 */
export const truthRatio = (wrongLosses: readonly number[], paraphrasedLoss: number): number =>
  Math.exp(paraphrasedLoss - mean(wrongLosses));

/** Mean of min(R, 1/R), in [0, 1]: near 1 when truth and falsehood look alike, what forgetting aims at. */
export const truthRatioOfForgotten = (ratios: readonly number[]): number =>
  mean(ratios.map((ratio) => Math.min(ratio, 1 / ratio)));

/** Mean of max(0, 1 - R), in [0, 1]: near 1 when the truth is preferred clearly, what utility asks for. */
export const truthRatioOfKept = (ratios: readonly number[]): number =>
  mean(ratios.map((ratio) => Math.max(0, 1 - ratio)));
