// Digests of the beginnings of a corpus file: what a training had that was recorded before the corpus grew.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { readRange, splitLines } from './lines.ts';

/** Digest of the first so many lines, as that of a whole corpus is made, by their number; none for more lines than there are. */
export async function digestsOfFirst(path: string, counts: readonly number[]): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const last = Math.max(0, ...counts);
  if (last === 0) return found;
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    let lines = 0;
    for await (const line of splitLines(readRange(file))) {
      hash.update(line).update('\n');
      if (counts.includes(++lines)) found.set(lines, `sha256:${hash.copy().digest('hex')}`);
      if (lines === last) break;
    }
  } finally {
    await file.close();
  }
  return found;
}
