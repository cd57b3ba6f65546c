// Checkpoint folders by content address: <dir>/sha256-<hex>, made in <dir>/work and renamed when complete.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CheckpointManifest } from '../domain/checkpoint.ts';
import { followable } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import type { CheckpointFiles, NewCheckpoint, StoredContent } from '../runs/ports.ts';
import { type Blobs, createBlobs } from './blobs.ts';
import { hasCode, sync, writeSynced } from './disk.ts';
import { importFolder } from './import.ts';
import { inspectFolder } from './inspect.ts';
import type { Architectures } from './layout.ts';
import { buildManifest, canonical, digestOf, fileNames, MANIFEST, matches } from './manifest.ts';
import { readRecipe } from './recipe-file.ts';
import { differenceOf } from './same-kind.ts';
import { SISA } from './sisa-names.ts';
import { guarded } from './storage-errors.ts';
import { createModelReader } from './stored-model.ts';
import { candidatesIn, IMPORT, readManifest, sweepWork } from './sweep.ts';
import { UPDATES_INDEX } from './updates.ts';

/** Owner of work folders that hold what is being removed. */
const REMOVED = 'removed';
/** Weights may have memorised people: nobody but the service reads them, and nobody changes them. */
const FILE_MODE = 0o400;
const FOLDER_MODE = 0o500;

export interface CheckpointFilesOptions {
  /** Holds the checkpoints and the work folders, on one file system. */
  dir: string;
  /** Root of the folders that clients may register. */
  importDir: string;
  /** Root of the uploads; only the process that registers needs it. */
  uploadDir?: string;
  /** Default: the registry of architectures. */
  architectures?: Architectures;
}

async function makeWorkFolder(work: string, owner: string): Promise<string> {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(owner)) throw new ExpungeError('internal', 'A run id is a UUID.');
  const folder = join(work, `${owner}-${randomBytes(6).toString('hex')}`);
  await mkdir(work, { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Moves a checkpoint out of its address before it is taken apart, so that no half of it is ever found there. */
async function removeFolder(folder: string, work: string): Promise<void> {
  const aside = await makeWorkFolder(work, REMOVED);
  try {
    // An ordinary user can neither move nor empty a folder that is read-only.
    await chmod(folder, 0o700);
    await rename(folder, aside);
    await sync(dirname(folder));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function place(folder: string, target: string, digest: string, work: string): Promise<void> {
  try {
    await rename(folder, target);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    if (await matches(target, digest)) {
      await rm(folder, { recursive: true, force: true });
    } else {
      // Damaged since it was published; these are the right bytes.
      await removeFolder(target, work);
      await rename(folder, target);
    }
  }
  await chmod(target, FOLDER_MODE);
  await sync(dirname(target));
}

/**
 * Makes a finished folder immutable and describes it. What the store holds already is shared before the folder gets its
 * address, so that a checkpoint is at no time written to; the rest can be shared by later ones from then on.
 */
async function seal(
  folder: string,
  about: Pick<CheckpointManifest, 'architecture' | 'parent' | 'run_id'>,
  blobs: Blobs,
): Promise<CheckpointManifest> {
  for (const name of await fileNames(folder)) {
    await chmod(join(folder, name), FILE_MODE);
    await sync(join(folder, name));
  }
  const manifest = await buildManifest(folder, about);
  for (const { name, sha256 } of manifest.files) await blobs.share(join(folder, name), sha256);
  await rm(join(folder, MANIFEST), { force: true });
  await writeSynced(join(folder, MANIFEST), canonical(manifest));
  await chmod(join(folder, MANIFEST), FILE_MODE);
  await sync(folder);
  return manifest;
}

/** Which content a folder holds; the same number is the same bytes on the disk. */
async function contentOf(folder: string): Promise<StoredContent[] | null> {
  try {
    const entries = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))));
    return entries.map(({ dev, ino, size }) => ({ content: `${dev}:${ino}`, bytes: size }));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Checkpoints under `dir`. See the port for what each function promises. */
export function createCheckpointFiles(options: CheckpointFilesOptions): CheckpointFiles {
  const dir = resolve(options.dir);
  const work = join(dir, 'work');
  const blobs = createBlobs(join(dir, 'blobs'));
  const path = (digest: string): string => {
    if (/^sha256:[0-9a-f]{64}$/.test(digest)) return join(dir, digest.replace(':', '-'));
    throw new ExpungeError('checkpoint-invalid', 'A checkpoint is addressed as sha256: and 64 lower-case hex digits.');
  };
  const holds = async (digest: string, file: string): Promise<boolean> =>
    (await readManifest(path(digest)))?.files.some(({ name }) => name === file) ?? false;
  const discard = async (folder: string): Promise<void> => {
    if (dirname(resolve(folder)) !== work) throw new ExpungeError('internal', 'Only work folders are discarded.');
    await rm(folder, { recursive: true, force: true });
  };
  const remove = async (digest: string): Promise<void> => {
    const contents = (await readManifest(path(digest)))?.files.map((file) => file.sha256) ?? [];
    await removeFolder(path(digest), work);
    await blobs.release(contents);
  };
  const take = async (from: string, root: string): Promise<{ folder: string }> => {
    const folder = await makeWorkFolder(work, IMPORT);
    try {
      await importFolder(from, root, folder);
      return { folder };
    } catch (error) {
      await discard(folder);
      throw error;
    }
  };
  return guarded<CheckpointFiles>({
    materialise: async (digest) => path(digest),
    discard,
    workFolder: (runId) => makeWorkFolder(work, runId),
    async adopt(folder, about): Promise<NewCheckpoint> {
      const manifest = await seal(folder, about, blobs);
      const digest = digestOf(manifest);
      await place(folder, path(digest), digest, work);
      for (const { name, sha256 } of manifest.files) await blobs.offer(join(path(digest), name), sha256);
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      return { digest, parent_digest: about.parent, run_id: about.run_id, manifest, bytes };
    },
    inspect: (folder) => inspectFolder(folder, options.architectures),
    differenceFrom: (folder, digest) => differenceOf(folder, path(digest), options.architectures),
    importFrom: (from) => take(from, options.importDir),
    async importUpload(id) {
      if (options.uploadDir === undefined) throw new ExpungeError('internal', 'No folder of uploads was named.');
      return take(id, options.uploadDir);
    },
    verify: (digest) => matches(path(digest), digest),
    baseOf: async (digest) => (await readRecipe(path(digest)))?.init.base_checkpoint ?? null,
    recipe: async (digest) => followable(await readRecipe(path(digest))),
    model: createModelReader(path, options.architectures),
    hasSlices: (digest) => holds(digest, SISA),
    hasUpdates: (digest) => holds(digest, UPDATES_INDEX),
    contents: (digest) => contentOf(path(digest)),
    remove,
    sweepWorkFolders: (isLive) => sweepWork(work, isLive),
    async sweepCandidates(isOrphan) {
      let swept = 0;
      for (const { run_id, digest } of await candidatesIn(dir)) {
        if (!(await isOrphan(run_id, digest))) continue;
        await remove(digest);
        swept++;
      }
      await blobs.release(await blobs.names());
      return swept;
    },
  });
}
