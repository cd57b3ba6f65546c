// The files that a checkpoint in Hugging Face layout is made of, and how much there may be of them.
import { invalid } from './invalid.ts';
import { MAX_JSON_BYTES } from './json-file.ts';
import { sisaLimit } from './sisa-names.ts';
import { UPDATES, UPDATES_INDEX } from './updates.ts';
import { INDEX, SHARD } from './weights-index.ts';

const MEBIBYTE = 1 << 20;
/** Entries of the folder, whatever they are: all shards that there may be, and as much besides. */
export const MAX_ENTRIES = 2000;
/** One file of weights. */
const MAX_WEIGHTS_BYTES = 64 * 1024 * MEBIBYTE;
const MAX_TOTAL_BYTES = 512 * 1024 * MEBIBYTE;
const ALLOWED: ReadonlyMap<string, number> = new Map([
  ['config.json', MEBIBYTE],
  ['model.safetensors', MAX_WEIGHTS_BYTES],
  [INDEX, 32 * MEBIBYTE],
  ['tokenizer.json', MAX_JSON_BYTES],
  ['tokenizer_config.json', MEBIBYTE],
  ['special_tokens_map.json', MEBIBYTE],
  ['added_tokens.json', MEBIBYTE],
  ['chat_template.jinja', MEBIBYTE],
  ['generation_config.json', MEBIBYTE],
  ['recipe.json', MEBIBYTE],
  ['vocab.json', MAX_JSON_BYTES],
  ['merges.txt', MAX_JSON_BYTES],
  ['README.md', MEBIBYTE],
  [UPDATES_INDEX, MAX_JSON_BYTES],
  [UPDATES, MAX_WEIGHTS_BYTES],
]);
/** Formats that run code when they are read. */
export const PICKLED = /\.(bin|pt|pth|pkl|pickle|ckpt)$/i;

/** Largest size of a file of a checkpoint; undefined for a name that is none. */
export const checkpointLimit = (name: string): number | undefined =>
  ALLOWED.get(name) ?? sisaLimit(name) ?? (SHARD.test(name) ? MAX_WEIGHTS_BYTES : undefined);

/** Throws `checkpoint-invalid` for more than a checkpoint may have in all. */
export function checkTotal(files: readonly { name: string; size: number }[]): void {
  let total = 0;
  for (const { name, size } of files) {
    total += size;
    if (total > MAX_TOTAL_BYTES)
      throw invalid(name, `brings the folder to ${total} bytes, more than ${MAX_TOTAL_BYTES}`, 'Use a smaller model.');
  }
}
