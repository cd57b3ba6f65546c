// The never-seen level: what words cost when they are about strangers, under the weights as they are at some step.
import { byPerson } from './batches.ts';
import { kindOf } from './kinds.ts';
import type { Scored, Scorer } from './scoring.ts';
import { recordScores } from './stop-rule.ts';
import { type StrangerCosts, strangerCosts, uniformCosts } from './stranger-costs.ts';
import { countsOf, rowsAlike, sampleStrangers, spreadAs, strangersOf } from './stranger-sample.ts';
import type { UnlearnInputs } from './unlearn.ts';

/** Answer tokens about never-seen people that it is measured on: a sample is enough. */
const CALIBRATION_TOKENS = 8192;
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
export async function measureLevel(inputs: UnlearnInputs, score: Scorer, step: number): Promise<Level> {
  const { sets, seed, membership } = inputs;
  const calibration = strangersOf(sets.calibration);
  const vocabulary = inputs.architecture.vocabSize(inputs.config);
  if (calibration.length === 0) {
    const costs = uniformCosts(vocabulary, UNCALIBRATED_SHARE * Math.log(vocabulary));
    return { costs, strangers: [], scored: [], step };
  }
  const sample = sampleStrangers(calibration, CALIBRATION_TOKENS, seed).map((r) => calibration[r]!);
  const scores = await score(sample);
  const costs = strangerCosts(sample, scores, vocabulary, kindOf(inputs.architecture).rule);
  const records = Math.round(sets.forget.length / byPerson(sets.forget).length);
  const alike = rowsAlike(sample, records, seed);
  const rows = alike.map((r) => sample[r]!);
  const counts = countsOf(calibration, rows, records);
  const found = recordScores(
    rows,
    alike.map((r) => scores[r]!),
    membership.attacks,
  );
  const strangers = found.map((people) => spreadAs(people, counts));
  return { costs, strangers, scored: sample.length === calibration.length ? scores : null, step };
}
