// Whether a tokenizer gives back the characters of a corpus: what it loses is neither learned nor measured.
import { fieldsOf, type LanguageRecord } from '../domain/record.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import { withinTime } from './time-limit.ts';

/** Looked at: enough to meet what is common, little enough not to hold up whoever waits. */
const MAX_RECORDS = 10_000;
const MAX_LETTERS = 4_000_000;
const MAX_DIFFERENT = 5000;
const BATCH = 200;
const MILLISECONDS = 1000;

/** Where a character was met first: the record counted from 0, the member, the character counted from 0. */
export interface Position {
  ordinal: number;
  field: string;
  offset: number;
}
export interface RoundTrip {
  different: number;
  lost: number;
  first: Position | null;
  /** The tokenizer took too long, and was stopped. */
  stopped: boolean;
}

/** The different characters of the first records, each with its first position. */
export class CharacterSample {
  readonly #seen = new Map<string, Position>();
  #records = 0;
  #letters = 0;

  /** Whether more is wanted. */
  get open(): boolean {
    return this.#records < MAX_RECORDS && this.#letters < MAX_LETTERS && this.#seen.size < MAX_DIFFERENT;
  }

  add(record: LanguageRecord, ordinal: number): void {
    this.#records++;
    for (const [field, text] of fieldsOf(record)) {
      this.#letters += text.length;
      let offset = 0;
      for (const letter of text) {
        if (!this.#seen.has(letter)) this.#seen.set(letter, { ordinal, field, offset });
        offset++;
      }
    }
  }

  entries(): [string, Position][] {
    return [...this.#seen].slice(0, MAX_DIFFERENT);
  }
}

/** Alone or between letters: a space alone is taken for the beginning of a word. Canonical equivalents are one character. */
function comesBack({ encode, decode }: Pick<Tokenizer, 'encode' | 'decode'>, letter: string): boolean {
  return [letter, `a${letter}a`].some((text) => decode(encode(text)).normalize() === text.normalize());
}

/** Encodes and decodes each character of the sample; others get their turn in between. */
export async function roundTrip(
  tokenizer: Pick<Tokenizer, 'encode' | 'decode'>,
  sample: CharacterSample,
): Promise<RoundTrip> {
  const entries = sample.entries();
  const lost: Position[] = [];
  for (let from = 0; from < entries.length; from += BATCH) {
    const batch = entries.slice(from, from + BATCH);
    const found = withinTime(MILLISECONDS, () => batch.filter(([letter]) => !comesBack(tokenizer, letter)));
    if (found === null) return { different: from, lost: lost.length, first: lost[0] ?? null, stopped: true };
    lost.push(...found.value.map(([, position]) => position));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { different: entries.length, lost: lost.length, first: lost[0] ?? null, stopped: false };
}
