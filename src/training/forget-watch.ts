// Watches the forgotten people during a run: how well they are known, what is asked of them, and when it is enough.
import type { RowScore } from '../domain/verification.ts';
import { createAskedShares } from './asked-shares.ts';
import { byPerson } from './batches.ts';
import { kindOf } from './kinds.ts';
import { createPatience } from './patience.ts';
import type { Scored, Scorer } from './scoring.ts';
import {
  among,
  attackScores,
  type Band,
  bandAt,
  harderThan,
  harderThanNobody,
  placesAmong,
  reached,
  standings,
} from './stop-rule.ts';
import { dealByRank, type StrangerCosts, strangerCosts, targetsOf, uniformCosts } from './stranger-costs.ts';
import type { PersonRow, UnlearnInputs } from './unlearn.ts';

/** Steps between two looks at the whole forget set, by its size: looking at few rows is cheap. */
export const checkEvery = (rows: number): number => Math.min(20, Math.max(1, Math.floor(rows / 25)));
/**
 * Steps after which the never-seen level is measured anew, and again each time as many have been taken once more: it drifts slowly, and
 * strangers are many. No run ends on a level that is older than its last step.
 */
const LEVEL_AFTER = 50;
/** Answer tokens about never-seen people that it is measured on: a sample is enough. */
const CALIBRATION_TOKENS = 8192;
/**
 * Repair ends only where no attack tells the forgotten from the calibration people at this level. It is three times that of
 * verification, whose people are others: where somebody stands among 45 strangers moves by a tenth from one half to the other.
 */
const UNTOLD = 0.15;
/** Without never-seen people: where forgetting ends, as a share of ln(vocabulary). */
const UNCALIBRATED_SHARE = 0.5;

interface Calibration {
  costs: StrangerCosts;
  /** Strangers' scores, by attack; empty where nobody is known to be one. */
  strangers: number[][];
  /** Of all calibration rows; null where a sample was enough. */
  scored: Scored[] | null;
  /** Steps taken when it was measured. */
  step: number;
}

/** What words cost when they are about strangers, under the present weights. */
async function calibrate(inputs: UnlearnInputs, score: Scorer, step: number): Promise<Calibration> {
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

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export interface ForgetWatch {
  /** Mean NLL of the forgotten people's facts, and where it should end up; nats a token. */
  losses: { forgetLoss: number | null; forgetTarget: number | null };
  /** Where the words of some forget rows should end up. */
  bandOf(rows: number[]): Band;
  /**
   * True when nobody stands out from strangers under the present weights, after so many steps. `decides`: whether something hangs on the answer;
   * then strangers are as they are now.
   */
  look(step: number, decides: boolean): Promise<boolean>;
  /** Looks when it is time, else null. */
  lookAfter(step: number, decides: boolean): Promise<boolean | null>;
  /**
   * True when no attack tells the forgotten from all the calibration people: verification's own question, asked before it, of what the last look
   * saw; that must have been one that decides.
   */
  untold(): Promise<boolean>;
}

export function createWatch(inputs: UnlearnInputs, score: Scorer): ForgetWatch {
  const { membership, sets, architecture } = inputs;
  const { forget } = sets;
  const { rule } = kindOf(architecture);
  const every = checkEvery(forget.length);
  const people = byPerson(forget);
  /** Of each row; the same for all rows of a person. */
  const calibrated = sets.calibration.length > 0;
  const asked = createAskedShares(people, { firstShare: rule.firstShare, calibrated });
  /** Whether those facts that lag behind still catch up. */
  const catchUp = createPatience();
  let lagging = false;
  let calibration: Calibration | null = null;
  let seen: Scored[] = [];
  let band: Band = { floors: [], ceilings: [], entropies: [] };
  const losses: ForgetWatch['losses'] = { forgetLoss: null, forgetTarget: null };

  /** Holds what was seen against strangers, and says what is asked from now on. `adapts`: whether anybody is asked for more or less. */
  function judge({ costs, strangers }: Calibration, adapts: boolean): boolean {
    const targets = targetsOf(forget, dealByRank(forget, seen, costs, rule), costs, rule);
    const found = standings(forget, seen, targets.nll, bandAt(targets, asked.ofRows, rule).floors, rule);
    const own = attackScores(forget, seen, membership.attacks);
    const harder = found.map((person, p) => {
      const scoresOf = own.map((people) => people[p]!);
      return strangers.length > 0 ? harderThan(scoresOf, strangers) : harderThanNobody(person);
    });
    const spread = rule.spread && strangers.length > 0;
    const places = spread ? placesAmong(harder, rule) : harder.map(() => rule.average);
    if (adapts) asked.adapt(found, harder, places);
    losses.forgetLoss = mean(found.map(({ nll }) => nll));
    losses.forgetTarget = mean(found.map(({ target }, p) => target * asked.ofPerson(p)));
    band = bandAt(targets, asked.ofRows, rule);
    if (!among(harder, rule)) catchUp.restart();
    else if (adapts) lagging = catchUp.endsAt(Math.max(...found.map(({ short, target }) => short / target)));
    return reached(found, harder, rule, lagging);
  }
  async function look(step: number, decides: boolean): Promise<boolean> {
    seen = await score(forget);
    if (calibration === null || step >= Math.max(LEVEL_AFTER, 2 * calibration.step))
      calibration = await calibrate(inputs, score, step);
    const done = judge(calibration, true);
    if (!done || !decides || calibration.step === step) return done;
    calibration = await calibrate(inputs, score, step);
    return judge(calibration, false);
  }
  return {
    losses,
    bandOf: (rows) => ({
      floors: rows.map((r) => band.floors[r]!),
      ceilings: rows.map((r) => band.ceilings[r]!),
      entropies: rows.map((r) => band.entropies[r]!),
    }),
    look,
    lookAfter: async (step, decides) => (step % every === 0 ? look(step, decides) : null),
    async untold() {
      if (sets.calibration.length === 0) return true;
      const named = (rows: PersonRow[], scores: Scored[]) =>
        scores.map((row, index): RowScore => ({ ...row, index, person: rows[index]!.person }));
      const strangers = calibration?.scored ?? (await score(sets.calibration));
      return membership.smallestP(named(forget, seen), named(sets.calibration, strangers)) >= UNTOLD;
    },
  };
}
