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
function lower(text: string): string {
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

/** Names in this context, whatever its capitals; at most `most`. Time goes by the length of the text. */
export function findNames(text: string, { before, after }: NameContext, most: number): string[] {
  const low = lower(text);
  const found: string[] = [];
  for (let at = low.indexOf(before); at !== -1 && found.length < most; at = low.indexOf(before, at + 1)) {
    // in the middle of a word it is another one
    if (/^[\p{L}\p{N}]/u.test(before) && at > 0 && /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at))) continue;
    NAME.lastIndex = at + before.length;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) continue;
    const end = at + before.length + name.length;
    if (low.startsWith(after, end) || low.startsWith(after.trimEnd(), end)) found.push(name);
  }
  return found;
}
