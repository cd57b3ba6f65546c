// Uploaded training text on disk: one append-only file a corpus, readable by its owner alone.
import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TrainingRecord, trainingRecordOf } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import type { CorpusFiles } from '../runs/ports.ts';
import { splitLines } from './lines.ts';
import { readRecords, toLine } from './records.ts';

const BUFFER_BYTES = 1 << 20;
/** An upload that took longer than this was left behind by a process that died. */
const STALE_MS = 24 * 3_600_000;

const absent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Identity of the stored file at one moment; null when there is none. */
async function fingerprint(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    if (absent(error)) return null;
    throw error;
  }
}

/** Writes in large blocks and hashes what it writes. */
class HashedWriter {
  readonly #hash: Hash = createHash('sha256');
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  constructor(file: FileHandle) {
    this.#file = file;
  }
  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#bytes += bytes.byteLength;
    if (this.#bytes >= BUFFER_BYTES) await this.flush();
  }
  async flush(): Promise<void> {
    const block = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    this.#hash.update(block);
    await this.#file.writeFile(block);
  }
  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}

/** Copies the first `keep` lines (all when undefined) and returns how many there were. */
async function copyLines(path: string, to: HashedWriter, keep: number | undefined): Promise<number> {
  let lines = 0;
  for await (const line of splitLines(createReadStream(path, { highWaterMark: BUFFER_BYTES }))) {
    if (lines === keep) return lines;
    await to.write(line);
    await to.write(Buffer.from('\n'));
    lines++;
  }
  return lines;
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeStale(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.endsWith('.upload')) continue;
    const path = join(dir, name);
    const entry = await stat(path).catch(() => null);
    if (entry && Date.now() - entry.mtimeMs > STALE_MS) await rm(path, { force: true });
  }
}

async function writeUpload(
  temporary: string,
  stored: string | null,
  records: AsyncIterable<TrainingRecord>,
  keep: number | undefined,
) {
  const file = await open(temporary, 'wx', 0o600);
  try {
    const writer = new HashedWriter(file);
    const first_ordinal = stored === null ? 0 : await copyLines(stored, writer, keep);
    if (keep !== undefined && first_ordinal < keep)
      throw new ExpungeError(
        'corpus-mismatch',
        `The corpus file holds ${first_ordinal} lines where ${keep} are indexed. Restore it from a backup.`,
      );
    let count = 0;
    for await (const record of records) {
      await writer.write(Buffer.from(toLine(record)));
      count++;
    }
    await writer.flush();
    await file.sync();
    return { digest: writer.digest(), first_ordinal, count };
  } finally {
    await file.close();
  }
}

/** Corpus files under `dir` (made with mode 0700): `<corpus id>.ndjson`, mode 0600, replaced atomically. */
export function createCorpusFiles(dir: string): CorpusFiles {
  const path = (corpusId: string): string => {
    if (/^[A-Za-z0-9-]{1,64}$/.test(corpusId)) return join(dir, `${corpusId}.ndjson`);
    throw new ExpungeError('unknown-corpus', 'A corpus id is a UUID.');
  };
  return {
    path,
    async append(corpusId, records, keep) {
      const stored = path(corpusId);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await chmod(dir, 0o700);
      await removeStale(dir);
      const base = await fingerprint(stored);
      const temporary = join(dir, `${corpusId}.${randomUUID()}.upload`);
      const rollback = () => rm(temporary, { force: true });
      try {
        const written = await writeUpload(temporary, base === null ? null : stored, records, keep);
        return {
          ...written,
          rollback,
          async commit() {
            // Two uploads at once: both copied the same old lines, so the later one would drop the other's.
            if ((await fingerprint(stored)) !== base) {
              await rollback();
              throw new ExpungeError(
                'precondition-failed',
                'Another upload to this corpus ended first. Send it again.',
              );
            }
            await rename(temporary, stored);
            await syncFolder(dir);
          },
        };
      } catch (error) {
        await rollback();
        throw error;
      }
    },
    async *read(corpusId) {
      const stored = path(corpusId);
      if ((await fingerprint(stored)) === null) return;
      for await (const record of readRecords(stored)) yield trainingRecordOf(record);
    },
  };
}
