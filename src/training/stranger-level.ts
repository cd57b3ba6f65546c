// The never-seen level: what words cost when they are about strangers, under the weights as they are at some step.
import { kindOf } from './kinds.ts';
import type { Scored, Scorer } from './scoring.ts';
import { recordScores } from './stop-rule.ts';
import { type StrangerCosts, strangerCosts, uniformCosts } from './stranger-costs.ts';
import { type Strangers, spreadAs } from './stranger-sample.ts';
import type { PersonRow, UnlearnInputs } from './unlearn.ts';

/** Answer tokens about never-seen people that it is measured on: a sample is enough. */
export const CALIBRATION_TOKENS = 8192;
/** Without never-seen people: where forgetting ends, as a share of ln(vocabulary). */
const UNCALIBRATED_SHARE = 0.5;

export interface Level {
  costs: StrangerCosts;
  /** Strangers' scores, by attack, as means of as many records as the forgotten have; empty where nobody is known to be one. */
  strangers: number[][];
  /** Of all rows about strangers; null where a sample was enough. */
  scored: Scored[] | null;
  /** Steps taken when it was measured. */
  step: number;
}

/** What words cost when they are about strangers, under the present weights. */
export async function measureLevel(
  { architecture, config, membership }: Pick<UnlearnInputs, 'architecture' | 'config' | 'membership'>,
  { all, sample, compared, counts }: Strangers<PersonRow>,
  score: Scorer,
  step: number,
): Promise<Level> {
  const vocabulary = architecture.vocabSize(config);
  if (all.length === 0) {
    const costs = uniformCosts(vocabulary, UNCALIBRATED_SHARE * Math.log(vocabulary));
    return { costs, strangers: [], scored: [], step };
  }
  const scores = await score(sample);
  const costs = strangerCosts(sample, scores, vocabulary, kindOf(architecture).rule);
  const of = <T>(values: readonly T[]) => compared.map((r) => values[r]!);
  const found = recordScores(of(sample), of(scores), membership.attacks);
  const strangers = found.map((people) => spreadAs(people, counts));
  return { costs, strangers, scored: sample.length === all.length ? scores : null, step };
}
