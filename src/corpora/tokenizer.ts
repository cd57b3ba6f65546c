// Text to token ids and back, from a Hugging Face tokenizer.json.
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { type Tokenizer, tokenizerFacts } from '../domain/tokenizer.ts';
import { ExpungeError } from '../errors.ts';

export type { Tokenizer } from '../domain/tokenizer.ts';

async function optionalJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const detail = `${basename(path)}: cannot be read as JSON. Write it again.`;
    throw new ExpungeError('checkpoint-invalid', detail, { cause: error });
  }
}

/** A tokenizer from parsed files; `config` is the model's config.json, where older exports name the end of text. */
export function createTokenizer(tokenizerJson: object, tokenizerConfig: object = {}, config?: unknown): Tokenizer {
  const facts = tokenizerFacts(tokenizerJson, tokenizerConfig, config);
  const inner = new HuggingFaceTokenizer(tokenizerJson, tokenizerConfig);
  return {
    ...facts,
    encode: (text) => (text === '' ? [] : inner.encode(text, { add_special_tokens: false }).ids),
    decode: (ids) =>
      ids.length === 0
        ? ''
        : inner.decode(Array.from(ids), { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
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
  return createTokenizer(json, tokenizerConfig && typeof tokenizerConfig === 'object' ? tokenizerConfig : {}, config);
}
