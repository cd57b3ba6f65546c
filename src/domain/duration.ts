// Lengths of time as a client writes them: a number of days, or an ISO 8601 duration of weeks, days, hours, minutes, seconds.

const DURATION = /^P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?)$/;
const UNITS = [604_800, 86_400, 3600, 60, 1];
export const DAY_SECONDS = 86_400;

/** Seconds; null for what is neither. Years and months are neither: their length hangs on the calendar. */
export function secondsOf(given: number | string): number | null {
  if (typeof given === 'number') return Number.isInteger(given) && given >= 0 ? given * DAY_SECONDS : null;
  const [, ...parts] = DURATION.exec(given) ?? [];
  if (parts.every((part) => part === undefined)) return null;
  return parts.reduce((sum, part, i) => sum + Number(part ?? 0) * UNITS[i]!, 0);
}

/** The same as an ISO 8601 duration: in days where they are whole, else in seconds. */
export const durationOf = (seconds: number): string =>
  seconds % DAY_SECONDS === 0 ? `P${seconds / DAY_SECONDS}D` : `PT${seconds}S`;
