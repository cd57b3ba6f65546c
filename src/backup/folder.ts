// A backup on disk: `blobs/<sha256>` for every content, once, and `backup.jws`, which says what each of them is. Without the last, which
// is written at the end, it is none.

import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { constants, copyFile, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasCode, sha256File, sync, writeSynced } from '../checkpoints/disk.ts';
import type { BackupFile } from '../domain/backup.ts';
import { ExpungeError } from '../errors.ts';

export const MANIFEST = 'backup.jws';
const READ_ONLY = 0o400;

/** Where a link cannot be made, a copy is. */
const UNLINKED = ['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

export const blobPath = (dir: string, sha256: string): string => join(dir, 'blobs', sha256);

/** Of what lies in a folder; none where there is no such folder. */
export const namesIn = (dir: string): Promise<string[]> =>
  readdir(dir).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });

/** Writes the contents of a new backup; `dir` must not be there. Throws `start-refused`. */
export async function newBackupFolder(dir: string) {
  await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
    if (hasCode(error, 'EEXIST'))
      throw new ExpungeError('start-refused', `${dir} is there already; a backup needs a name of its own`);
    throw error;
  });
  await mkdir(join(dir, 'blobs'), { mode: 0o700 });
  const files: BackupFile[] = [];
  const held = new Set<string>();

  /** Gives a finished temporary file the name of its content. */
  async function settle(path: string, part: string): Promise<BackupFile> {
    const [sha256, { size }] = [await sha256File(part), await stat(part)];
    if (held.has(sha256)) await rm(part);
    else {
      await sync(part);
      await rename(part, blobPath(dir, sha256));
    }
    held.add(sha256);
    const file = { path, bytes: size, sha256 };
    files.push(file);
    return file;
  }
  const newPart = () => join(dir, 'blobs', `${randomUUID()}.part`);

  return {
    files: files as readonly BackupFile[],
    /**
     * A file of the installation. `immutable`: nobody ever writes to it, so that a link to it is as good as a copy on the same disk.
     * Throws what the file system says where it is gone.
     */
    async take(path: string, from: string, immutable: boolean): Promise<BackupFile> {
      const part = newPart();
      const copy = () => copyFile(from, part, constants.COPYFILE_FICLONE);
      if (immutable)
        await link(from, part).catch((error: unknown) => {
          if (hasCode(error, ...UNLINKED)) return copy();
          throw error;
        });
      else await copy();
      return settle(path, part);
    },
    /** What a stream gives. */
    async write(path: string, content: Readable): Promise<BackupFile> {
      const part = newPart();
      await pipeline(content, createWriteStream(part, { flags: 'wx', mode: READ_ONLY }));
      return settle(path, part);
    },
    forget(paths: ReadonlySet<string>): void {
      for (let i = files.length - 1; i >= 0; i--) if (paths.has(files[i]!.path)) files.splice(i, 1);
    },
    async finish(jws: string): Promise<void> {
      // of what was begun and forgotten
      const named = new Set(files.map(({ sha256 }) => sha256));
      for (const sha256 of held) if (!named.has(sha256)) await rm(blobPath(dir, sha256), { force: true });
      await sync(join(dir, 'blobs'));
      await writeSynced(join(dir, MANIFEST), `${jws}\n`);
      await sync(dir);
    },
    /** Takes away what was written. */
    discard: () => rm(dir, { recursive: true, force: true }),
  };
}
export type NewBackup = Awaited<ReturnType<typeof newBackupFolder>>;

/** The signed text. Throws `start-refused` where there is none. */
export async function readManifest(dir: string): Promise<string> {
  try {
    return (await readFile(join(dir, MANIFEST), 'utf8')).trim();
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    const detail = `${dir} is no backup, or one that was never finished: ${MANIFEST} is missing`;
    throw new ExpungeError('start-refused', detail, { cause: error });
  }
}

export const readBlob = (dir: string, sha256: string): Readable => createReadStream(blobPath(dir, sha256));

/** Passes a stream on and counts its lines: rows of COPY are one each. */
export function countingLines() {
  let lines = 0;
  return {
    async *pass(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of content) {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
        yield chunk;
      }
    },
    lines: () => lines,
  };
}
