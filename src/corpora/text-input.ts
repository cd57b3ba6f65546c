// How a text becomes the ids that a classifier takes: as the tokenizers library makes them by tokenizer.json, brought to the one length
// of the model's input.
import Type from 'typebox';
import { Value } from 'typebox/value';
import { vocabularyOf } from '../domain/tokenizer.ts';
import { ExpungeError } from '../errors.ts';
import { openTokenizer } from './tokenizer.ts';

export interface TextInput {
  /** Ids of a text, as many as the model takes. */
  encode(text: string): number[];
  /** Place of the first word that has a part without a token, in characters from 0; -1 where there is none. */
  firstUnknown(text: string): number;
}

const Direction = Type.Union([Type.Literal('Left'), Type.Literal('Right')]);
const Shaping = Type.Object({
  padding: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({
        strategy: Type.Union([
          Type.Literal('BatchLongest'),
          Type.Object({ Fixed: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
        ]),
        direction: Direction,
        pad_id: Type.Integer({ minimum: 0 }),
      }),
    ]),
  ),
  truncation: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({ max_length: Type.Integer({ minimum: 1 }), direction: Type.Optional(Direction) }),
    ]),
  ),
});

const invalid = (what: string, remedy: string, cause?: unknown) =>
  new ExpungeError('checkpoint-invalid', `tokenizer.json: ${what}. ${remedy}`, { cause });

/** What tokenizer.json says of length, and what holds where it says nothing: zeros on the right, the end cut off. */
function shapingOf(tokenizerJson: object, { length, entries }: TextModel) {
  if (!Value.Check(Shaping, tokenizerJson)) {
    const [first] = Value.Errors(Shaping, tokenizerJson);
    throw invalid(`${first?.instancePath || '/'} ${first?.message}`, 'Save it again, or give these members as null.');
  }
  const { padding, truncation } = tokenizerJson;
  const fixed = typeof padding?.strategy === 'object' ? padding.strategy.Fixed : length;
  if (fixed !== length)
    throw invalid(
      `padding brings texts to ${fixed} ids, and the model takes ${length}`,
      `Set padding.strategy to {"Fixed": ${length}}.`,
    );
  const padId = padding?.pad_id ?? 0;
  if (padId >= entries)
    throw invalid(
      `padding names the id ${padId}, and the model's embedding ends at ${entries - 1}`,
      'Set padding.pad_id to the id that the model was trained with.',
    );
  return {
    ...{ padId, padLeft: padding?.direction === 'Left', cutLeft: truncation?.direction === 'Left' },
    longest: Math.min(length, truncation?.max_length ?? length),
  };
}

/** Ids of a text at most: no record has more letters. */
const MAX_LENGTH = 100_000;

/** What a classifier of text is to its tokenizer. */
export interface TextModel {
  /** Ids that its input takes. */
  length: number;
  /** Rows of the Embedding that looks them up. */
  entries: number;
}

interface Model {
  vocab: Record<string, number> | [string, number][];
  unk_token?: string | null;
  unk_id?: number | null;
}
type Inner = ReturnType<typeof openTokenizer>['inner'];

/** Texts of which one at least has tokens. */
const probesOf = ({ vocab }: Model): string[] =>
  ['a', ...(Array.isArray(vocab) ? vocab.map(([token]) => token) : Object.keys(vocab))].slice(0, 50);

/** Ids that the post-processor puts around every text, such as [CLS] and [SEP]. */
function surroundings(inner: Inner, model: Model): { before: number[]; after: number[] } {
  for (const text of probesOf(model)) {
    const bare: number[] = inner.encode(text, { add_special_tokens: false }).ids;
    const whole: number[] = inner.encode(text).ids;
    const at = whole.findIndex((_, i) => bare.every((id, j) => whole[i + j] === id));
    if (bare.length > 0 && at >= 0) return { before: whole.slice(0, at), after: whole.slice(at + bare.length) };
  }
  return { before: [], after: [] };
}

/** Throws `checkpoint-invalid` for a file that is no tokenizer, that does not fit the model, or cannot be computed exactly. */
export function createTextInput(tokenizerJson: object, text: TextModel): TextInput {
  const { highest, idOf } = vocabularyOf(tokenizerJson);
  if (text.length > MAX_LENGTH)
    throw invalid(`is for a model that takes ${text.length} ids`, `Use one that takes ${MAX_LENGTH} at most.`);
  if (highest >= text.entries)
    throw invalid(
      `numbers its tokens up to ${highest}, and the model's embedding ends at ${text.entries - 1}`,
      'Use the tokenizer that the model was trained with.',
    );
  const { padId, padLeft, cutLeft, longest } = shapingOf(tokenizerJson, text);
  const { inner, encode } = openTokenizer(tokenizerJson);
  const { model } = tokenizerJson as { model: Model };
  const { before, after } = surroundings(inner, model);
  const room = longest - before.length - after.length;
  if (room < 1)
    throw invalid(
      `leaves no room for text: ${before.length + after.length} of ${longest} ids are special tokens`,
      'Use the tokenizer that the model was trained with.',
    );
  const unknown = (typeof model.unk_token === 'string' ? idOf(model.unk_token) : undefined) ?? model.unk_id ?? -1;
  return {
    encode(given) {
      const ids = encode('start', given);
      const kept = cutLeft ? ids.slice(-room) : ids.slice(0, room);
      const whole = [...before, ...kept, ...after];
      const filling = new Array<number>(text.length - whole.length).fill(padId);
      return padLeft ? [...filling, ...whole] : [...whole, ...filling];
    },
    firstUnknown(given) {
      for (const { 0: word, index } of given.matchAll(/\S+/g)) {
        const ids = encode('start', word);
        if (ids.length === 0 || ids.includes(unknown)) return [...given.slice(0, index)].length;
      }
      return -1;
    },
  };
}
