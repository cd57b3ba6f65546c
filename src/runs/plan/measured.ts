// What earlier runs of a model say about the next one: medians, since a busy machine makes some of them slow.
import { ExpungeError } from '../../errors.ts';
import { getMethod, methods } from '../../methods/index.ts';
import { quantile } from '../../metrics/statistics.ts';
import type { KnownFacts, PastAttempt } from './facts.ts';
import { workOf } from './work.ts';

/** Fewer steps are mostly compilation. */
const FEWEST_STEPS = 5;

export interface Measured {
  /** Operations a second; null: nothing was measured. */
  speed: number | null;
  /** Attempts on this backend, or of which nobody knows the backend. */
  past: readonly PastAttempt[];
  /** Those that say how fast it is. */
  attempts: number;
  /** All phases of an attempt but its verification, by method. */
  seconds: ReadonlyMap<string, number>;
  /** Steps until forgetting ended, by method of steps; whose forgetting did not end says nothing. What others take is told by what is asked of them. */
  steps: ReadonlyMap<string, number>;
}

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5));

/** Operations a second of one attempt; null where it says nothing, as of a method that is not registered any more. */
function speedOf({ attempt, counts }: PastAttempt, facts: KnownFacts): number | null {
  const [steps, seconds] = [attempt.steps?.unlearning ?? 0, attempt.seconds.unlearning ?? 0];
  if (steps < FEWEST_STEPS || seconds <= 0) return null;
  const { forget_records: forget, retain_records: retain, holdout_records: holdout } = counts;
  try {
    const work = workOf(attempt.method, facts, { forget, retain, holdout });
    return work === null ? null : (work.perStep * steps) / seconds;
  } catch (error) {
    if (error instanceof ExpungeError && error.code === 'validation-failed') return null;
    throw error;
  }
}

const endsByItself = (name: string): boolean => Object.hasOwn(methods, name) && getMethod(name).kind === 'loss';

function stepsByMethod(past: readonly PastAttempt[]): Map<string, number> {
  const ended = past.flatMap(({ attempt: { method, steps } }) =>
    endsByItself(method.name) && steps?.unlearning !== undefined && steps.repairing !== undefined
      ? [[method.name, steps.unlearning] as const]
      : [],
  );
  const groups = Map.groupBy(ended, ([name]) => name);
  return new Map([...groups].map(([name, found]) => [name, median(found.map(([, steps]) => steps))!]));
}

/** Of attempts that made a candidate; what they were verified against is no time of the method. */
function secondsByMethod(past: readonly PastAttempt[]): Map<string, number> {
  const taken = past.flatMap(({ attempt: { method, seconds } }) => {
    const { verifying = 0, references: _, ...own } = seconds;
    const all = Object.values(own).reduce((sum, one) => sum + one, 0);
    return verifying > 0 && all > 0 ? [[method.name, all] as const] : [];
  });
  const groups = Map.groupBy(taken, ([name]) => name);
  return new Map([...groups].map(([name, found]) => [name, median(found.map(([, all]) => all))!]));
}

/** What another backend took says nothing; of attempts of before nobody knows which it was. */
const comparable = ({ past, backend }: KnownFacts): readonly PastAttempt[] =>
  backend === null ? past : past.filter(({ attempt }) => attempt.backend === undefined || attempt.backend === backend);

export function measuredOf(facts: KnownFacts): Measured {
  const past = comparable(facts);
  const speeds = past.flatMap((one) => speedOf(one, facts) ?? []);
  return {
    speed: median(speeds),
    past,
    attempts: speeds.length,
    seconds: secondsByMethod(past),
    steps: stepsByMethod(past),
  };
}
