// Key files: made once, whoever starts first; never overwritten, readable by the owner only.
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ExpungeError } from '../errors.ts';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Bytes of a key file, or null when there is none. Throws `start-refused` when it cannot be read. */
export async function readKeyFile(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new ExpungeError('start-refused', `The key file ${path} cannot be read (${codeOf(error)})`, { cause: error });
  }
}

/**
 * Bytes of the key file, made by `make` when there is none. The new file appears complete and under its name in one
 * step (a link refuses an existing name, a rename would not), so of two processes that start at once both use the
 * file of the first.
 */
export async function readOrCreateKeyFile(path: string, make: () => Promise<Uint8Array>): Promise<Buffer> {
  const existing = await readKeyFile(path);
  if (existing) return existing;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(await make());
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await syncFolder(dirname(path));
  } finally {
    await rm(temporary, { force: true });
  }
  const made = await readKeyFile(path);
  if (!made) throw new ExpungeError('start-refused', `The key file ${path} vanished while it was being made`);
  return made;
}

/** The same at once, for a key that is asked for in the middle of something. */
export function makeKeyFileSync(path: string, make: () => Uint8Array): Buffer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(file, make());
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return readFileSync(path);
}

/** Writes over a key and takes its file away; what a disk or a backup still has of it is beyond this. Idempotent. */
export async function shredKeyFile(path: string): Promise<void> {
  const bytes = await readKeyFile(path);
  if (bytes === null) return;
  const file = await open(path, 'r+');
  try {
    await file.write(randomBytes(bytes.length), 0, bytes.length, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rm(path);
  await syncFolder(dirname(path));
}

/** The new name must survive a power cut before anything is keyed with it. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file that the configuration names must exist: making one up there would hide a typing error. */
export async function requireKeyFile(path: string, variable: string, remedy: string): Promise<Buffer> {
  const bytes = await readKeyFile(path);
  if (!bytes) throw new ExpungeError('start-refused', `${variable} names ${path}, which does not exist; ${remedy}`);
  return bytes;
}
