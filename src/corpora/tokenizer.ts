// Text to token ids and back, from a Hugging Face tokenizer.json.
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { type Tokenizer, tokenizerFacts } from '../domain/tokenizer.ts';
import { ExpungeError } from '../errors.ts';
import { configuredTemplate, createTemplate, MAX_TEMPLATE_BYTES } from './chat-template.ts';
import { turnsOf } from './conversation.ts';
import { type Decoder, mendDecoder } from './token-bytes.ts';
import { checkParts, mended, type Place, placed, type TokenizerJson, withoutSpecials } from './tokenizer-parts.ts';

export type { Tokenizer } from '../domain/tokenizer.ts';

const ESCAPED = /[.*+?^${}()|[\]\\]/g;

/** Matches the longest of the names; null without any. */
function specialPattern(names: readonly string[]): RegExp | null {
  const longest = names.filter((name) => name !== '').sort((a, b) => b.length - a.length);
  return longest.length === 0 ? null : new RegExp(longest.map((name) => name.replace(ESCAPED, '\\$&')).join('|'));
}

async function optionalJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const detail = `${basename(path)}: cannot be read as JSON. Write it again.`;
    throw new ExpungeError('checkpoint-invalid', detail, { cause: error });
  }
}

/** chat_template.jinja of a folder, where it has one. */
async function readTemplate(dir: string): Promise<string | null> {
  const path = join(dir, 'chat_template.jinja');
  const entry = await stat(path).catch(() => null);
  if (entry === null) return null;
  if (entry.size <= MAX_TEMPLATE_BYTES) return readFile(path, 'utf8');
  const detail = `chat_template.jinja: is larger than ${MAX_TEMPLATE_BYTES} bytes. Check that it is the right file.`;
  throw new ExpungeError('checkpoint-invalid', detail);
}

const specialsOf = (json: TokenizerJson) => (json.added_tokens ?? []).filter((token) => token.special);

/** Made when first needed: a tokenizer takes up to a second and some memory. */
function encoders(json: TokenizerJson, config: object, first: HuggingFaceTokenizer, spelled: RegExp | null) {
  const made = new Map<TokenizerJson, HuggingFaceTokenizer>([[json, first]]);
  const ids = new Set(specialsOf(json).map(({ id }) => id));
  const variants = new Map<string, TokenizerJson>();
  const variant = (place: Place, plain: boolean): TokenizerJson => {
    const key = `${place} ${plain}`;
    const known = variants.get(key);
    if (known !== undefined) return known;
    const own = placed(json, place);
    const found = !plain ? own : own === json && place !== 'start' ? variant('start', true) : withoutSpecials(own);
    variants.set(key, found);
    return found;
  };
  const run = (place: Place, plain: boolean, text: string): number[] => {
    const key = variant(place, plain);
    const inner = made.get(key) ?? new HuggingFaceTokenizer(key, config);
    made.set(key, inner);
    return inner.encode(text, { add_special_tokens: false }).ids;
  };
  return (place: Place, text: string): number[] => {
    if (text === '') return [];
    if (spelled?.test(text)) return run(place, true, text);
    const found = run(place, false, text);
    // a normaliser can make a special token's name of other letters
    return found.some((id) => ids.has(id)) ? run(place, true, text) : found;
  };
}

/** Ids that the tokenizer puts before every text: a begin-of-text token, where the model was trained with one. */
function prefixOf(inner: HuggingFaceTokenizer, tokenizerConfig: object): number[] {
  const { add_bos_token, add_eos_token, bos_token } = tokenizerConfig as Record<string, unknown>;
  // once one of them is set, they decide, and not the post-processor
  if (add_bos_token !== undefined || add_eos_token !== undefined) {
    const named =
      typeof bos_token === 'object' && bos_token !== null ? (bos_token as { content?: unknown }).content : bos_token;
    const id = add_bos_token === true && typeof named === 'string' ? inner.token_to_id(named) : undefined;
    return id === undefined ? [] : [id];
  }
  const bare: number[] = inner.encode('a', { add_special_tokens: false }).ids;
  const whole: number[] = inner.encode('a').ids;
  const at = whole.findIndex((_, i) => bare.every((id, j) => whole[i + j] === id));
  return bare.length === 0 || at <= 0 ? [] : whole.slice(0, at);
}

/** What encodes texts by a tokenizer.json, whatever model they are for. Throws `checkpoint-invalid` as `createTokenizer`. */
export function openTokenizer(tokenizerJson: object, tokenizerConfig: object = {}) {
  checkParts(tokenizerJson as TokenizerJson);
  const json = mended(tokenizerJson as TokenizerJson);
  const inner = new HuggingFaceTokenizer(json, tokenizerConfig);
  const specials = specialsOf(json);
  const pattern = specialPattern(specials.map(({ content }) => content));
  return { inner, specials, pattern, encode: encoders(json, tokenizerConfig, inner, pattern) };
}

/**
 * A tokenizer from parsed files; `config` is the model's config.json, where older exports name the end of text, and
 * `chatTemplate` the file beside it, which goes before the one in `tokenizerConfig`. Throws `checkpoint-invalid` for a
 * part that cannot be computed exactly.
 */
export function createTokenizer(
  tokenizerJson: object,
  tokenizerConfig: object = {},
  config?: unknown,
  chatTemplate: string | null = configuredTemplate(tokenizerConfig),
): Tokenizer {
  const facts = tokenizerFacts(tokenizerJson, tokenizerConfig, config);
  const { inner, specials, pattern, encode } = openTokenizer(tokenizerJson, tokenizerConfig);
  mendDecoder(inner.decoder as Decoder | null);
  const chat = (template: string): Tokenizer['chat'] => {
    const parts = { render: createTemplate(template, tokenizerConfig), specials, pattern, encode, eosId: facts.eosId };
    return { turns: (messages) => turnsOf(messages, parts) };
  };
  return {
    ...facts,
    prefix: prefixOf(inner, tokenizerConfig),
    encode: (text) => encode('start', text),
    continued: (text) => encode('continued', text),
    chat: chatTemplate === null ? null : chat(chatTemplate),
    decode(ids) {
      // a model's vocabulary may be padded with ids that are no token
      const known = Array.from(ids).filter((id) => inner.id_to_token(id) !== undefined);
      const options = { skip_special_tokens: true, clean_up_tokenization_spaces: false };
      return known.length === 0 ? '' : inner.decode(known, options);
    },
  };
}

/** The chat template of a checkpoint folder, from its own file or from tokenizer_config.json; null where it has none. */
export async function chatTemplateOf(dir: string): Promise<string | null> {
  const tokenizerConfig = await optionalJson(join(dir, 'tokenizer_config.json'));
  return (await readTemplate(dir)) ?? configuredTemplate((tokenizerConfig ?? {}) as object);
}

/**
 * The tokenizer of a checkpoint folder, or of a tokenizer.json with its neighbours tokenizer_config.json and config.json.
 * Throws `checkpoint-invalid` naming the file.
 */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const dir = isFolder ? path : dirname(path);
  const json = await optionalJson(isFolder ? join(path, 'tokenizer.json') : path);
  if (typeof json !== 'object' || json === null)
    throw new ExpungeError('checkpoint-invalid', 'tokenizer.json: is missing. Put it beside the weights.');
  const tokenizerConfig = await optionalJson(join(dir, 'tokenizer_config.json'));
  const config = await optionalJson(join(dir, 'config.json'));
  const settings = tokenizerConfig && typeof tokenizerConfig === 'object' ? tokenizerConfig : {};
  return createTokenizer(json, settings, config, (await readTemplate(dir)) ?? undefined);
}
