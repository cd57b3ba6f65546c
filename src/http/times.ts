// Times that a client gives, and the present one.
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

export const nowOf = ({ clock }: Pick<AppDeps, 'clock'>): Date => clock?.() ?? new Date();

/** Clocks of two machines differ; a time this little ahead is taken as now. */
const SKEW_MS = 60_000;
/** Nobody asked before; the database's calendar has no year 0, which the format admits. */
const EARLIEST = Date.UTC(1970);

/** Nothing is of a later time, and the format ends there. */
const LATEST = Date.UTC(9999, 11, 31);

function timeOf(pointer: string, given: string): number {
  const time = Date.parse(given);
  // the format admits leap seconds, which Date does not know
  if (Number.isNaN(time)) throw invalidField(pointer, 'is not a point in time');
  return time;
}

/**
 * A time that others are compared with, RFC 3339 in UTC: the database takes fewer offsets and years than the format, and nothing here is of
 * a time beyond these. Throws `validation-failed` that points there.
 */
export const comparedTime = (pointer: string, given: string): string =>
  new Date(Math.min(Math.max(timeOf(pointer, given), EARLIEST), LATEST)).toISOString();

/** A time that has passed, RFC 3339 in UTC. Throws `validation-failed` that points there. */
export function pastTime(pointer: string, given: string, now: Date): string {
  const time = timeOf(pointer, given);
  if (time < EARLIEST) throw invalidField(pointer, 'lies before 1970');
  if (time > now.getTime() + SKEW_MS) throw invalidField(pointer, 'lies in the future');
  return new Date(Math.min(time, now.getTime())).toISOString();
}
