// The index of an upload between the text's file and the database: on disk, since an upload may be large.
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubjectKey } from '../runs/ports.ts';
import { readLines } from './ndjson.ts';

export interface IndexEntry {
  line: number;
  record_id: string;
  /** Keyed hashes; no identifier reaches the spool. */
  subjects: SubjectKey[];
}

export interface Spool {
  add(entry: IndexEntry): Promise<void>;
  /** All entries so far, in order. */
  read(): AsyncIterable<IndexEntry>;
  close(): Promise<void>;
}

const BLOCK_BYTES = 1 << 16;
const UNLIMITED = { lineBytes: Number.POSITIVE_INFINITY, totalBytes: Number.POSITIVE_INFINITY };

/** A file without a name: it is unlinked as soon as it is open, so a process that is killed leaves nothing behind. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-upload-'));
  try {
    return await open(join(folder, 'index'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* blocks(file: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Holds at most one block in memory. To be closed. */
export async function createSpool(): Promise<Spool> {
  const file = await openNameless();
  let waiting = '';
  let size = 0;
  const flush = async (): Promise<void> => {
    const block = Buffer.from(waiting);
    waiting = '';
    for (let at = 0; at < block.length; ) {
      const { bytesWritten } = await file.write(block, at, block.length - at, size);
      at += bytesWritten;
      size += bytesWritten;
    }
  };
  return {
    async add(entry) {
      waiting += `${JSON.stringify(entry)}\n`;
      if (waiting.length > BLOCK_BYTES) await flush();
    },
    async *read() {
      await flush();
      // split at line feeds alone: ids may hold the other line separators of Unicode
      for await (const { text } of readLines(blocks(file), UNLIMITED)) yield JSON.parse(text) as IndexEntry;
    },
    close: () => file.close(),
  };
}

/**
 * Where a record id that was refused stands: its second line when the upload repeats it, else its first.
 * Null when the upload does not hold it.
 */
export async function locateDuplicate(
  spool: Spool,
  recordId: string,
): Promise<{ line: number; first: number | null } | null> {
  let first: number | null = null;
  for await (const entry of spool.read()) {
    if (entry.record_id !== recordId) continue;
    if (first !== null) return { line: entry.line, first };
    first = entry.line;
  }
  return first === null ? null : { line: first, first: null };
}
