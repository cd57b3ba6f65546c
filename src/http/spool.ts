// The index of an upload between the text's file and the database: on disk, since an upload may be large.
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockFile } from '../corpora/block-file.ts';
import { DIGEST_WORDS } from '../corpora/short-digest.ts';
import type { IndexBlock, SubjectKey } from '../runs/ports.ts';

/** Some records of an upload. Keyed hashes stand for the people; no identifier reaches the spool. */
export interface SpoolBlock {
  /** Line of the upload that each record is. */
  lines: Int32Array<ArrayBuffer>;
  index: Omit<IndexBlock, 'first_ordinal'>;
}

export interface Spool {
  /** Takes the block over before it resolves. */
  add(block: SpoolBlock): Promise<void>;
  /** All blocks so far, in order; each stands until the next is asked for. */
  blocks(): AsyncIterable<SpoolBlock>;
  close(): Promise<void>;
}

const BUFFER_BYTES = 1 << 18;
const WORD = 4;
/** Records, keys on records, pairs of keys; bytes of the keys that are told of. */
const HEADER_WORDS = 4;

/** A file without a name: it is unlinked as soon as it is open, so a process that is killed leaves nothing behind. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-upload-'));
  try {
    return await open(join(folder, 'index'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const asBytes = ({ buffer, byteOffset, byteLength }: Int32Array<ArrayBuffer>) =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function readFully(file: FileHandle, into: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw new RangeError('the spool ends within a block');
    done += bytesRead;
  }
}

/** Blocks of the first `size` bytes, in a buffer that is used again. */
async function* readBlocks(file: FileHandle, size: number): AsyncGenerator<SpoolBlock> {
  const header = new Int32Array(HEADER_WORDS);
  let words = new Int32Array(0);
  for (let at = 0; at < size; ) {
    await readFully(file, asBytes(header), at);
    const [records, standing, pairs, keyBytes] = header as unknown as [number, number, number, number];
    const lengths = [records, records * DIGEST_WORDS, standing, standing * DIGEST_WORDS, 2 * pairs * DIGEST_WORDS];
    const length = lengths.reduce((sum, one) => sum + one, 0);
    const bytes = length * WORD + keyBytes;
    if (words.byteLength < bytes) words = new Int32Array(Math.ceil(bytes / WORD));
    const all = Buffer.from(words.buffer, 0, bytes);
    await readFully(file, all, at + HEADER_WORDS * WORD);
    at += HEADER_WORDS * WORD + bytes;
    let from = 0;
    const next = (count: number) => {
      from += count;
      return words.subarray(from - count, from);
    };
    const [lines, ids, places, subjects, links] = lengths.map(next);
    const keys = JSON.parse(all.toString('utf8', length * WORD)) as SubjectKey[];
    yield { lines: lines!, index: { ids: ids!, places: places!, subjects: subjects!, links: links!, keys } };
  }
}

/** Holds about one block in memory. To be closed. */
export async function createSpool(): Promise<Spool> {
  const file = await openNameless();
  const writer = new BlockFile(file, BUFFER_BYTES);
  return {
    async add({ lines, index: { ids, places, subjects, links, keys } }) {
      const told = Buffer.from(JSON.stringify(keys));
      const pairs = links.length / (2 * DIGEST_WORDS);
      await writer.add(asBytes(Int32Array.of(lines.length, places.length, pairs, told.length)));
      for (const part of [lines, ids, places, subjects, links]) await writer.add(asBytes(part));
      await writer.add(told);
    },
    async *blocks() {
      await writer.flush();
      yield* readBlocks(file, writer.size);
    },
    close: () => file.close(),
  };
}

/** Line of the record at `place`, from 0. */
export async function lineAt(spool: Spool, place: number): Promise<number> {
  let before = 0;
  for await (const { lines } of spool.blocks()) {
    const line = lines[place - before];
    if (line !== undefined) return line;
    before += lines.length;
  }
  throw new RangeError(`the spool holds ${before} records, not ${place + 1}`);
}
