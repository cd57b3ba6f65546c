// Watches the forgotten people during a run: how well they are known, what is asked of them, and when it is enough.
import { mean } from '../domain/mean.ts';
import type { RowScore } from '../domain/verification.ts';
import { createPlaces } from './asked-places.ts';
import { kindOf } from './kinds.ts';
import { createPatience } from './patience.ts';
import type { Scored, Scorer } from './scoring.ts';
import { among, type Band, reached } from './stop-rule.ts';
import { CALIBRATION_TOKENS, type Level, measureLevel } from './stranger-level.ts';
import { chooseStrangers } from './stranger-sample.ts';
import type { PersonRow, UnlearnInputs } from './unlearn.ts';

/** Rows that steps have taken for each that a look sees: a look costs a third of a step's row, and steps have a retain half too. */
const TAKEN = 32 / 25;
/** Steps between two looks at all of so many rows, of which a step takes `batch`: looking at few is cheap beside steps of many. */
export const checkEvery = (rows: number, batch: number): number =>
  Math.min(20, Math.max(1, Math.floor((rows * TAKEN) / Math.min(rows, batch))));
/**
 * Steps after which the never-seen level is measured anew, and again each time as many have been taken once more: it drifts slowly, and
 * strangers are many. No run ends on a level that is older than its last step.
 */
const LEVEL_AFTER = 50;
/**
 * Repair ends only where no attack tells the forgotten from the calibration people at this level. It is three times that of
 * verification, whose people are others: where somebody stands among 45 strangers moves by a tenth from one half to the other.
 */
const UNTOLD = 0.15;

export interface ForgetWatch {
  /** Mean NLL of the forgotten people's facts, and where it should end up; nats a token. */
  losses: { forgetLoss: number | null; forgetTarget: number | null };
  /** Where the words of some forget rows should end up. */
  bandOf(rows: readonly number[]): Band;
  /** Strangers as they were when they were measured last; null before the first look. */
  level(): Level | null;
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
  const strangers = chooseStrangers(sets.calibration, { forget, tokens: CALIBRATION_TOKENS, seed: inputs.seed });
  const { rule } = kindOf(architecture);
  const every = checkEvery(forget.length, inputs.params.forget_batch);
  const places = createPlaces(forget, inputs);
  /** Whether those facts that lag behind still catch up. */
  const catchUp = createPatience();
  let lagging = false;
  let level: Level | null = null;
  let seen: Scored[] = [];
  const losses: ForgetWatch['losses'] = { forgetLoss: null, forgetTarget: null };

  /** Holds what was seen against strangers. `adapts`: whether anybody is asked for more or less from now on. */
  function judge(against: Level, adapts: boolean): boolean {
    const { found, harder, asked } = places.judge(seen, against, adapts);
    losses.forgetLoss = mean(found.map(({ nll }) => nll));
    losses.forgetTarget = mean(found.map(({ target }, p) => target * asked[p]!));
    if (!among(harder, rule)) catchUp.restart();
    else if (adapts)
      lagging = catchUp.endsAt(Math.max(...found.map(({ short, target }) => (target > 0 ? short / target : 0))));
    return reached(found, harder, rule, lagging);
  }
  async function look(step: number, decides: boolean): Promise<boolean> {
    seen = await score(forget);
    if (level === null || step >= Math.max(LEVEL_AFTER, 2 * level.step))
      level = await measureLevel(inputs, strangers, score, step);
    const done = judge(level, true);
    if (!done || !decides || level.step === step) return done;
    level = await measureLevel(inputs, strangers, score, step);
    return judge(level, false);
  }
  return {
    losses,
    bandOf: places.bandOf,
    level: () => level,
    look,
    lookAfter: async (step, decides) => (step % every === 0 ? look(step, decides) : null),
    async untold() {
      if (strangers.all.length === 0) return true;
      const named = (rows: readonly PersonRow[], scores: Scored[]) =>
        scores.map((row, index): RowScore => ({ ...row, index, person: rows[index]!.person }));
      const scores = level?.scored ?? (await score(strangers.all));
      return membership.smallestP(named(forget, seen), named(strangers.all, scores)) >= UNTOLD;
    },
  };
}
