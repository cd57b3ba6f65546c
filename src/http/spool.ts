// The index of an upload between the text's file and the database: on disk, since an upload may be large.
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRange } from '../corpora/lines.ts';
import type { SubjectKey } from '../runs/ports.ts';

export interface IndexEntry {
  line: number;
  /** Without control characters. */
  record_id: string;
  /** Keyed hashes; no identifier reaches the spool. */
  subjects: SubjectKey[];
}

export interface Spool {
  /** Entries as `entryText` writes them, in UTF-8. */
  add(entries: Uint8Array): Promise<void>;
  /** All entries so far, in order, some at once. */
  batches(): AsyncIterable<IndexEntry[]>;
  close(): Promise<void>;
}

const BLOCK_BYTES = 1 << 18;
const NEWLINE = 0x0a;

/** A file without a name: it is unlinked as soon as it is open, so a process that is killed leaves nothing behind. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-upload-'));
  try {
    return await open(join(folder, 'index'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fields between tabs, which neither ids nor keys hold: several times as fast as JSON. */
export function entryText({ line, record_id, subjects }: IndexEntry): string {
  let text = `${line}\t${record_id}`;
  for (const { key, type, key_version, normaliser_version } of subjects)
    text += `\t${key}\t${type}\t${key_version}\t${normaliser_version}`;
  return `${text}\n`;
}

function entryOf(text: string): IndexEntry {
  const fields = text.split('\t');
  const subjects: SubjectKey[] = [];
  for (let at = 2; at < fields.length; at += 4) {
    const [key, type] = [fields[at]!, fields[at + 1]!];
    subjects.push({ key, type, key_version: Number(fields[at + 2]), normaliser_version: Number(fields[at + 3]) });
  }
  return { line: Number(fields[0]), record_id: fields[1]!, subjects };
}

/** Keys of everybody in a block of entries. */
export function keysOfEntries(entries: Uint8Array): Set<string> {
  const lines = Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength).toString('utf8').split('\n');
  return new Set(lines.slice(0, -1).flatMap((text) => entryOf(text).subjects.map(({ key }) => key)));
}

/** Holds about one block in memory. To be closed. */
export async function createSpool(): Promise<Spool> {
  const file = await openNameless();
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let size = 0;
  const flush = async (): Promise<void> => {
    const block = Buffer.concat(waiting);
    [waiting, bytes] = [[], 0];
    for (let at = 0; at < block.length; ) {
      const { bytesWritten } = await file.write(block, at, block.length - at, size);
      at += bytesWritten;
      size += bytesWritten;
    }
  };
  return {
    async add(entries) {
      waiting.push(entries);
      bytes += entries.length;
      if (bytes > BLOCK_BYTES) await flush();
    },
    async *batches() {
      await flush();
      let rest: Buffer = Buffer.alloc(0);
      for await (const block of readRange(file, 0, size)) {
        const held = rest.length > 0 ? Buffer.concat([rest, block]) : block;
        // split at line feeds alone: ids may hold the other line separators of Unicode
        const end = held.lastIndexOf(NEWLINE);
        rest = held.subarray(end + 1);
        if (end !== -1) yield held.toString('utf8', 0, end).split('\n').map(entryOf);
      }
    },
    close: () => file.close(),
  };
}

/** Line of the entry at `place`, from 0. */
export async function lineAt(spool: Spool, place: number): Promise<number> {
  let before = 0;
  for await (const entries of spool.batches()) {
    const entry = entries[place - before];
    if (entry !== undefined) return entry.line;
    before += entries.length;
  }
  throw new RangeError(`the spool holds ${before} entries, not ${place + 1}`);
}
