// What a run of a model is thought to cost, from what its earlier runs took.

/** A run that has ended: all its attempts with their verifications. */
export interface PastRun {
  people: number;
  /** Of compute. */
  seconds: number;
}

export interface RunCost {
  /** Seconds of a run, whoever is in it. */
  fixed: number;
  /** Seconds more for each person. */
  per_person: number;
  /** Runs that it is from. */
  runs: number;
}

/**
 * Share of the fixed cost that a person adds where all earlier runs were of as many people, so that nobody can tell: steps and
 * verification hardly grow with people, and a batch that is large enough is trained again at a cost that does not grow at all.
 */
const PERSON_SHARE = 0.05;

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/**
 * Least squares of seconds by people, neither part below zero. Null where nothing was measured. Runs that took no time did nothing and
 * are left out.
 */
export function costOf(past: readonly PastRun[]): RunCost | null {
  const known = past.filter(({ people, seconds }) => people > 0 && seconds > 0);
  if (known.length === 0) return null;
  const people = sum(known.map((run) => run.people)) / known.length;
  const seconds = sum(known.map((run) => run.seconds)) / known.length;
  const spread = sum(known.map((run) => (run.people - people) ** 2));
  if (spread === 0) {
    const fixed = seconds / (1 + PERSON_SHARE * people);
    return { fixed, per_person: fixed * PERSON_SHARE, runs: known.length };
  }
  const slope = sum(known.map((run) => (run.people - people) * (run.seconds - seconds))) / spread;
  const per_person = Math.min(Math.max(0, slope), seconds / people);
  return { fixed: seconds - per_person * people, per_person, runs: known.length };
}

/** Seconds of a run of so many people. */
export const secondsOf = ({ fixed, per_person }: RunCost, people: number): number => fixed + per_person * people;
