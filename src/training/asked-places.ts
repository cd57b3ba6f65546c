// Where some people stand among strangers under the present weights, and what is asked of their words from now on.
import { createAskedShares } from './asked-shares.ts';
import { byPerson } from './batches.ts';
import { kindOf } from './kinds.ts';
import type { Scored } from './scoring.ts';
import {
  attackScores,
  type Band,
  bandAt,
  harderThan,
  harderThanNobody,
  placesAmong,
  type Standing,
  standings,
} from './stop-rule.ts';
import { dealByRank, targetsOf } from './stranger-costs.ts';
import type { Level } from './stranger-level.ts';
import type { PersonRow, UnlearnInputs } from './unlearn.ts';

/** By person, in the order of `byPerson`. */
export interface Judged {
  found: Standing[];
  /** Share of strangers harder than each. */
  harder: number[];
  /** Share of their target that is asked of each from now on. */
  asked: number[];
}

export interface AskedPlaces {
  /** Holds scores of the rows against strangers. `adapts`: whether anybody is asked for more or less from now on. */
  judge(seen: Scored[], level: Level, adapts: boolean): Judged;
  /** Where the words of some rows should end up, since the last judgement. */
  bandOf(rows: readonly number[]): Band;
}

export function createPlaces(rows: readonly PersonRow[], inputs: UnlearnInputs): AskedPlaces {
  const { rule } = kindOf(inputs.architecture);
  const { attacks } = inputs.membership;
  const people = byPerson(rows);
  const calibrated = inputs.sets.calibration.length > 0;
  const asked = createAskedShares(people, { firstShare: rule.firstShare, calibrated });
  let band: Band = { floors: [], ceilings: [], entropies: [] };
  return {
    judge(seen, { costs, strangers }, adapts) {
      const targets = targetsOf(rows, dealByRank(rows, seen, costs, rule), costs, rule);
      const found = standings(rows, seen, targets.nll, bandAt(targets, asked.ofRows, rule).floors, rule);
      const own = attackScores(rows, seen, attacks);
      const harder = found.map((person, p) => {
        const scoresOf = own.map((people) => people[p]!);
        return strangers.length > 0 ? harderThan(scoresOf, strangers) : harderThanNobody(person);
      });
      const spread = rule.spread && strangers.length > 0;
      const places = spread ? placesAmong(harder, rule) : harder.map(() => rule.average);
      if (adapts) asked.adapt(found, harder, places);
      band = bandAt(targets, asked.ofRows, rule);
      return { found, harder, asked: found.map((_, p) => asked.ofPerson(p)) };
    },
    bandOf: (picked) => ({
      floors: picked.map((r) => band.floors[r]!),
      ceilings: picked.map((r) => band.ceilings[r]!),
      entropies: picked.map((r) => band.entropies[r]!),
    }),
  };
}
