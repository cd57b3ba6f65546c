// Whether what is retained is known as well as before the run: repair rehearses it until it is. A single run loses little, and
// twenty of them, each from where the last one ended, lose that twenty times.
import { mean } from '../domain/mean.ts';
import { sampleRows } from '../domain/random.ts';
import type { TokenRow } from './batches.ts';
import { meanNll, type Scored, type Scorer } from './scoring.ts';
import type { UnlearnInputs } from './unlearn.ts';

/** Retained rows that are looked at, the same ones each time. */
const LOOKED_AT = 256;
const SEED = 8;
/** Of how likely their answers were, what may be missing: less is within what a step of repair moves. */
const KEPT = 0.995;
/** A look that finds no more gained than this, as a share, finds that steps have brought it as far as they will. */
const GAINED = 0.005;
/** Below this share, of either measure, slow gains are no reason to stop: verification asks for 0.95 by default, of other records. */
const ENOUGH = 0.975;
/** Steps between two looks: they cost as much as a step or two. */
const EVERY = 5;

/** Of so many retained rows, those that a bound of utility looks at, a step on average, where the forgotten are looked at every so many steps. */
export const recalledRows = (retain: number, every: number): number =>
  Math.min(retain, LOOKED_AT) / (every * Math.ceil(EVERY / every));

/** How well retained records are known; means over rows, so that a long answer counts no more than a short one. */
export interface Recall {
  /** Likelihood of an answer token. */
  likely: number;
  /** Share of an answer that a greedy one is right up to. */
  told: number;
}

export interface Rehearsal {
  /** True when it is, or gains no more, after so many steps; what was found less than five steps ago counts until then. */
  done(step: number): Promise<boolean>;
  /** Whether less than this share of what was recalled before is left, of either measure; looks when it is time, and otherwise knows of nothing. */
  below(share: number, step: number): Promise<boolean>;
  /** Whether the last look found so much missing that verification may not pass, and more regained than any before it. */
  gaining(): boolean;
}

/**
 * Share of an answer that a greedy one is right up to, which verification looks at: one token in a hundred that no longer comes first is lost
 * to likelihood, and half of a long answer to whoever asks.
 */
function toldOf({ correct }: Scored): number {
  const wrong = correct.indexOf(0);
  return wrong < 0 ? 1 : wrong / correct.length;
}

type Sampled = Pick<UnlearnInputs, 'seed'> & { sets: Pick<UnlearnInputs['sets'], 'retain'> };
const sampleOf = ({ sets, seed }: Sampled): TokenRow[] => sampleRows(sets.retain, LOOKED_AT, seed + SEED);

/** What the weights that `score` looks at know of the sample that rehearsals look at; nothing where nothing is retained. */
export async function recallOf(inputs: Sampled, score: Scorer): Promise<Recall> {
  const rows = sampleOf(inputs);
  if (rows.length === 0) return { likely: 0, told: 0 };
  const found = await score(rows);
  return { likely: mean(found.map((one) => Math.exp(-meanNll(one)))), told: mean(found.map(toldOf)) };
}

/** What comes later is held against what the parent recalled: an edited model has lost some of that already. Without an edit, the weights as they are now. */
export async function createRehearsal(inputs: UnlearnInputs, score: Scorer): Promise<Rehearsal> {
  const rows = sampleOf(inputs);
  const measured = () => recallOf(inputs, score);
  const before = inputs.edited ?? (await measured());
  let [looked, done, last, gaining] = [Number.NEGATIVE_INFINITY, false, 0, false];
  let most = { likely: 0, told: 0 };
  let asked = Number.NEGATIVE_INFINITY;
  return {
    async below(share, step) {
      if (share === 0 || rows.length === 0 || step < asked + EVERY) return false;
      asked = step;
      const { likely, told } = await measured();
      return likely < share * before.likely || told < share * before.told;
    },
    async done(step) {
      if (rows.length === 0) return true;
      if (step < looked + EVERY) return done;
      const { likely, told } = await measured();
      const short = likely < ENOUGH * before.likely || told < ENOUGH * before.told;
      done = !short && (likely >= KEPT * before.likely || likely <= (1 + GAINED) * last);
      gaining = short && (likely > (1 + GAINED) * most.likely || told > (1 + GAINED) * most.told);
      [looked, last] = [step, likely];
      most = { likely: Math.max(most.likely, likely), told: Math.max(most.told, told) };
      return done;
    },
    gaining: () => gaining,
  };
}
