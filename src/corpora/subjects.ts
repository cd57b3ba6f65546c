// How an identifier of a person is written before it is hashed. Changing a rule needs a new NORMALISER_VERSION:
// keys that were made under another rule no longer meet.
import { ExpungeError } from '../errors.ts';

export const NORMALISER_VERSION = 2;

/** Case folding as Unicode defines it, except that Cherokee folds to small letters; dotless i stays itself. */
function caseFold(text: string): string {
  let folded = '';
  // small first: of ß alone there is a capital (ẞ) that is not what its own capital is (SS)
  for (const letter of text) folded += letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
  return folded.replaceAll('ς', 'σ');
}

/** `+41 (0)79 123 45 67`, `0041 79 1234567` and `+41791234567` are one number. Letters and signs are dropped. */
function phone(text: string): string {
  const international = text.startsWith('+') || text.startsWith('00');
  const trunkless = international ? text.replace(/\(0\)/, '') : text;
  const digits = trunkless.replace(/[^0-9]/g, '');
  return international ? `+${digits.replace(/^00/, '')}` : digits;
}

/** Types with a form of their own; all others share one. */
export const NORMALISED_TYPES = ['email', 'phone'] as const;

function byType(type: string, text: string): string {
  switch (type) {
    case 'email':
      return text.toLowerCase();
    case 'phone':
      return phone(text);
    default:
      return caseFold(text).replace(/\s+/gu, ' ');
  }
}

/**
 * The form of an identifier that is hashed (UTF-8): NFKC and trimmed, then by type. `email`: lower-case. `phone`: digits,
 * with a leading + when the number is international. Any other: case-folded, runs of white space become one space.
 * Idempotent. Throws `validation-failed` when nothing is left, since all such people would be one.
 */
export function normalise(type: string, value: string): string {
  const normal = byType(type, value.normalize('NFKC').trim()).normalize('NFKC').trim();
  if (/[\p{L}\p{N}\p{S}\p{P}]/u.test(normal) && normal !== '+') return normal;
  throw new ExpungeError(
    'validation-failed',
    `An identifier of type ${type} holds nothing to compare once it is normalised; send its real value.`,
  );
}

/** What a value of a type has to look like for anybody to be found by it, and how that is said. Any other type: anything. */
const FORMS: Readonly<Record<string, { form: RegExp; wrong: string }>> = {
  email: {
    form: /^(?!mailto:)[^<>\p{C}]+@[\p{L}\p{M}\p{N}.:[\]-]*[\p{L}\p{M}\p{N}\]]$/iu,
    wrong: 'is no e-mail address: a name, @ and a host, and nothing around them',
  },
  phone: { form: /(\d[^\d]*){3}/u, wrong: 'is no telephone number: it has fewer than three digits' },
};

/**
 * Why nobody will be found by this value, or null: a typing error must not read as if nothing were known of a person. Records are
 * stored under whatever they say; who is stored under such a value is asked for by its SHA-256.
 */
export function mistyped(type: string, value: string): string | null {
  const known = Object.hasOwn(FORMS, type) ? FORMS[type]! : null;
  return known === null || known.form.test(value.normalize('NFKC').trim()) ? null : known.wrong;
}
