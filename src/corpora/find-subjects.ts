// Finds identifiers of people in a line of an upload by the rules of its corpus. Every search takes time in proportion to the text: a
// pattern of the client's own could be made to take for ever, so there is none.
import { fieldsOf, type Identifier, type TrainingRecord } from '../domain/record.ts';
import type { SubjectRules } from '../domain/subject-rules.ts';
import { ExpungeError } from '../errors.ts';
import { findEmails } from './find-emails.ts';
import { findNames, lower, nameContext } from './find-names.ts';
import { atPointer, LostDigits, readPointer } from './pointer.ts';

/** Different identifiers that one rule may find in one text; what has more is a list and no record of somebody. */
const MOST = 100;

/** Whoever is left out, or taken for somebody else, would never be found again. */
export class CannotTell extends Error {
  /** Of the text, or the rule's own. */
  readonly pointer: string;
  constructor(pointer: string, detail: string) {
    super(detail);
    this.pointer = pointer;
  }
}

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
  /** What pointers find in a line as it came. Throws `LostDigits`, `CannotTell`. */
  inLine(line: unknown): FoundSubject[];
  /** What patterns and names find in the text of its record. Throws `CannotTell`. */
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

/** At least as many digits as a telephone number has, near each other. */
const DIGITS = /\d(?:[\s().\-/]{0,3}\d){5}/;

/** Between the numbers of a list: taken for an extension, it would hide the next number. */
const LISTED = /[,;]\s/;

/** `low`: the text by `lower`, of whoever has names to find. */
type Find = (text: string, low: string) => Iterable<string>;

/** Loaded when a corpus asks for it: it takes a megabyte. Throws `validation-failed` for an unknown country. */
async function phoneFinder(country: string | undefined): Promise<Find> {
  const { findPhoneNumbersInText, isSupportedCountry } = await import('libphonenumber-js');
  if (country !== undefined && !isSupportedCountry(country))
    throw new ExpungeError('validation-failed', '#/subject_rules/country is no country with telephone numbers.', {
      errors: [{ pointer: '#/subject_rules/country', detail: 'is no country with telephone numbers' }],
    });
  const options = country === undefined ? {} : { defaultCountry: country as 'CH' };
  return (text) =>
    text
      .split(LISTED)
      .filter((part) => DIGITS.test(part))
      .flatMap((part) => findPhoneNumbersInText(part, options).map(({ number }) => number.number));
}

/** Each with the member that holds it; names of values in a row are the client's. */
function* textsOf(record: TrainingRecord): Generator<[field: string, text: string]> {
  if (!('input' in record)) yield* fieldsOf(record);
  else if (typeof record.input === 'string') yield ['input', record.input];
  else if (!Array.isArray(record.input))
    for (const value of Object.values(record.input)) if (typeof value === 'string') yield ['input', value];
}

/** What one rule finds in one place, as often as it stands there. Throws `CannotTell`. */
function* told(
  { rule, type }: { rule: string; type: string },
  pointer: string,
  values: Iterable<string>,
): Generator<FoundSubject> {
  const different = new Set<string>();
  for (const value of values) {
    if (!value.isWellFormed()) throw new CannotTell(pointer, 'holds half a surrogate pair');
    if (different.add(value).size > MOST)
      throw new CannotTell(pointer, `holds over ${MOST} people by the rule ${rule}; split the record`);
    yield { rule, identifier: { type, value } };
  }
}

/** Throws `validation-failed` for rules that cannot be meant. */
export async function createFinder(rules: SubjectRules): Promise<SubjectFinder> {
  const pointers = (rules.pointers ?? []).map(({ pointer, type }, i) => ({
    ...{ rule: `pointers/${i}`, type, pointer, path: readPointer(pointer) },
  }));
  const finders: { rule: string; type: string; find: Find }[] = [];
  for (const pattern of rules.patterns ?? []) {
    const find = pattern === 'email' ? findEmails : await phoneFinder(rules.country);
    finders.push({ rule: `patterns/${pattern}`, type: pattern, find });
  }
  for (const [i, template] of (rules.names ?? []).entries()) {
    const context = nameContext(template, `#/subject_rules/names/${i}`);
    finders.push({ rule: `names/${i}`, type: 'name', find: (text, low) => findNames(text, low, context) });
  }
  const lowered = rules.names === undefined ? () => '' : lower;
  return {
    rules: [...pointers, ...finders].map(({ rule }) => rule),
    members: new Set(pointers.map(({ path }) => path[0]!)),
    inLine: (line) => pointers.flatMap((rule) => [...told(rule, rule.pointer, textsAt(line, rule.path).filter(fits))]),
    inRecord: (record) => {
      // once for all rules, as there may be fifty
      const texts = [...textsOf(record)].map(([field, text]) => ({ field, text, low: lowered(text) }));
      return finders.flatMap((rule) =>
        texts.flatMap(({ field, text, low }) => [...told(rule, `/${field}`, rule.find(text, low))]),
      );
    },
  };
}
