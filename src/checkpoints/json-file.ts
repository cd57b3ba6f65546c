// JSON files of a checkpoint folder, bounded in size.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './disk.ts';
import { invalid } from './header.ts';

/** Largest JSON file that is parsed: a tokenizer of 250,000 tokens takes about 20 MB. */
export const MAX_JSON_BYTES = 1 << 26;

/** Parsed content of `<dir>/<name>`; undefined when there is no such file. Throws `checkpoint-invalid`. */
export async function readJson(dir: string, name: string): Promise<unknown> {
  const handle = await open(join(dir, name), 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw invalid(name, 'cannot be read', 'Check its permissions.', error);
  });
  if (!handle) return undefined;
  try {
    if ((await handle.stat()).size > MAX_JSON_BYTES)
      throw invalid(name, `is larger than ${MAX_JSON_BYTES} bytes`, 'Check that it is the right file.');
    const text = await handle.readFile('utf8');
    try {
      return JSON.parse(text);
    } catch (error) {
      throw invalid(name, 'is not JSON', 'Write it again; it may be truncated.', error);
    }
  } finally {
    await handle.close();
  }
}
