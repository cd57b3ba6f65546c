// The deletion manifest on disk: one JSON line for each batch of records that was erased. It is to be kept apart from what a backup puts
// back, so that whoever restores an older state can erase them again.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Value } from 'typebox/value';
import { hasCode, sync } from '../checkpoints/disk.ts';
import { readRange, splitLines } from '../corpora/lines.ts';
import { DeletionEntry } from '../domain/deletion-manifest.ts';
import { ExpungeError } from '../errors.ts';
import type { DeletionManifest } from '../runs/ports.ts';

/** Null for what is no entry. */
function parse(line: Buffer): DeletionEntry | null {
  try {
    const entry: unknown = JSON.parse(line.toString('utf8'));
    return Value.Check(DeletionEntry, entry) ? entry : null;
  } catch {
    return null;
  }
}

/** Where the last whole line ends. */
async function wholeBytes(file: FileHandle): Promise<number> {
  let [at, whole] = [0, 0];
  for await (const block of readRange(file)) {
    const last = block.lastIndexOf(0x0a);
    if (last >= 0) whole = at + last + 1;
    at += block.length;
  }
  return whole;
}

/** The file at `path` (0600), made with its first line. What a crash left of a line was never relied on, and gives way to the next one. */
export const createDeletionManifest = (path: string): DeletionManifest => ({
  async append(entry) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const line = JSON.stringify(entry);
    const file = await open(path, 'a+', 0o600);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      if (size > 0 && last[0] !== 0x0a) await file.truncate(await wholeBytes(file));
      await file.appendFile(`${line}\n`);
      await file.sync();
      if (size === 0) await sync(dirname(path));
    } finally {
      await file.close();
    }
    return `sha256:${createHash('sha256').update(line).digest('hex')}`;
  },

  async *read() {
    let broken = 0;
    let number = 0;
    const refuse = () => new ExpungeError('validation-failed', `Line ${broken} of the deletion manifest is no entry.`);
    try {
      for await (const line of splitLines(createReadStream(path))) {
        number++;
        // only the last line may be one that was cut off
        if (broken > 0) throw refuse();
        const entry = parse(line);
        if (entry === null) broken = number;
        else yield entry;
      }
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    if (broken > 0 && (await endsWhole(path))) throw refuse();
  },
});

async function endsWhole(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return (await wholeBytes(file)) === size;
  } finally {
    await file.close();
  }
}
