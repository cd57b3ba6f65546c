// What a client names under the import root. A client must not reach anything else.
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ExpungeError } from '../errors.ts';

type Kind = 'file' | 'folder';
/** Codes of what is not there, or not for us. */
const UNREADABLE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG', 'ENXIO']);

export const refused = (detail: string): ExpungeError => new ExpungeError('path-not-allowed', detail);

export const throughLink = (kind: Kind): ExpungeError =>
  refused(`The path leads through a symbolic link. Name the real ${kind} under IMPORT_DIR.`);

/** Where a name leads under the root, as text alone. */
function inside(path: string, bases: string[], kind: Kind): string {
  const outside = refused(`The path must name a ${kind} under IMPORT_DIR, relative to it or absolute, without “..”.`);
  if (path.includes('\0') || path.split(/[/\\]/).includes('..')) throw outside;
  const name = bases
    .map((base) => relative(base, resolve(base, path)))
    .find((one) => one !== '' && one !== '..' && !one.startsWith(`..${sep}`) && !isAbsolute(one));
  if (name === undefined) throw outside;
  return name;
}

/** Runs what touches the path; `path-not-allowed` where that is not there or cannot be read. */
export async function readable<T>(kind: Kind, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && UNREADABLE.has((error as NodeJS.ErrnoException).code ?? ''))
      throw refused(`There is no such ${kind} under IMPORT_DIR that can be read.`);
    throw error;
  }
}

/** Real path of what a client named; it lies under the root, and no part of it is a link. Throws `path-not-allowed`. */
export async function resolveImport(path: string, importDir: string, kind: Kind): Promise<string> {
  return readable(kind, async () => {
    const root = await realpath(importDir);
    const bases = isAbsolute(path) ? [resolve(importDir), root] : [root];
    const found = join(root, inside(path, bases, kind));
    if ((await realpath(found)) !== found) throw throughLink(kind);
    return found;
  });
}
