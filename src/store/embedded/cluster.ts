// The cluster's folder: where it may lie, how it is made, and what the next start must know about it.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ExpungeError } from '../../errors.ts';
import { canReach, type User } from './binaries.ts';

const NOBODY = { uid: 65534, gid: 65534 };
export const SUPERUSER = 'expunge';

/** connection.json; readable by its owner alone. */
export interface Connection {
  port: number;
  password: string;
  /** Folder of the cluster when it cannot lie beside this file; null: here. */
  folder: string | null;
}

export interface Place {
  /** `DATA_DIR/postgres`: connection.json, the lock, the log. */
  home: string;
  /** Holds the cluster, and the programs where they had to be copied. */
  folder: string;
  user: User;
  connection: Connection;
}

export const clusterOf = (place: Place): string => join(place.folder, 'cluster');
export const urlOf = ({ port, password }: Connection): string =>
  `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function readConnection(home: string): Promise<Connection | null> {
  try {
    return JSON.parse(await readFile(join(home, 'connection.json'), 'utf8')) as Connection;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ExpungeError('start-refused', `${join(home, 'connection.json')} cannot be read.`, { cause: error });
  }
}

export async function saveConnection(place: Place): Promise<void> {
  const path = join(place.home, 'connection.json');
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(place.connection)}\n`, { mode: 0o600 });
  // a data folder of an ordinary user stays usable for them after root was here
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(place.home);
    await chown(temporary, uid, gid);
  }
  await rename(temporary, path);
}

/** A folder outside the data folder that the server's user can enter. */
async function folderElsewhere(user: User): Promise<string> {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    if (!(await exists(parent)) || !(await canReach(parent, user))) continue;
    const folder = await mkdtemp(join(parent, 'expunge-postgres-'));
    await chmod(folder, 0o755);
    return folder;
  }
  const detail =
    'Postgres does not run as root, and its own user can enter neither DATA_DIR nor a temporary folder; set DATABASE_URL, move DATA_DIR, or start as an ordinary user.';
  throw new ExpungeError('start-refused', detail);
}

/** In a folder that everybody may write to, somebody else could have put one under the old name. */
const isOurs = async (folder: string) => (await stat(folder).catch(() => null))?.uid === process.getuid?.();

/** Root hands the server to the cluster's owner, or to nobody; everybody else runs it as themselves. */
async function serverUser(cluster: string): Promise<User> {
  const own = process.getuid?.() ?? 0;
  const owner = await stat(cluster).catch(() => null);
  if (own === 0) return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : NOBODY;
  if (owner && owner.uid !== own) {
    const detail = `${cluster} belongs to another user (uid ${owner.uid}); start as that user, or choose another DATA_DIR.`;
    throw new ExpungeError('start-refused', detail);
  }
  return null;
}

/** Finds the cluster of a data folder, or chooses where a new one goes. */
export async function findPlace(home: string): Promise<Place> {
  const known = await readConnection(home);
  const folder = known?.folder ?? home;
  const user = await serverUser(join(folder, 'cluster'));
  if (known) {
    if (known.folder !== null && !(await isOurs(known.folder))) {
      const detail = `The cluster that ${home} remembers at ${known.folder} is gone. Restore it, or remove ${home} to start with an empty database.`;
      throw new ExpungeError('start-refused', detail);
    }
    return { home, folder, user, connection: known };
  }
  const connection = { port: 0, password: randomBytes(24).toString('hex'), folder: null };
  // the folder above may be entered by the server's user; the files in it say themselves who may read them
  if (user) await chmod(home, 0o711);
  if (await canReach(home, user)) return { home, folder: home, user, connection };
  const elsewhere = await folderElsewhere(user);
  return { home, folder: elsewhere, user, connection: { ...connection, folder: elsewhere } };
}

/** Makes the cluster when there is none. The folder appears under its name only when it is complete. */
export async function createCluster(place: Place, native: string): Promise<void> {
  const cluster = clusterOf(place);
  if (await exists(join(cluster, 'PG_VERSION'))) return;
  const { user } = place;
  const staging = await mkdtemp(join(place.folder, 'init-'));
  const [data, secret] = [join(staging, 'data'), join(staging, 'password')];
  try {
    await writeFile(secret, place.connection.password, { mode: 0o600 });
    await mkdir(data, { mode: 0o700 });
    if (user) for (const path of [secret, data, staging]) await chown(path, user.uid, user.gid);
    const format = ['--encoding=UTF8', '--locale=C', '--no-instructions'];
    const access = ['-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${secret}`];
    const options = { cwd: staging, env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '' }, ...user };
    await promisify(execFile)(join(native, 'bin/initdb'), ['-D', data, ...access, ...format], options);
    // the password first: a cluster without it would be lost
    await saveConnection(place);
    await rename(data, cluster);
  } catch (cause) {
    const output = (cause as { stderr?: string }).stderr?.trim() || (cause as Error).message;
    const detail = `The database could not be made in ${place.folder}; correct this or set DATABASE_URL: ${output}`;
    throw new ExpungeError('start-refused', detail, { cause });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
