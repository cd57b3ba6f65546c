// Overwrites records in a corpus file where they stand: length and place of every line stay, and so does the index of lines.
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { ExpungeError } from '../errors.ts';
import { erasedLine, isErasedLine } from './erased-line.ts';
import { indexOf, type LineIndex, STRIDE, saveIndex } from './line-index.ts';

/** Where lines of one stride stand: offset and length without the line feed. */
async function linesOf(file: FileHandle, { offsets, size }: LineIndex, stride: number) {
  const start = offsets[stride]!;
  const bytes = Buffer.alloc((offsets[stride + 1] ?? size) - start);
  await file.read(bytes, 0, bytes.length, start);
  const found: { offset: number; line: Buffer }[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.subarray(from, end < 0 ? bytes.length : end);
    found.push({ offset: start + from, line });
    from += line.length + 1;
  }
  return found;
}

async function overwrite(file: FileHandle, path: string, index: LineIndex, ordinals: ReadonlySet<number>) {
  let written = 0;
  const refuse = (ordinal: number, why: string) =>
    new ExpungeError('corpus-mismatch', `${basename(path)}: line ${ordinal + 1} ${why}. Restore the file.`);
  for (const [stride, wanted] of Map.groupBy(
    [...ordinals].sort((a, b) => a - b),
    (one) => Math.floor(one / STRIDE),
  )) {
    const beyond = wanted.find((ordinal) => ordinal >= index.lines);
    if (beyond !== undefined) throw refuse(beyond, `lies beyond its ${index.lines} lines`);
    const lines = await linesOf(file, index, stride);
    for (const ordinal of wanted) {
      const { offset, line } = lines[ordinal % STRIDE]!;
      if (isErasedLine(line)) continue;
      const erased = erasedLine(line.length);
      if (erased === null) throw refuse(ordinal, 'is shorter than any record');
      await file.write(erased, 0, erased.length, offset);
      written++;
    }
  }
  return written;
}

/**
 * Overwrites these lines and flushes them to the disk; doing it again changes nothing. What a file system or a drive keeps of overwritten
 * blocks (copies on write, snapshots, worn cells) is out of reach from here. Returns how many lines held anything. Throws
 * `corpus-mismatch` for a line that is not there.
 */
export async function eraseLines(path: string, ordinals: ReadonlySet<number>): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const index = await indexOf(file, path);
    const written = await overwrite(file, path, index, ordinals);
    await file.sync();
    const { mtimeNs } = await file.stat({ bigint: true });
    // the same lines at another time; one that cannot be stored is made again from the text
    if (written > 0) await saveIndex(path, index, mtimeNs).catch(() => {});
    return written;
  } finally {
    await file.close();
  }
}
