// How long requests of a model wait for each other: a run costs nearly the same for one person as for many, and waiting costs
// those who wait. Pure; all times are seconds, those of day since any epoch.
import { type RunCost, secondsOf } from './run-cost.ts';

/** A target that waits for a run. */
export interface Waiting {
  /** Since when nothing but the window keeps it. */
  ready_at: number;
  due_at: number;
  /** Its request asks not to be kept. */
  urgent: boolean;
  /** It was in a run already, which was split, lost or asked for again. */
  again: boolean;
  /** Training records to be forgotten. */
  records: number;
}

export interface WindowPolicy {
  /** Longest wait in a window; 0: there is none; null: as long as the due date allows. */
  max_wait: number | null;
  /** Seconds of compute that it is worth to answer one request a day sooner. */
  promptness: number;
  /** Seconds before the due date that are left for a second try, and for people, where a run fails. */
  reserve: number;
}

export interface WindowFacts {
  now: number;
  waiting: readonly Waiting[];
  /** Null: nothing was measured. */
  cost: RunCost | null;
  /** Requests a second that come for this model. */
  arrivals: number;
  /** Training records of the model that are not forgotten. */
  model_records: number;
}

export type WindowDecision = { start: 'now'; because: string } | { start: 'later'; at: number; because: string };

export const DAY = 86_400;

/** Earlier runs without which nobody knows what waiting would save. */
export const FEWEST_RUNS = 3;
/** A run that costs less is not waited for: nobody notices its cost, and everybody notices a wait. */
export const WORTH_WAITING = 60;
/** Share of a model's records from which on a batch had better not grow: methods of steps pass with fewer (`src/runs/plan/auto.ts`). */
const LARGE_SHARE = 0.1;
/** Runs that must fit between the latest start and the due date, where that is more than the reserve. */
const TRIES = 3;
/** A due date that is a day off makes waiting twice as dear; less, more than that. */
const NEAR = DAY;

/** When a run has to begin at the latest, so that whoever is due first may still be tried again. */
export function latestStart({ waiting, cost }: Pick<WindowFacts, 'waiting' | 'cost'>, reserve: number): number {
  const first = waiting.reduce((due, one) => Math.min(due, one.due_at), Number.POSITIVE_INFINITY);
  const runs = cost === null ? 0 : TRIES * secondsOf(cost, waiting.length);
  return first - Math.max(reserve, runs);
}

/**
 * What all have waited until `at` is worth, in seconds of compute. Waiting costs `promptness` a day, and without bound as the latest
 * start comes near: the rate is multiplied by 1 + NEAR / time left, whose integral this is.
 */
export function waitingCost(waiting: readonly Waiting[], latest: number, promptness: number, at: number): number {
  if (at >= latest) return Number.POSITIVE_INFINITY;
  const each = waiting.map(({ ready_at }) => {
    const from = Math.min(ready_at, at);
    return at - from + NEAR * Math.log((latest - from) / (latest - at));
  });
  return (promptness / DAY) * each.reduce((all, one) => all + one, 0);
}

/** The first time at which waiting has cost as much as another run would; before `latest`. Halves the time that is left, to a second. */
function worthUntil(facts: WindowFacts, latest: number, promptness: number, worth: number): number {
  let [low, high] = [facts.now, latest];
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (waitingCost(facts.waiting, latest, promptness, middle) >= worth) high = middle;
    else low = middle;
  }
  return high;
}

const now = (because: string): WindowDecision => ({ start: 'now', because });

/** Reasons that ask for no arithmetic. */
function atOnce({ waiting, cost, model_records }: WindowFacts, { max_wait }: WindowPolicy): WindowDecision | null {
  if (max_wait === 0) return now('requests are not coalesced');
  if (waiting.some(({ urgent }) => urgent)) return now('a request is urgent');
  if (waiting.some(({ again }) => again)) return now('a request was in a run already');
  if (cost === null || cost.runs < FEWEST_RUNS) return now('too few runs of the model were measured');
  if (cost.fixed < WORTH_WAITING) return now('a run costs too little to be waited for');
  const records = waiting.reduce((all, one) => all + one.records, 0);
  if (records >= LARGE_SHARE * model_records) return now('more would be too large a share of the records');
  return null;
}

const HOPELESS = 'nobody else is expected soon enough to be worth the wait';

/**
 * Whether the requests that wait for a model begin now. Waiting one more second costs promptness; what it may save is the fixed cost of
 * another run. So they begin when what all of them have waited is worth that cost: whatever comes later, this costs at most twice what
 * it would have cost to know (the rule of acknowledging packets, Dooly, Goldman and Scott 1998), and where requests come evenly it is
 * the batch that costs least (as of an economic order quantity, Harris 1913). Where so few come that the next one will cost more to wait for
 * than it saves, they begin at once. Never later than the due date, the measured time of a run and the bound allow.
 */
export function decideWindow(facts: WindowFacts, policy: WindowPolicy): WindowDecision {
  const { waiting, cost, arrivals } = facts;
  const early = atOnce(facts, policy);
  if (early !== null || cost === null) return early ?? now('');
  const { max_wait, promptness, reserve } = policy;
  const latest = latestStart(facts, reserve);
  if (latest <= facts.now) return now('the first due date asks for it');
  const bound =
    Math.min(...waiting.map(({ ready_at }) => ready_at)) + (max_wait === null ? Number.POSITIVE_INFINITY : max_wait);
  if (bound <= facts.now) return now('the first has waited for as long as the bound allows');
  const n = waiting.length;
  if (n * (n + 1) * (promptness / DAY) >= 2 * cost.fixed * arrivals) return now(HOPELESS);
  const worth = worthUntil(facts, latest, promptness, cost.fixed);
  if (worth <= facts.now + 1) return now('all have waited for as long as another run is worth');
  if (bound <= worth) return { start: 'later', at: bound, because: 'the bound of the wait' };
  return {
    start: 'later',
    at: worth,
    because: `until waiting has cost as much as another run (${Math.round(cost.fixed)} s)`,
  };
}
