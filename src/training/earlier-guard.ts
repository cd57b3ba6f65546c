// Keeps people whom earlier runs forgot from coming back while a later run moves the weights: whoever's facts are cheaper than
// strangers' are again is pushed as they once were, and everybody else is left alone.
import { createRandom } from '../domain/random.ts';
import { createPlaces } from './asked-places.ts';
import { createSampler } from './batches.ts';
import { checkEvery } from './forget-watch.ts';
import { kindOf } from './kinds.ts';
import type { Scored, Scorer } from './scoring.ts';
import { type Band, noneEasier } from './stop-rule.ts';
import type { Level } from './stranger-level.ts';
import type { UnlearnInputs } from './unlearn.ts';

/** Seeds of what fills a batch, and of who of those that slipped goes first; others are taken. */
const FILL_SEED = 6;
const SLIPPED_SEED = 7;
/** Of the forget half, what is added to a step for them. They are many and mostly still; new people have to be pushed all the way. */
const SHARE = 4;

/** Rows of earlier people in every step. */
export const guardedRows = (forgetBatch: number, earlier: number): number =>
  Math.min(earlier, Math.max(1, Math.floor(forgetBatch / SHARE)));

export interface EarlierGuard {
  /** Indices into `sets.earlier` for one step: first what slipped, filled up with the others in turn. */
  pick(): number[];
  /** Least that the words of these rows should cost, and how unsure the model should be there. */
  bandOf(rows: readonly number[]): Pick<Band, 'floors' | 'entropies'>;
  /** Holds all of them against strangers under the present weights. */
  look(level: Level): Promise<void>;
  /** Looks when it is time. */
  lookAfter(step: number, level: Level | null): Promise<void>;
  /** Nobody was easier than strangers are, when they were looked at last. */
  held(): boolean;
}

/** Null where the run knows of nobody earlier. */
export function createGuard(inputs: UnlearnInputs, score: Scorer): EarlierGuard | null {
  const { sets, params, seed, architecture } = inputs;
  const { earlier = [] } = sets;
  if (earlier.length === 0) return null;
  const { rule } = kindOf(architecture);
  const places = createPlaces(earlier, inputs);
  const count = guardedRows(params.forget_batch, earlier.length);
  const every = checkEvery(earlier.length, params.forget_batch);
  const fill = createSampler(earlier.length, count, seed + FILL_SEED);
  const random = createRandom(seed + SLIPPED_SEED);
  const all = earlier.map((_, r) => r);
  let slipped: number[] = [];
  let held = true;

  /** A fact of it costs less than was asked. */
  function isShort(row: number, { logProbs }: Scored): boolean {
    const floors = places.bandOf([row]).floors[0]!;
    return floors.some((floor, t) => floor >= rule.language && -logProbs[t]! < floor);
  }
  async function look(level: Level): Promise<void> {
    const seen = await score(earlier);
    held = noneEasier(places.judge(seen, level, true).harder, rule);
    slipped = all.filter((r) => isShort(r, seen[r]!));
  }
  return {
    pick() {
      const first = random.shuffle([...slipped]).slice(0, count);
      const others = first.length < count ? fill().filter((r) => !first.includes(r)) : [];
      return [...first, ...others].slice(0, count);
    },
    bandOf(rows) {
      const { floors, entropies } = places.bandOf(rows);
      return { floors, entropies };
    },
    look,
    async lookAfter(step, level) {
      if (level !== null && step % every === 0) await look(level);
    },
    held: () => held,
  };
}
