// Copies a checkpoint folder that a client names out of the import root. A client must not reach any other file.
import { constants, createWriteStream } from 'node:fs';
import { copyFile, type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ExpungeError } from '../errors.ts';
import { hasCode } from './disk.ts';
import { invalid } from './header.ts';
import { MAX_JSON_BYTES } from './json-file.ts';

const MEBIBYTE = 1 << 20;
/** The files that a checkpoint is made of, and how large each may be. */
const ALLOWED: ReadonlyMap<string, number> = new Map([
  ['config.json', MEBIBYTE],
  ['model.safetensors', 64 * 1024 * MEBIBYTE],
  ['tokenizer.json', MAX_JSON_BYTES],
  ['tokenizer_config.json', MEBIBYTE],
  ['special_tokens_map.json', MEBIBYTE],
  ['added_tokens.json', MEBIBYTE],
  ['chat_template.jinja', MEBIBYTE],
  ['generation_config.json', MEBIBYTE],
  ['recipe.json', MEBIBYTE],
  ['vocab.json', MAX_JSON_BYTES],
  ['merges.txt', MAX_JSON_BYTES],
  ['README.md', MEBIBYTE],
]);
/** Their names. */
export const CHECKPOINT_FILES: readonly string[] = [...ALLOWED.keys()];
/** Largest size of a file of a checkpoint; undefined for a name that is none. */
export const checkpointLimit = (name: string): number | undefined => ALLOWED.get(name);
/** Formats that run code when they are read. */
const PICKLED = /\.(bin|pt|pth|pkl|pickle|ckpt)$/i;

const refused = (detail: string) => new ExpungeError('path-not-allowed', detail);

/** Real path of the folder that a client named; it lies under the root, and no part of it is a link. */
async function resolveFolder(path: string, importDir: string): Promise<string> {
  const outside = 'The path must name a folder under IMPORT_DIR, relative to it or absolute, without “..”.';
  if (path.includes('\0') || path.split(/[/\\]/).includes('..')) throw refused(outside);
  try {
    const root = await realpath(importDir);
    const bases = isAbsolute(path) ? [resolve(importDir), root] : [root];
    const inside = bases
      .map((base) => relative(base, resolve(base, path)))
      .find((name) => name !== '' && name !== '..' && !name.startsWith(`..${sep}`) && !isAbsolute(name));
    if (inside === undefined) throw refused(outside);
    const folder = join(root, inside);
    if ((await realpath(folder)) === folder) return folder;
    throw refused('The path leads through a symbolic link. Name the real folder under IMPORT_DIR.');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'))
      throw refused('There is no such folder under IMPORT_DIR that can be read.');
    throw error;
  }
}

/** Names of the files to copy; refuses links and pickled weights, passes over anything else that is not ours. */
async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, 'ENOTDIR', 'EACCES')) throw refused('The path does not name a folder that can be read.');
    throw error;
  });
  for (const entry of entries) {
    if (entry.isSymbolicLink()) throw refused(`${entry.name} is a symbolic link. Put the file itself into the folder.`);
    if (PICKLED.test(entry.name))
      throw invalid(entry.name, 'is a pickled file, which can run code', 'Save as safetensors and remove it.');
    if (ALLOWED.has(entry.name) && !entry.isFile()) throw invalid(entry.name, 'is not an ordinary file', 'Replace it.');
  }
  return entries.map((entry) => entry.name).filter((name) => ALLOWED.has(name));
}

/** Opens without following a link, and without waiting for a pipe's writer. */
async function openFile(folder: string, name: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return await open(join(folder, name), flags);
  } catch (error) {
    if (hasCode(error, 'ELOOP')) throw refused(`${name} is a symbolic link. Put the file itself into the folder.`);
    throw invalid(name, 'cannot be opened', 'Check its permissions.', error);
  }
}

async function copyOne(folder: string, name: string, target: string): Promise<void> {
  const file = await openFile(folder, name);
  try {
    const entry = await file.stat();
    const limit = ALLOWED.get(name) ?? 0;
    if (!entry.isFile()) throw invalid(name, 'is not an ordinary file', 'Replace it.');
    if (entry.size > limit) throw invalid(name, `has ${entry.size} bytes, more than ${limit}`, 'Use a smaller one.');
    // Linux can name what is open, so that a link put in place meanwhile is not followed, and blocks can be shared.
    if (process.platform === 'linux')
      await copyFile(`/proc/self/fd/${file.fd}`, join(target, name), constants.COPYFILE_FICLONE);
    else
      await pipeline(
        file.createReadStream({ autoClose: false, end: Math.max(0, entry.size - 1) }),
        createWriteStream(join(target, name), { mode: 0o600 }),
      );
  } finally {
    await file.close();
  }
}

/**
 * Copies the checkpoint files of `path` into the empty folder `target`. Throws `path-not-allowed` and
 * `checkpoint-invalid`; files are named without their folder.
 */
export async function importFolder(path: string, importDir: string, target: string): Promise<void> {
  const folder = await resolveFolder(path, importDir);
  for (const name of await listFolder(folder)) await copyOne(folder, name, target);
}
