// Whether a tokenizer knows the words of a classifier's texts: of those that it does not know a model sees nothing that tells them apart.
import type { Position } from './round-trip.ts';
import type { TextInput } from './text-input.ts';
import { withinTime } from './time-limit.ts';

/** Looked at: enough to meet what is common, little enough not to hold up whoever waits. */
const MAX_TEXTS = 1000;
const MAX_LETTERS = 200_000;
const MILLISECONDS = 1000;

/** The first texts of a corpus, each with the number of its record from 0. */
export class TextSample {
  readonly texts: { ordinal: number; text: string }[] = [];
  #letters = 0;

  add(text: string, ordinal: number): void {
    if (this.texts.length === MAX_TEXTS || this.#letters >= MAX_LETTERS) return;
    this.texts.push({ ordinal, text });
    this.#letters += text.length;
  }
}

/** Null where the tokenizer took too long, and was stopped. */
export function unknownWords({ firstUnknown }: Pick<TextInput, 'firstUnknown'>, sample: TextSample) {
  const found = withinTime(MILLISECONDS, () =>
    sample.texts.map(({ ordinal, text }): Position => ({ ordinal, field: 'input', offset: firstUnknown(text) })),
  );
  if (found === null) return null;
  const unknown = found.value.filter(({ offset }) => offset >= 0);
  return { texts: sample.texts.length, unknown: unknown.length, first: unknown[0] ?? null };
}
