// Uploaded training text on disk: one append-only file a corpus, readable by its owner alone.
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LineBlock } from '../domain/batches.ts';
import { type TrainingRecord, trainingRecordOf } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import type { CorpusFiles } from '../runs/ports.ts';
import { digestsOfFirst } from './beginnings.ts';
import { indexPath, saveIndex } from './line-index.ts';
import { eraseLines } from './erase-lines.ts';
import { readRecords } from './records.ts';
import { blockOf, CorpusWriter } from './writer.ts';

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

/** Null where there is none. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (absent(error)) return null;
    throw error;
  }
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
  const names = await readdir(dir).catch((error: unknown) => {
    if (absent(error)) return [];
    throw error;
  });
  for (const name of names) {
    if (!name.endsWith('.upload')) continue;
    const path = join(dir, name);
    const entry = await stat(path).catch(() => null);
    if (entry && Date.now() - entry.mtimeMs > STALE_MS) await rm(path, { force: true });
  }
}

async function writeUpload(
  temporary: string,
  stored: string | null,
  records: AsyncIterable<TrainingRecord | LineBlock>,
  keep: number | undefined,
) {
  const file = await open(temporary, 'wx', 0o600);
  try {
    const writer = new CorpusWriter(file);
    if (stored !== null) await writer.copy(stored, keep);
    const first_ordinal = writer.lines;
    if (keep !== undefined && first_ordinal < keep)
      throw new ExpungeError(
        'corpus-mismatch',
        `The corpus file holds ${first_ordinal} lines where ${keep} are indexed. Restore it from a backup.`,
      );
    for await (const one of records) await writer.add('lengths' in one ? one : blockOf([one]));
    const { digest, index, mtimeNs } = await writer.finish();
    return { about: { digest, first_ordinal, count: writer.lines - first_ordinal }, index, mtimeNs };
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
    bytes: (corpusId) => sizeOf(path(corpusId)),
    holds: async (corpusId) => (await fingerprint(path(corpusId))) !== null,
    digestsOfFirst: (corpusId, counts) => digestsOfFirst(path(corpusId), counts),
    async *readLines(corpusId, ordinals) {
      const stored = path(corpusId);
      if (ordinals !== undefined || (await fingerprint(stored)) !== null) yield* readRecords(stored, ordinals);
    },
    async erase(corpusId, ordinals) {
      // an upload that ends meanwhile may put an older copy in its place: until nothing is left to overwrite
      let erased = 0;
      for (let now = -1; now !== 0; erased += now) now = await eraseLines(path(corpusId), ordinals);
      return erased;
    },
    sweep: () => removeStale(dir),
    async append(corpusId, records, keep) {
      const stored = path(corpusId);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await chmod(dir, 0o700);
      await removeStale(dir);
      const base = await fingerprint(stored);
      const temporary = join(dir, `${corpusId}.${randomUUID()}.upload`);
      const rollback = () => rm(temporary, { force: true });
      try {
        const { about, index, mtimeNs } = await writeUpload(temporary, base === null ? null : stored, records, keep);
        return {
          ...about,
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
            // after the text, since whoever reads the text makes its index where it is missing or another text's
            await saveIndex(stored, index, mtimeNs).catch(() => {});
          },
        };
      } catch (error) {
        await rollback();
        throw error;
      }
    },
    async remove(corpusId) {
      await rm(path(corpusId), { force: true });
      await rm(indexPath(path(corpusId)), { force: true });
      await syncFolder(dir).catch((error: unknown) => {
        if (!absent(error)) throw error;
      });
    },
    async *read(corpusId) {
      const stored = path(corpusId);
      if ((await fingerprint(stored)) === null) return;
      for await (const record of readRecords(stored)) yield trainingRecordOf(record);
    },
  };
}
