// What share of strangers' costs is asked of each forgotten person: from the rule's first one to where they stand among strangers.
import { createPatience } from './patience.ts';
import { nextShare, type Place, type Standing } from './stop-rule.ts';

export interface AskedShares {
  /** Of each row; the same for all rows of a person. */
  readonly ofRows: readonly number[];
  ofPerson(person: number): number;
  /** Asks everybody for more or less, given the share of strangers harder than each and where it should be. */
  adapt(found: readonly Standing[], harder: readonly number[], places: readonly Place[]): void;
}

/** `people`: row indices by person. Where nobody is known to be a stranger (`calibrated` false) all of the target is asked, always. */
export function createAskedShares(
  people: readonly (readonly number[])[],
  { firstShare, calibrated }: { firstShare: number; calibrated: boolean },
): AskedShares {
  const ofRows = new Array<number>(people.reduce((sum, own) => sum + own.length, 0)).fill(calibrated ? firstShare : 1);
  const climbs = people.map(createPatience);
  const ofPerson = (p: number) => ofRows[people[p]![0]!]!;
  return {
    ofRows,
    ofPerson,
    adapt(found, harder, places) {
      for (const [p, own] of people.entries()) {
        const stalled = calibrated && climbs[p]!.endsAt(found[p]!.nll);
        const share = nextShare(found[p]!, harder[p]!, ofPerson(p), places[p], stalled);
        if (share !== ofPerson(p)) climbs[p]!.restart();
        for (const r of own) ofRows[r] = share;
      }
    },
  };
}
