// JSON files of a checkpoint folder, bounded in size and depth.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpungeError } from '../errors.ts';
import { hasCode } from './disk.ts';
import { readFully } from './file-bytes.ts';
import { invalid } from './invalid.ts';
import { checkJsonText } from './json-text.ts';

/** Largest JSON file that is parsed: a tokenizer of 250,000 tokens takes about 20 MB. */
export const MAX_JSON_BYTES = 1 << 26;
/** Files of people have about ten levels. */
const MAX_DEPTH = 64;
/** Larger files are vocabularies, which other readers take with a word twice as well. */
const KEYS_CHECKED_BYTES = 1 << 24;

/** Parses what a file holds. Throws `checkpoint-invalid`. */
export function parseJsonFile(bytes: Uint8Array, name: string): unknown {
  const remedy = 'Write it again; it may be truncated.';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const keys = bytes.byteLength <= KEYS_CHECKED_BYTES && name !== 'tokenizer.json';
    checkJsonText(text, { file: name, depth: MAX_DEPTH, remedy: 'Write it again.', keys });
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof ExpungeError) throw error;
    throw invalid(name, 'is not JSON in UTF-8', remedy, error);
  }
}

/** Parsed content of `<dir>/<name>`; undefined when there is no such file. Throws `checkpoint-invalid`. */
export async function readJson(dir: string, name: string): Promise<unknown> {
  const handle = await open(join(dir, name), 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw invalid(name, 'cannot be read', 'Check its permissions.', error);
  });
  if (!handle) return undefined;
  try {
    const entry = await handle.stat();
    if (!entry.isFile()) throw invalid(name, 'is not an ordinary file', 'Replace it.');
    if (entry.size > MAX_JSON_BYTES)
      throw invalid(name, `is larger than ${MAX_JSON_BYTES} bytes`, 'Check that it is the right file.');
    const bytes = new Uint8Array(entry.size);
    await readFully(handle, bytes, 0, name);
    return parseJsonFile(bytes, name);
  } finally {
    await handle.close();
  }
}
