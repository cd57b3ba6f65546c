// Files of uploads on disk: <dir>/<upload>/<name>, each as long as what has arrived of it.
import { createHash, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { ExpungeError } from '../errors.ts';
import type { Piece, PieceOutcome, UploadFiles } from '../runs/ports.ts';
import { hasCode, sync } from './disk.ts';
import { guarded } from './storage-errors.ts';

const UPLOAD = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NAME = /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/;

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

async function writeAll(file: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length; )
    done += (await file.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
}

/**
 * Writes one piece. What arrived before a connection broke is kept, since the next piece begins there; a piece that is
 * too long, or is not what its checksum says, is taken back as a whole.
 */
async function writePiece(file: FileHandle, { offset, length, stream, checksum }: Piece): Promise<PieceOutcome> {
  const hash = checksum && createHash(checksum.algorithm);
  let at = offset;
  let kept = true;
  try {
    // leaving early must not destroy the request: its socket still has to carry the answer
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (at + chunk.length > length) {
        kept = false;
        return { status: 'too_long' };
      }
      hash?.update(chunk);
      await writeAll(file, chunk, at);
      at += chunk.length;
    }
    if (!hash || !checksum) return { status: 'received', received: at };
    const digest = hash.digest();
    kept = digest.length === checksum.digest.length && timingSafeEqual(digest, checksum.digest);
    return kept ? { status: 'received', received: at } : { status: 'mismatch' };
  } catch (error) {
    // half of a piece cannot be held against the checksum of the whole
    kept = checksum === null;
    throw error;
  } finally {
    if (!kept) await file.truncate(offset);
    await file.datasync();
  }
}

/** Ends whoever wrote to a file before: a client whose connection broke comes back before we have noticed. */
function createTurns() {
  const writing = new Map<string, { stream: Readable; done: Promise<unknown> }>();
  return {
    async end(path: string): Promise<void> {
      for (let other = writing.get(path); other !== undefined; other = writing.get(path)) {
        other.stream.destroy(new Error('another request took the file over'));
        await other.done.catch(() => undefined);
      }
    },
    async take<T>(path: string, stream: Readable, work: () => Promise<T>): Promise<T> {
      // it may be ended before anybody reads from it, and an error that nobody hears ends the process
      stream.on('error', () => undefined);
      // nothing may come between the last look and the entry
      while (writing.has(path)) await this.end(path);
      const done = work();
      writing.set(path, { stream, done });
      try {
        return await done;
      } finally {
        writing.delete(path);
      }
    },
  };
}

/** Uploads under `root`. See the port for what each function promises. */
export function createUploadFiles(root: string): UploadFiles {
  const dir = resolve(root);
  const turns = createTurns();
  const folderOf = (id: string): string => {
    if (!UPLOAD.test(id)) throw new ExpungeError('internal', 'An upload is named by a UUID.');
    return join(dir, id);
  };
  const pathOf = (id: string, name: string): string => {
    if (!NAME.test(name)) throw new ExpungeError('internal', 'A file of an upload has a plain name.');
    return join(folderOf(id), name);
  };
  const append = async (path: string, piece: Piece): Promise<PieceOutcome> => {
    // whoever takes the file away takes the row first, and then ends who writes
    if (!(await piece.announced())) throw new ExpungeError('not-found', 'The file was taken out of the upload.');
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) throw new ExpungeError('not-found', 'The upload was dropped.');
      throw error;
    });
    try {
      const { size } = await file.stat();
      return size === piece.offset ? await writePiece(file, piece) : { status: 'elsewhere', received: size };
    } finally {
      await file.close();
    }
  };
  return guarded<UploadFiles>({
    async create(id, name) {
      await mkdir(folderOf(id), { recursive: true, mode: 0o700 });
      await turns.end(pathOf(id, name));
      await (await open(pathOf(id, name), 'w', 0o600)).close();
      await sync(folderOf(id));
    },
    received: async (id, name) => sizeOf(pathOf(id, name)),
    async resume(id, name) {
      await turns.end(pathOf(id, name));
      return sizeOf(pathOf(id, name));
    },
    append: async (id, name, piece) => {
      const path = pathOf(id, name);
      return turns.take(path, piece.stream, () => append(path, piece));
    },
    async remove(id, name) {
      if (name !== undefined) await turns.end(pathOf(id, name));
      await rm(name === undefined ? folderOf(id) : pathOf(id, name), { recursive: true, force: true });
    },
    async sweep(isOpen) {
      let swept = 0;
      const names = await readdir(dir).catch((error: unknown) => {
        if (hasCode(error, 'ENOENT')) return [];
        throw error;
      });
      for (const id of names) {
        if (!UPLOAD.test(id) || (await isOpen(id))) continue;
        await rm(folderOf(id), { recursive: true, force: true });
        swept++;
      }
      return swept;
    },
  });
}
