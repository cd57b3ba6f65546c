// How long the records of a corpus are to a model, from a sample: what plans of time and memory are made with.
import { fieldsOf, type LanguageRecord } from '../domain/record.ts';
import type { RowSizes } from '../domain/resources.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import { withinTime } from './time-limit.ts';

/** The first records, for the mean; little enough text not to hold up whoever waits. */
const FIRST_RECORDS = 500;
const FIRST_LETTERS = 200_000;
/** Those of most letters, for the longest row. */
const LONGEST_RECORDS = 4;
/** What a chat template writes around a turn, as a rule. It is not run for this: templates run in a thread of their own. */
const AROUND_TURN = 8;
const MILLISECONDS = 1000;

const lettersOf = (record: LanguageRecord): number => fieldsOf(record).reduce((sum, [, text]) => sum + text.length, 0);

/** The first records of the train corpora, and the longest of all. */
export class SizeSample {
  readonly #first: LanguageRecord[] = [];
  #letters = 0;
  #longest: { record: LanguageRecord; letters: number }[] = [];

  add(record: LanguageRecord): void {
    const letters = lettersOf(record);
    if (this.#first.length < FIRST_RECORDS && this.#letters < FIRST_LETTERS) {
      this.#first.push(record);
      this.#letters += letters;
    }
    if (this.#longest.length === LONGEST_RECORDS && letters <= this.#longest.at(-1)!.letters) return;
    const sorted = [...this.#longest, { record, letters }].sort((a, b) => b.letters - a.letters);
    this.#longest = sorted.slice(0, LONGEST_RECORDS);
  }

  get first(): readonly LanguageRecord[] {
    return this.#first;
  }

  get longest(): readonly LanguageRecord[] {
    return this.#longest.map(({ record }) => record);
  }
}

/** Tokens of the rows of a record. Turns share what was said before them, so a row counts from the beginning. */
function lengthsOf({ encode }: Pick<Tokenizer, 'encode'>, record: LanguageRecord, context: number): number[] {
  const tokens = (text: string) => (text === '' ? 0 : encode(text).length);
  if ('messages' in record) {
    let length = 0;
    return record.messages.flatMap(({ role, content }) => {
      length += tokens(content) + AROUND_TURN;
      return role === 'assistant' ? [length] : [];
    });
  }
  const all = fieldsOf(record).reduce((sum, [, text]) => sum + tokens(text), 1);
  const pieces = 'text' in record ? Math.ceil(all / context) : 1;
  return Array.from({ length: pieces }, () => Math.ceil(all / pieces));
}

/** Sizes of the sample; null for an empty one, and where the tokenizer takes too long. */
export function rowSizes(tokenizer: Pick<Tokenizer, 'encode'>, sample: SizeSample, context: number): RowSizes | null {
  const measure = (records: readonly LanguageRecord[]) =>
    records.map((record) => lengthsOf(tokenizer, record, context).map((length) => Math.min(length, context)));
  const found = withinTime(MILLISECONDS, () => ({ first: measure(sample.first), longest: measure(sample.longest) }));
  const rows = found?.value.first.flat() ?? [];
  if (found === null || rows.length === 0) return null;
  const mean = rows.reduce((a, b) => a + b, 0) / rows.length;
  const longest = Math.max(...rows, ...found.value.longest.flat());
  const per_record = rows.length / sample.first.length;
  return { mean: Number(mean.toPrecision(4)), longest, per_record: Number(per_record.toPrecision(4)) };
}
