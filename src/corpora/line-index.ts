// Where the lines of a corpus file begin: a small file beside it, so that a record is read without what stands before it.
// It holds numbers alone. Nothing hangs on it: one that is missing, damaged or of another text is made again from the text.
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { readRange } from './lines.ts';

/** Lines from one known offset to the next: 8 bytes stand for so many, and at most so many are read for one. */
export const STRIDE = 64;
const MAGIC = Buffer.from('EXPLINE1');
const HEADER_BYTES = 40;
/** The checksum follows them. */
const CHECKED_BYTES = 32;

export interface LineIndex {
  lines: number;
  /** Bytes of the text. */
  size: number;
  /** Of the lines 0, STRIDE, 2 * STRIDE, ... */
  offsets: Float64Array;
}
/** Which text an index belongs to: renaming keeps both, and copying a backup back keeps them or makes the index again. */
interface TextState {
  size: bigint;
  mtimeNs: bigint;
}

/** Collects an index while a text is written or read. Memory: 8 bytes for STRIDE lines. */
export class LineCounter {
  lines = 0;
  #offsets = new Float64Array(1024);
  /** A line begins at `offset`. */
  add(offset: number): void {
    if (this.lines % STRIDE === 0) {
      const place = this.lines / STRIDE;
      if (place === this.#offsets.length) {
        const larger = new Float64Array(2 * place);
        larger.set(this.#offsets);
        this.#offsets = larger;
      }
      this.#offsets[place] = offset;
    }
    this.lines++;
  }
  finish(size: number): LineIndex {
    return { lines: this.lines, size, offsets: this.#offsets.slice(0, Math.ceil(this.lines / STRIDE)) };
  }
}

/** Of the header and the offsets; begins with the stride, which could change. */
const checksum = (bytes: Buffer): number =>
  crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, CHECKED_BYTES), STRIDE));

/** Little-endian: magic, lines, size, time of the text, checksum; then the offsets. */
function encode({ lines, size, offsets }: LineIndex, mtimeNs: bigint): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + 8 * offsets.length);
  for (const [i, offset] of offsets.entries()) bytes.writeDoubleLE(offset, HEADER_BYTES + 8 * i);
  MAGIC.copy(bytes);
  bytes.writeDoubleLE(lines, 8);
  bytes.writeDoubleLE(size, 16);
  bytes.writeBigInt64LE(mtimeNs, 24);
  bytes.writeUInt32LE(checksum(bytes), CHECKED_BYTES);
  return bytes;
}

/** Null unless it is whole and belongs to that text. */
function decode(bytes: Buffer, text: TextState): LineIndex | null {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const [lines, size] = [bytes.readDoubleLE(8), bytes.readDoubleLE(16)];
  const body = bytes.subarray(HEADER_BYTES);
  const ofThisText = size === Number(text.size) && bytes.readBigInt64LE(24) === text.mtimeNs;
  if (!ofThisText || body.length !== 8 * Math.ceil(lines / STRIDE)) return null;
  if (checksum(bytes) !== bytes.readUInt32LE(CHECKED_BYTES)) return null;
  const offsets = Float64Array.from({ length: body.length / 8 }, (_, i) => body.readDoubleLE(8 * i));
  return { lines, size, offsets };
}

export const indexPath = (textPath: string): string => `${textPath}.idx`;

/** Replaces the index of a text at once. Not flushed: what a crash leaves of it is noticed. */
export async function saveIndex(textPath: string, index: LineIndex, mtimeNs: bigint): Promise<void> {
  // a name that ends like this is swept when it is left behind
  const temporary = `${textPath}.${randomUUID()}.upload`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(encode(index, mtimeNs)).finally(() => file.close());
    await rename(temporary, indexPath(textPath));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function scan(file: FileHandle): Promise<LineIndex> {
  const counter = new LineCounter();
  let [at, start] = [0, 0];
  for await (const chunk of readRange(file)) {
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, end + 1)) {
      counter.add(start);
      start = at + end + 1;
    }
    at += chunk.length;
  }
  if (start < at) counter.add(start);
  return counter.finish(at);
}

/** Index of the open text that lies at `textPath`: the stored one, or one that is made and stored now. */
export async function indexOf(file: FileHandle, textPath: string): Promise<LineIndex> {
  const text = await file.stat({ bigint: true });
  const stored = await readFile(indexPath(textPath)).catch(() => null);
  const known = stored && decode(stored, text);
  if (known) return known;
  const made = await scan(file);
  // whoever may only read makes it again each time
  if (made.size === Number(text.size)) await saveIndex(textPath, made, text.mtimeNs).catch(() => {});
  return made;
}
