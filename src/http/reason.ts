// Why somebody decided something: text for people, that must not be about the person.
import Type from 'typebox';
import { invalidField } from './validation.ts';

export const Reason = Type.String({
  ...{ minLength: 1, maxLength: 2000, pattern: '^\\s*[^\\s\\u0000][^\\u0000]*$' },
  description:
    'Why, for people. It is kept with the request and must not name the person; an e-mail address is refused',
});
export const OptionalReason = Type.Optional(Reason);

const ADDRESS = /\S@\S/;

/** Throws `validation-failed`; the text is in no error. */
export function reasonOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  if (ADDRESS.test(given))
    throw invalidField('#/reason', 'holds an e-mail address; write it without naming the person');
  return given;
}
