// How long a request lets later runs look again at its person.
import Type from 'typebox';
import { DAY_SECONDS, secondsOf } from '../domain/duration.ts';
import { MAX_REVERIFY_DAYS } from '../domain/kept-probes.ts';
import { invalidField } from './validation.ts';

const POINTER = '#/reverify_for';

/** Of one type or the other; what text says is looked at by `reverifySeconds`. */
export const ReverifyFor = Type.Unsafe<number | string>({
  oneOf: [
    { type: 'integer', minimum: 0, maximum: MAX_REVERIFY_DAYS },
    { type: 'string', maxLength: 40 },
  ],
  description: `How long a sample of the person’s records is kept, sealed, so that later runs can look whether a model remembers: days, or an ISO 8601 duration (\`P30D\`), at most ${MAX_REVERIFY_DAYS} days. 0: nothing is kept. Left out: as long as the service does`,
});

/** Null where nothing is said. Throws `validation-failed` naming field, bounds and forms. */
export function reverifySeconds(given: number | string | undefined): number | null {
  if (given === undefined) return null;
  const seconds = secondsOf(given);
  if (seconds === null)
    throw invalidField(
      POINTER,
      'is neither a number of days nor a duration as P30D, P4W or PT12H (no years, no months)',
    );
  if (seconds > MAX_REVERIFY_DAYS * DAY_SECONDS)
    throw invalidField(POINTER, `is longer than ${MAX_REVERIFY_DAYS} days`);
  return seconds;
}
