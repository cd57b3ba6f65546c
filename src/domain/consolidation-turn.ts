// When a training for nobody has its turn among the requests of its model. Pure; times are seconds since any epoch.
import { DAY } from './window.ts';

/** Requests go first for so long; a model that is never without one would never be exact again. */
const PATIENCE = DAY;
/** Whoever has to be forgotten within so long goes first in any case: a training may take a day. */
const DUE_WITHIN = 3 * DAY;

export interface TurnFacts {
  /** Since when it waits. */
  since: number;
  /** Seconds that it is thought to take; null: nothing was measured. */
  seconds: number | null;
  /** Requests of the model that wait for a run; null: none does. `window_ends`: until when they wait for others; null: they begin. */
  waiting: { urgent: boolean; due_at: number; window_ends: number | null } | null;
}

/** `first`: before the requests that wait; `may`: none waits, or they leave room; `after`: they go first. */
export type Turn = 'first' | 'may' | 'after';

type Waiting = NonNullable<TurnFacts['waiting']>;

/** From when on the first due date leaves no time for it. */
const pressing = ({ urgent, due_at }: Waiting, seconds: number | null): number =>
  urgent ? Number.NEGATIVE_INFINITY : due_at - Math.max(DUE_WITHIN, seconds ?? 0);

/**
 * Until when it may begin in a window of requests; whenever, where none waits. A window that will end is its room where nobody is due soon, or where it
 * ends itself before the window does.
 */
export function mayBeginUntil({ seconds, waiting }: Omit<TurnFacts, 'since'>): number {
  if (waiting === null) return Number.POSITIVE_INFINITY;
  const { window_ends } = waiting;
  if (waiting.urgent || window_ends === null) return Number.NEGATIVE_INFINITY;
  const within = seconds === null ? Number.NEGATIVE_INFINITY : window_ends - seconds;
  return Math.min(window_ends, Math.max(pressing(waiting, seconds), within));
}

export function turnOf(facts: TurnFacts, now: number): Turn {
  const { since, seconds, waiting } = facts;
  if (waiting !== null && now - since > PATIENCE && now < pressing(waiting, seconds)) return 'first';
  return now < mayBeginUntil(facts) ? 'may' : 'after';
}
