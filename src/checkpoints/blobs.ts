// One copy of what several checkpoints hold: <dir>/blobs/<sha256> is a second name of a file in some checkpoint.
import { link, mkdir, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, sha256File } from './disk.ts';

// The blobs are an index and nothing more. A checkpoint's folder is complete in itself: its names keep their content
// whatever becomes of the blob, and the file system counts the references. So no crash can lose or leak content: a
// blob that is away costs space, one that is left over is seen by its link count.

const BLOB = /^[0-9a-f]{64}$/;

/** Sharing saves space and is never a condition: where a link cannot be made, the file stays as a copy. */
const UNSHARED = [
  ...['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'],
  ...['EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT', 'EEXIST', 'ENOTDIR'],
];
/** What `work` gives, or null where the file system cannot do it. */
const orNot = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    if (hasCode(error, ...UNSHARED)) return null;
    throw error;
  });
const done = <T>(work: Promise<T>): Promise<boolean> =>
  orNot(work.then(() => true)).then((outcome) => outcome === true);

/** Content by digest under `dir`, for the folders beside it. */
export function createBlobs(dir: string) {
  const blob = (sha256: string) => join(dir, sha256);
  return {
    /**
     * Puts the stored file of this content in the place of `path`, which holds the same. What is stored is read again
     * first: a file that was damaged since must not spread.
     */
    async share(path: string, sha256: string): Promise<void> {
      const [mine, stored] = [await stat(path), await orNot(stat(blob(sha256)))];
      if (stored === null || stored.ino === mine.ino || stored.size !== mine.size) return;
      if ((await sha256File(blob(sha256))) !== sha256) return;
      // a name that no checkpoint has: the folder is given up when this is cut off between the two
      const aside = `${path}.shared`;
      if (!(await done(link(blob(sha256), aside)))) return;
      await rename(aside, path);
    },

    /** Lets later checkpoints share `path`; takes the place of a blob that it could not share itself. */
    async offer(path: string, sha256: string): Promise<void> {
      await orNot(mkdir(dir, { recursive: true, mode: 0o700 }));
      const [mine, stored] = [await stat(path), await orNot(stat(blob(sha256)))];
      if (stored?.ino === mine.ino) return;
      if (stored !== null) await orNot(unlink(blob(sha256)));
      await orNot(link(path, blob(sha256)));
    },

    /** Frees what no checkpoint holds any more. A blob that gains a holder meanwhile loses its name, not its content. */
    async release(contents: Iterable<string>): Promise<number> {
      let freed = 0;
      for (const sha256 of contents) {
        if (!BLOB.test(sha256) || (await orNot(stat(blob(sha256))))?.nlink !== 1) continue;
        await rm(blob(sha256), { force: true });
        freed++;
      }
      return freed;
    },

    /** All of them. */
    async names(): Promise<string[]> {
      return ((await orNot(readdir(dir))) ?? []).filter((name) => BLOB.test(name));
    },
  };
}
export type Blobs = ReturnType<typeof createBlobs>;
