// When a request will be done with a model, as far as measured runs and the queue tell; else why nobody can say. Pure.
import type { ForecastOf } from './forecast.ts';
import { type RunCost, secondsOf } from './run-cost.ts';
import type { TargetState } from './states.ts';

/** Of one open target. Times in seconds since any epoch. */
export interface TargetFacts {
  state: TargetState;
  now: number;
  /** Of the request; null: it is not in its cooling-off time. */
  starts_after: number | null;
  /** Whether a run has it, and that run: when it began, for how many people, and whether a worker has it. */
  run: { started_at: number | null; people: number; live: boolean } | null;
  /** The model's candidate awaits promotion, whosever. */
  promotion: boolean;
  cost: RunCost | null;
  /** Of those who wait for the model, by the order of the queue; undefined: nobody waits. */
  found: ForecastOf | undefined;
  /** Workers that are there. */
  workers: number;
  /** Others begin first of whose models no run was measured. */
  guessed: number;
}

export interface Expectation {
  starts_at: number | null;
  done_at: number | null;
  reason: string;
}

const unknown = (reason: string): Expectation => ({ starts_at: null, done_at: null, reason });

/** Where people are waited for, nobody knows when they come. */
const WAITS_FOR: Partial<Record<TargetState, string>> = {
  awaiting_verification: 'It waits for somebody to say that the person was verified',
  awaiting_approval: 'It waits for somebody to approve its plan',
  on_hold: 'It is held until somebody releases it',
  awaiting_promotion: 'Its candidate was verified and waits for somebody to promote it',
};

const measured = ({ runs }: RunCost): string => (runs === 1 ? 'one measured run' : `${runs} measured runs`);

function ofRun(begun: number, people: number, { now, cost }: TargetFacts): Expectation {
  if (cost === null) return unknown('Its run is under way, and none of the model was measured before');
  const seconds = secondsOf(cost, people);
  if (begun + seconds <= now)
    return unknown(
      `Its run has taken longer than the ${Math.round(seconds)} s that ${measured(cost)} of the model tell`,
    );
  return {
    starts_at: null,
    done_at: begun + seconds,
    reason: `Its run is under way; from ${measured(cost)} of the model`,
  };
}

/** A run that failed at its first try goes on with the next method, so what is told is the usual end and no promise. */
export function expectationOf(facts: TargetFacts): Expectation {
  const { state, starts_after, run, promotion, cost, found, workers, guessed } = facts;
  const people = WAITS_FOR[state];
  if (people !== undefined) return unknown(people);
  if (state === 'received')
    return unknown(
      starts_after === null
        ? 'It has not come to the queue yet'
        : `Nothing begins before its cooling-off time is over, at ${new Date(starts_after * 1000).toISOString()}`,
    );
  if (run?.live) return ofRun(run.started_at ?? facts.now, Math.max(1, run.people), facts);
  if (promotion) return unknown('A candidate of the model waits for somebody to promote it; nothing begins before');
  if (workers === 0) return unknown('No worker is there');
  if (found !== undefined && found.starts_at === null)
    return unknown('No worker that is there can take the model’s runs');
  if (cost === null) return unknown('No run of the model was measured yet');
  if (found === undefined) return unknown('It has not come to the queue yet');
  const others = guessed === 0 ? '' : `; ${guessed} before it were never measured, and are taken as ten minutes each`;
  return {
    starts_at: found.starts_at,
    done_at: found.done_at,
    reason: `From ${measured(cost)} of the model and the queue before it${others}`,
  };
}
