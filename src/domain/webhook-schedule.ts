// When a webhook is tried again: the example of Standard Webhooks, over some three days.
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** From one attempt to the next; the first is made at once. */
export const RETRY_DELAYS_MS: readonly number[] = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE],
  ...[2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
];

/** An endpoint that was tried for so long, and took nothing, is disabled. */
export const DISABLE_AFTER_MS = 5 * 24 * HOUR;

/** A receiver may ask for a pause, and not for oblivion. */
const LONGEST_PAUSE_MS = 24 * HOUR;
/** So that what failed together does not come back together. */
const JITTER = 0.1;
/**
 * Failures that lie further apart are not one failing: nothing was tried in between, as the schedule waits for less, even by a worker that
 * is an hour late.
 */
export const FAILURES_APART_MS: number = Math.max(...RETRY_DELAYS_MS) * (1 + JITTER) + HOUR;

/** Where a receiver says that it is too much, and not until when. */
const SHORT_PAUSE_MS = 5 * SECOND;
const TOO_MUCH = [429, 502, 503, 504];

/** Milliseconds until the next attempt; null: there is none. `made`: attempts of this round, from 1; `chance` in [0, 1). */
export function retryAfter(made: number, chance: number): number | null {
  const delay = RETRY_DELAYS_MS[made - 1];
  return delay === undefined ? null : Math.round(delay * (1 + JITTER * chance));
}

/** How long nothing is sent to a receiver that gave this answer; null: it asked for no pause. */
export function pauseAfter(status: number, retry_after: string | null, now: Date): number | null {
  if (!TOO_MUCH.includes(status)) return null;
  return Math.min(pauseOf(retry_after, now) ?? SHORT_PAUSE_MS, LONGEST_PAUSE_MS);
}

/** Of a Retry-After header, seconds or a date; null where it says nothing. */
function pauseOf(header: string | null, now: Date): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
