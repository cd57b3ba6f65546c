// Opens a file of records that a client names under the import root. A client must not reach any other file.
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ExpungeError } from '../errors.ts';

const refused = (detail: string) => new ExpungeError('path-not-allowed', detail);
const OUTSIDE = 'The path must name a file under IMPORT_DIR, relative to it or absolute, without “..”.';
const UNREADABLE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG', 'ENXIO']);

/** Where a name leads under the root, as text alone. */
function inside(path: string, bases: string[]): string {
  if (path.includes('\0') || path.split(/[/\\]/).includes('..')) throw refused(OUTSIDE);
  const name = bases
    .map((base) => relative(base, resolve(base, path)))
    .find((one) => one !== '' && one !== '..' && !one.startsWith(`..${sep}`) && !isAbsolute(one));
  if (name === undefined) throw refused(OUTSIDE);
  return name;
}

async function openUnlinked(path: string): Promise<FileHandle> {
  const link = 'The path leads through a symbolic link. Name the real file under IMPORT_DIR.';
  if ((await realpath(path)) !== path) throw refused(link);
  // without following a link, and without waiting for a pipe's writer
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // Linux can say what was opened, so that a link put in place meanwhile is seen
    if (process.platform === 'linux' && (await realpath(`/proc/self/fd/${file.fd}`)) !== path) throw refused(link);
    if (!(await file.stat()).isFile()) throw refused('The path does not name an ordinary file.');
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The file that `path` names under `importDir`, open for reading; no part of the path is a link. Throws `path-not-allowed`. */
export async function openImport(path: string, importDir: string): Promise<FileHandle> {
  try {
    const root = await realpath(importDir);
    const bases = isAbsolute(path) ? [resolve(importDir), root] : [root];
    return await openUnlinked(join(root, inside(path, bases)));
  } catch (error) {
    if (error instanceof Error && UNREADABLE.has((error as NodeJS.ErrnoException).code ?? ''))
      throw refused('There is no such file under IMPORT_DIR that can be read.');
    throw error;
  }
}
