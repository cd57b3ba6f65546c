// The never-seen level: what words cost when they are about strangers, under the weights as they are at some step.
import { kindOf } from './kinds.ts';
import type { Scored, Scorer } from './scoring.ts';
import { attackScores } from './stop-rule.ts';
import { type StrangerCosts, strangerCosts, uniformCosts } from './stranger-costs.ts';
import type { UnlearnInputs } from './unlearn.ts';

/** Answer tokens about never-seen people that it is measured on: a sample is enough. */
const CALIBRATION_TOKENS = 8192;
/** Without never-seen people: where forgetting ends, as a share of ln(vocabulary). */
const UNCALIBRATED_SHARE = 0.5;

export interface Level {
  costs: StrangerCosts;
  /** Strangers' scores, by attack; empty where nobody is known to be one. */
  strangers: number[][];
  /** Of all calibration rows; null where a sample was enough. */
  scored: Scored[] | null;
  /** Steps taken when it was measured. */
  step: number;
}

/** What words cost when they are about strangers, under the present weights. */
export async function measureLevel(inputs: UnlearnInputs, score: Scorer, step: number): Promise<Level> {
  const { calibration } = inputs.sets;
  const vocabulary = inputs.architecture.vocabSize(inputs.config);
  if (calibration.length === 0) {
    const costs = uniformCosts(vocabulary, UNCALIBRATED_SHARE * Math.log(vocabulary));
    return { costs, strangers: [], scored: [], step };
  }
  const tokens = calibration.reduce((sum, row) => sum + row.ids.length - row.promptLength, 0);
  const stride = Math.max(1, Math.ceil(tokens / CALIBRATION_TOKENS));
  const sample = calibration.filter((_, i) => i % stride === 0);
  const scores = await score(sample);
  const costs = strangerCosts(sample, scores, vocabulary, kindOf(inputs.architecture).rule);
  const strangers = attackScores(sample, scores, inputs.membership.attacks);
  return { costs, strangers, scored: stride === 1 ? scores : null, step };
}
