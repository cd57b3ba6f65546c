// Whether what is retained is known as well as before the run: repair rehearses it until it is. A single run loses little, and
// twenty of them, each from where the last one ended, lose that twenty times.
import { sampleRows } from '../domain/random.ts';
import { meanNll, type Scorer } from './scoring.ts';
import type { UnlearnInputs } from './unlearn.ts';

/** Retained rows that are looked at, the same ones each time. */
const LOOKED_AT = 256;
const SEED = 8;
/** Of how likely their answers were, what may be missing: less is within what a step of repair moves. */
const KEPT = 0.995;
/** Steps between two looks: they cost as much as a step or two. */
const EVERY = 5;

export interface Rehearsal {
  /** True when it is, after so many steps; what was found five steps ago at most, where it was not. */
  done(step: number): Promise<boolean>;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Measures the weights as they are now: what comes later is held against them. */
export async function createRehearsal({ sets, seed }: UnlearnInputs, score: Scorer): Promise<Rehearsal> {
  const rows = sampleRows(sets.retain, LOOKED_AT, seed + SEED);
  // by row, so that a long answer counts no more than a short one
  const likely = async () => mean((await score(rows)).map((one) => Math.exp(-meanNll(one))));
  const before = rows.length === 0 ? 0 : await likely();
  let [looked, done] = [Number.NEGATIVE_INFINITY, false];
  return {
    async done(step) {
      if (rows.length === 0) return true;
      if (step < looked + EVERY) return done;
      done = (await likely()) >= KEPT * before;
      looked = step;
      return done;
    },
  };
}
