// Names by the fixed text around them. Finding names anywhere takes a model; this finds those that a form puts in a known place.
import { ExpungeError } from '../errors.ts';

export interface NameContext {
  before: string;
  after: string;
}

const WORD = "(?:\\p{Lu}\\.|\\p{Lu}[\\p{L}\\p{M}’'-]{0,40})";
/** One to four words that begin with a capital; apostrophes and hyphens belong to them, and the point of an initial. */
const NAME = new RegExp(`${WORD}(?: ${WORD}){0,3}`, 'uy');

/** Of the same length: places found in it are places of the text. */
export function lower(text: string): string {
  const low = text.toLowerCase();
  if (low.length === text.length) return low;
  // few letters grow (İ): they stay
  return Array.from(text, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  }).join('');
}

/** Throws `validation-failed`, pointing at the template, where too little stands before the name to tell it by. */
export function nameContext(template: string, pointer: string): NameContext {
  const [before = '', after = ''] = template.split('{name}');
  if ((before.match(/\p{L}/gu) ?? []).length < 2) {
    const detail = 'must have at least two letters before {name}, or it would find every word';
    throw new ExpungeError('validation-failed', `${pointer} ${detail}.`, { errors: [{ pointer, detail }] });
  }
  return { before: lower(before), after: lower(after) };
}

/**
 * The name that begins at `at`, as long as it can be with `after` behind it: what follows a name may begin with a capital too, and a point may
 * be the end of a sentence. Undefined: there is none.
 */
function nameAt(text: string, low: string, at: number, after: string): string | undefined {
  NAME.lastIndex = at;
  let name = NAME.exec(text)?.[0];
  while (name) {
    const end = at + name.length;
    if (low.startsWith(after, end) || low.startsWith(after.trimEnd(), end)) return name;
    name = name.slice(0, name.endsWith('.') ? -1 : Math.max(0, name.lastIndexOf(' ')));
  }
  return undefined;
}

/** Names in this context, whatever its capitals; `low` is the text by `lower`. Time goes by the length of the text. */
export function* findNames(text: string, low: string, { before, after }: NameContext): Generator<string> {
  for (let at = low.indexOf(before); at !== -1; at = low.indexOf(before, at + 1)) {
    // in the middle of a word it is another one
    if (/^[\p{L}\p{N}]/u.test(before) && at > 0 && /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at))) continue;
    const name = nameAt(text, low, at + before.length, after);
    if (name !== undefined) yield name;
  }
}
