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
    // entries are looked at one by one below: there may be a hundred thousand
    vocab: Type.Union([Type.Object({}), Type.Array(Type.Tuple([Type.String(), Type.Number()]))]),
  }),
});

const invalid = (detail: string) => new ExpungeError('checkpoint-invalid', detail);

interface Vocabulary {
  /** Id. */
  highest: number;
  idOf(token: string): number | undefined;
}

/** Null for an id that is none. */
function vocabulary({ model: { vocab }, added_tokens = [] }: Static<typeof TokenizerJson>): Vocabulary | null {
  let highest = Array.isArray(vocab) ? vocab.length - 1 : -1;
  if (!Array.isArray(vocab)) {
    const ids = vocab as Record<string, unknown>;
    for (const token of Object.keys(ids)) {
      const id = ids[token];
      if (!Number.isInteger(id) || (id as number) < 0) return null;
      if ((id as number) > highest) highest = id as number;
    }
  }
  const added = new Map(added_tokens.map(({ id, content }) => [content, id]));
  const inModel = (token: string): number | undefined => {
    if (!Array.isArray(vocab)) return member(vocab, token) as number | undefined;
    const at = vocab.findLastIndex(([name]) => name === token);
    return at < 0 ? undefined : at;
  };
  for (const id of added.values()) highest = Math.max(highest, id);
  return { highest, idOf: (token) => added.get(token) ?? inModel(token) };
}

const member = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? (json as Record<string, unknown>)[name]
    : undefined;

function endOfText({ idOf, highest }: Vocabulary, tokenizerConfig: unknown, config: unknown): number {
  const named = member(tokenizerConfig, 'eos_token');
  const token = typeof named === 'string' ? named : member(named, 'content');
  if (typeof token === 'string') {
    const id = idOf(token);
    if (id !== undefined) return id;
    throw invalid('tokenizer_config.json: its eos_token is not in the vocabulary. Name a token of tokenizer.json.');
  }
  const given = member(config, 'eos_token_id');
  const id = (Array.isArray(given) ? given[0] : given) ?? idOf('<|endoftext|>');
  if (Number.isInteger(id) && id >= 0 && id <= highest) return id;
  throw invalid('tokenizer_config.json: no end-of-text token is known. Name it as eos_token.');
}

/** The tokens of a parsed tokenizer.json. Throws `checkpoint-invalid` where it holds none. */
export function vocabularyOf(tokenizerJson: unknown): Vocabulary {
  const found = Value.Check(TokenizerJson, tokenizerJson) ? vocabulary(tokenizerJson) : null;
  if (found !== null) return found;
  throw invalid('tokenizer.json: holds no vocabulary of tokens and ids. Save it with a fast tokenizer.');
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
  const found = vocabularyOf(tokenizerJson);
  return { eosId: endOfText(found, tokenizerConfig, config), vocabSize: found.highest + 1 };
}
