// What a tokenizer is to the rest of the system, and what its files say about it.
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { ExpungeError } from '../errors.ts';
import type { Message } from './record.ts';

/** One thing that the assistant says: ids of all that stands before it, and its own with what ends it. */
export interface Turn {
  prompt: number[];
  answer: number[];
}

export interface Tokenizer {
  /** Token ids of a text. No special token is added, and those that the text spells are letters. */
  encode(text: string): number[];
  /** The same for a text that goes on after another: no space is put before it. */
  continued(text: string): number[];
  /** Ids that stand before every text: a begin-of-text token, where the model was trained with one. */
  prefix: readonly number[];
  /** Text of token ids; special tokens are left out. */
  decode(ids: ArrayLike<number>): string;
  /** Ends an answer. */
  eosId: number;
  /** Highest id + 1. */
  vocabSize: number;
  /** Null without a chat template. What it throws quotes nothing of the conversation. */
  chat: { turns(messages: readonly Message[]): Turn[] } | null;
}

/** The parts of tokenizer.json that ids come from; a unigram model numbers its tokens by position. */
const TokenizerJson = Type.Object({
  added_tokens: Type.Optional(Type.Array(Type.Object({ id: Type.Integer({ minimum: 0 }), content: Type.String() }))),
  model: Type.Object({
    vocab: Type.Union([
      Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
      Type.Array(Type.Tuple([Type.String(), Type.Number()])),
    ]),
  }),
});

const invalid = (detail: string) => new ExpungeError('checkpoint-invalid', detail);

function vocabulary({ model, added_tokens = [] }: Static<typeof TokenizerJson>): Map<string, number> {
  const ids = new Map<string, number>(
    Array.isArray(model.vocab) ? model.vocab.map(([token], id) => [token, id] as const) : Object.entries(model.vocab),
  );
  for (const { id, content } of added_tokens) ids.set(content, id);
  return ids;
}

const member = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? (json as Record<string, unknown>)[name]
    : undefined;

function endOfText(ids: Map<string, number>, highest: number, tokenizerConfig: unknown, config: unknown): number {
  const named = member(tokenizerConfig, 'eos_token');
  const token = typeof named === 'string' ? named : member(named, 'content');
  if (typeof token === 'string') {
    const id = ids.get(token);
    if (id !== undefined) return id;
    throw invalid('tokenizer_config.json: its eos_token is not in the vocabulary. Name a token of tokenizer.json.');
  }
  const given = member(config, 'eos_token_id');
  const id = (Array.isArray(given) ? given[0] : given) ?? ids.get('<|endoftext|>');
  if (Number.isInteger(id) && id >= 0 && id <= highest) return id;
  throw invalid('tokenizer_config.json: no end-of-text token is known. Name it as eos_token.');
}

/**
 * Facts of a tokenizer from its parsed files (`tokenizerConfig` and `config` may be undefined).
 * Throws `checkpoint-invalid` naming the file.
 */
export function tokenizerFacts(
  tokenizerJson: unknown,
  tokenizerConfig: unknown,
  config: unknown,
): { eosId: number; vocabSize: number } {
  if (!Value.Check(TokenizerJson, tokenizerJson))
    throw invalid('tokenizer.json: holds no vocabulary of tokens and ids. Save it with a fast tokenizer.');
  const ids = vocabulary(tokenizerJson);
  let highest = -1;
  for (const id of ids.values()) highest = Math.max(highest, id);
  return { eosId: endOfText(ids, highest, tokenizerConfig, config), vocabSize: highest + 1 };
}
