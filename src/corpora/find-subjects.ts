// Finds identifiers of people in a line of an upload by the rules of its corpus. Every search takes time in proportion to the text: a
// pattern of the client's own could be made to take for ever, so there is none.
import { fieldsOf, type Identifier, type TrainingRecord } from '../domain/record.ts';
import type { SubjectRules } from '../domain/subject-rules.ts';
import { ExpungeError } from '../errors.ts';
import { findNames, type NameContext, nameContext } from './find-names.ts';
import { atPointer, LostDigits, readPointer } from './pointer.ts';

/** Identifiers that one rule may find in one record; what has more is a list and no record of somebody. */
const MOST = 100;

/** An identifier, and the rule that found it: `pointers/0`, `patterns/email`, `names/1`. */
export interface FoundSubject {
  rule: string;
  identifier: Identifier;
}

export interface SubjectFinder {
  /** Names of all rules, in order. */
  rules: readonly string[];
  /** Members at the top of a line that pointers are about: dropped where no record has them. */
  members: ReadonlySet<string>;
  /** What pointers find in a line as it came. */
  inLine(line: unknown): FoundSubject[];
  /** What patterns and names find in the text of its record. */
  inRecord(record: TrainingRecord): FoundSubject[];
}

function textsAt(line: unknown, path: readonly string[]): string[] {
  try {
    return atPointer(line, path);
  } catch (error) {
    if (error instanceof LostDigits) error.pointer = path.map((segment) => `/${segment}`).join('');
    throw error;
  }
}

const fits = (value: string): boolean => /[\p{L}\p{N}]/u.test(value) && value.length <= 500;

const LOCAL = /[\p{L}\p{N}._%+'-]{1,64}$/u;
const DOMAIN = /^(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/u;

/** Addresses, by their `@`: what stands before and behind it is looked at no further than an address is long. */
export function findEmails(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf('@'); at !== -1 && found.length < MOST; at = text.indexOf('@', at + 1)) {
    const local = LOCAL.exec(text.slice(Math.max(0, at - 128), at))?.[0].replace(/^[.'-]+/, '');
    const domain = DOMAIN.exec(text.slice(at + 1, at + 256))?.[0];
    if (local && domain) found.push(`${local}@${domain}`);
  }
  return found;
}

/** At least as many digits as a telephone number has, near each other. */
const DIGITS = /\d(?:[\s().\-/]{0,3}\d){5}/;

type FindPhones = (text: string) => string[];

/** Loaded when a corpus asks for it: it takes a megabyte. Throws `validation-failed` for an unknown country. */
async function phoneFinder(country: string | undefined): Promise<FindPhones> {
  const { findPhoneNumbersInText, isSupportedCountry } = await import('libphonenumber-js');
  if (country !== undefined && !isSupportedCountry(country))
    throw new ExpungeError('validation-failed', '#/subject_rules/country is no country with telephone numbers.', {
      errors: [{ pointer: '#/subject_rules/country', detail: 'is no country with telephone numbers' }],
    });
  const options = country === undefined ? {} : { defaultCountry: country as 'CH' };
  return (text) =>
    DIGITS.test(text)
      ? findPhoneNumbersInText(text, options)
          .slice(0, MOST)
          .map(({ number }) => number.number)
      : [];
}

function* textsOf(record: TrainingRecord): Generator<string> {
  if (!('input' in record)) for (const [, text] of fieldsOf(record)) yield text;
  else if (typeof record.input === 'string') yield record.input;
  else if (!Array.isArray(record.input))
    for (const value of Object.values(record.input)) if (typeof value === 'string') yield value;
}

/** Throws `validation-failed` for rules that cannot be meant. */
export async function createFinder(rules: SubjectRules): Promise<SubjectFinder> {
  const pointers = (rules.pointers ?? []).map(({ pointer, type }, i) => ({
    ...{ rule: `pointers/${i}`, type, path: readPointer(pointer) },
  }));
  const finders: { rule: string; type: string; find: (text: string) => string[] }[] = [];
  for (const pattern of rules.patterns ?? []) {
    const find = pattern === 'email' ? findEmails : await phoneFinder(rules.country);
    finders.push({ rule: `patterns/${pattern}`, type: pattern, find });
  }
  for (const [i, template] of (rules.names ?? []).entries()) {
    const context: NameContext = nameContext(template, `#/subject_rules/names/${i}`);
    finders.push({ rule: `names/${i}`, type: 'name', find: (text) => findNames(text, context, MOST) });
  }
  return {
    rules: [...pointers, ...finders].map(({ rule }) => rule),
    members: new Set(pointers.map(({ path }) => path[0]!)),
    inLine: (line) =>
      pointers.flatMap(({ rule, type, path }) =>
        textsAt(line, path)
          .filter(fits)
          .slice(0, MOST)
          .map((value) => ({ rule, identifier: { type, value } })),
      ),
    inRecord: (record) => {
      const texts = [...textsOf(record)];
      return finders.flatMap(({ rule, type, find }) =>
        texts.flatMap(find).map((value) => ({ rule, identifier: { type, value } })),
      );
    },
  };
}
