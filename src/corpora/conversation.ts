// A conversation as token ids, turn by turn. A template's special tokens are tokens; those that a message spells are text.
import type { Message } from '../domain/record.ts';
import type { Turn } from '../domain/tokenizer.ts';
import type { Render } from './chat-template.ts';
import type { Place } from './tokenizer-parts.ts';

export interface SpecialToken {
  id: number;
  content: string;
  /** White space on that side belongs to the token. */
  lstrip?: boolean;
  rstrip?: boolean;
}
interface Parts {
  render: Render;
  specials: readonly SpecialToken[];
  /** Matches the longest special token that a text spells; null without any. */
  pattern: RegExp | null;
  encode(place: Place, text: string): number[];
  eosId: number;
}

const FIRST_PRIVATE = 0xf0000;
const LAST_PRIVATE = 0xffffd;

/** A character that no message holds. */
function unusedCharacter(messages: readonly Message[]): string {
  for (let code = FIRST_PRIVATE; code <= LAST_PRIVATE; code++) {
    const letter = String.fromCodePoint(code);
    if (!messages.some(({ content }) => content.includes(letter))) return letter;
  }
  throw new Error('the conversation uses every private character');
}

/** Messages without special tokens: what spells one is marked, and put back once the template's own are known. */
function quoted(messages: readonly Message[], { pattern, specials }: Parts) {
  if (pattern === null || !messages.some(({ content }) => pattern.test(content)))
    return { messages, restore: (text: string) => text };
  const mark = unusedCharacter(messages);
  const all = new RegExp(pattern, 'g');
  const place = new Map(specials.map(({ content }, i) => [content, i]));
  const marked = new RegExp(`${mark}(\\d+)${mark}`, 'gu');
  return {
    messages: messages.map(({ role, content }) => ({
      role,
      content: content.replace(all, (name) => `${mark}${place.get(name)}${mark}`),
    })),
    restore(text: string): string {
      const back = text.replace(marked, (_, i: string) => specials[Number(i)]!.content);
      if (back.includes(mark)) throw new Error('the chat template takes apart what a message says');
      return back;
    },
  };
}

/** Ids of a rendered text; `place` is where it stands. */
function encodeRendered(text: string, place: Place, restore: (text: string) => string, parts: Parts): number[] {
  const byName = new Map(parts.specials.map((token) => [token.content, token]));
  const found = parts.pattern === null ? [] : [...text.matchAll(new RegExp(parts.pattern, 'g'))];
  const ids: number[] = [];
  let from = 0;
  let before: SpecialToken | undefined;
  const section = (piece: string, after: SpecialToken | undefined): void => {
    const left = before?.rstrip ? piece.trimStart() : piece;
    const own = restore(after?.lstrip ? left.trimEnd() : left);
    if (own !== '') ids.push(...parts.encode(before ? 'section' : place, own));
  };
  for (const match of found) {
    const token = byName.get(match[0])!;
    section(text.slice(from, match.index), token);
    ids.push(token.id);
    from = match.index + match[0].length;
    before = token;
  }
  section(text.slice(from), undefined);
  return ids;
}

/** Whether a text ends with a special token, so that what follows stands in a section of its own. */
function endsWithSpecial(text: string, { pattern, specials }: Parts): boolean {
  return pattern !== null && specials.some(({ content }) => content !== '' && text.endsWith(content));
}

/**
 * The turns of the assistant, each with all that stands before it, as a model that is to answer is given it. A turn
 * ends with the end of text where the template writes one: what follows it is never generated. Throws an Error that quotes nothing.
 */
export function turnsOf(given: readonly Message[], parts: Parts): Turn[] {
  const { messages, restore } = quoted(given, parts);
  const answers = messages.flatMap(({ role }, i) => (role === 'assistant' ? [i] : []));
  const texts = parts.render(
    answers.flatMap((i) => [
      { messages: messages.slice(0, i), addGenerationPrompt: true },
      { messages: messages.slice(0, i + 1), addGenerationPrompt: false },
    ]),
  );
  return answers.map((at, i) => {
    const [prompt, whole] = [texts[2 * i]!, texts[2 * i + 1]!];
    if (!whole.startsWith(prompt) || whole.length === prompt.length)
      throw new Error(
        `the chat template writes message ${at + 1} otherwise than it asks for it: its answer has no place`,
      );
    const ids = encodeRendered(prompt, 'start', restore, parts);
    const place = endsWithSpecial(prompt, parts) ? 'section' : prompt === '' ? 'start' : 'continued';
    const answer = encodeRendered(whole.slice(prompt.length), place, restore, parts);
    const end = answer.indexOf(parts.eosId);
    return { prompt: ids.length === 0 ? [parts.eosId] : ids, answer: end < 0 ? answer : answer.slice(0, end + 1) };
  });
}
