// Copies a checkpoint folder that a client names out of the import root. A client must not reach any other file.
import { constants, createWriteStream, type Dirent } from 'node:fs';
import { copyFile, type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { refused, resolveImport } from '../corpora/import-path.ts';
import { hasCode } from './disk.ts';
import { checkpointLimit, checkTotal, MAX_ENTRIES, PICKLED } from './folder-limits.ts';
import { invalid } from './invalid.ts';
import { parseJsonFile } from './json-file.ts';
import { isLayersModel, layersModelLimits, MODEL_JSON } from './layers-model/files.ts';

/** How large each file may be that is copied; undefined: it is passed over. */
type LimitOf = (name: string) => number | undefined;

interface OpenFile {
  file: FileHandle;
  name: string;
  size: number;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, 'ENOTDIR', 'EACCES')) throw refused('The path does not name a folder that can be read.');
    throw error;
  });
  if (entries.length > MAX_ENTRIES)
    throw refused(
      `The folder holds ${entries.length} entries, more than ${MAX_ENTRIES}. Leave only the checkpoint there.`,
    );
  return entries;
}

/** Names of the files to copy; refuses links and pickled weights, passes over anything else that is not ours. */
function chosen(entries: Dirent[], limitOf: LimitOf): string[] {
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isSymbolicLink()) throw refused(`${name} is a symbolic link. Put the file itself into the folder.`);
    if (limitOf(name) !== undefined) {
      if (!entry.isFile()) throw invalid(name, 'is not an ordinary file', 'Replace it.');
    } else if (PICKLED.test(name))
      throw invalid(name, 'is a pickled file, which can run code', 'Save as safetensors and remove it.');
  }
  return entries.map(({ name }) => name).filter((name) => limitOf(name) !== undefined);
}

/** Opens without following a link, and without waiting for a pipe's writer. */
async function openFile(folder: string, name: string, limit: number): Promise<OpenFile> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, name), flags).catch((error: unknown) => {
    if (hasCode(error, 'ELOOP')) throw refused(`${name} is a symbolic link. Put the file itself into the folder.`);
    throw invalid(name, 'cannot be opened', 'Check its permissions.', error);
  });
  try {
    const entry = await file.stat();
    if (!entry.isFile()) throw invalid(name, 'is not an ordinary file', 'Replace it.');
    if (entry.size > limit) throw invalid(name, `has ${entry.size} bytes, more than ${limit}`, 'Use a smaller one.');
    return { file, name, size: entry.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function copyOpen({ file, name, size }: OpenFile, target: string): Promise<void> {
  // Linux can name what is open, so that a link put in place meanwhile is not followed, and blocks can be shared.
  if (process.platform === 'linux')
    await copyFile(`/proc/self/fd/${file.fd}`, join(target, name), constants.COPYFILE_FICLONE);
  else
    await pipeline(
      file.createReadStream({ autoClose: false, end: Math.max(0, size - 1) }),
      createWriteStream(join(target, name), { mode: 0o600 }),
    );
}

/** Of a LayersModel, model.json says which files belong to it. */
async function limitsOf(folder: string, names: string[]): Promise<LimitOf> {
  if (!isLayersModel(names)) return checkpointLimit;
  const { file } = await openFile(folder, MODEL_JSON, layersModelLimits(undefined)(MODEL_JSON)!);
  try {
    return layersModelLimits(parseJsonFile(await file.readFile(), MODEL_JSON));
  } finally {
    await file.close();
  }
}

/**
 * Copies the checkpoint files of `path` into the empty folder `target`. Throws `path-not-allowed` and
 * `checkpoint-invalid`; files are named without their folder.
 */
export async function importFolder(path: string, importDir: string, target: string): Promise<void> {
  const folder = await resolveImport(path, importDir, 'folder');
  const entries = await entriesOf(folder);
  const limitOf = await limitsOf(
    folder,
    entries.filter((entry) => entry.isFile()).map(({ name }) => name),
  );
  const files: OpenFile[] = [];
  try {
    // all are open before the first is copied: what is larger than a checkpoint may be is refused at once
    for (const name of chosen(entries, limitOf)) files.push(await openFile(folder, name, limitOf(name)!));
    checkTotal(files);
    for (const file of files) await copyOpen(file, target);
  } finally {
    for (const { file } of files) await file.close();
  }
}
