// What a disk that is full or cannot be written says to the user.
import { ExpungeError } from '../errors.ts';
import { hasCode } from './disk.ts';

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const CLOSED = ['EROFS', 'EACCES', 'EPERM', 'ENOTDIR'];

/** What did not fit, and where it would have gone. */
const CHECKPOINTS = { files: 'the files of a checkpoint', folder: 'the checkpoints' };

/** `insufficient-storage` and `storage-not-writable` for what the disk refused, the error itself for everything else. */
export function storageError(error: unknown, { files, folder } = CHECKPOINTS): unknown {
  const code = (error as { code?: string } | null)?.code;
  if (hasCode(error, ...FULL)) {
    const detail = `There is no room for ${files} (${code}); the store is as it was.`;
    return new ExpungeError('insufficient-storage', detail, { cause: error });
  }
  if (hasCode(error, ...CLOSED)) {
    const detail = `The folder of ${folder} cannot be written (${code}); the store is as it was.`;
    return new ExpungeError('storage-not-writable', detail, { cause: error });
  }
  return error;
}

/** The same functions, whose failures speak of the disk where it is the disk. */
export function guarded<T extends object>(files: T): T {
  const guard =
    (work: (...input: unknown[]) => unknown) =>
    async (...input: unknown[]): Promise<unknown> => {
      try {
        return await work(...input);
      } catch (error) {
        throw storageError(error);
      }
    };
  const entries = Object.entries(files).map(([name, work]) => [name, guard(work as () => unknown)]);
  return Object.fromEntries(entries) as T;
}
