// Checkpoint folders by content address: <dir>/sha256-<hex>, made in <dir>/work and renamed when complete.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ExpungeError } from '../errors.ts';
import type { CheckpointFiles, NewCheckpoint } from '../runs/ports.ts';
import { hasCode, sync, writeSynced } from './disk.ts';
import { importFolder } from './import.ts';
import { inspectFolder } from './inspect.ts';
import type { Architectures } from './layout.ts';
import { buildManifest, canonical, digestOf, fileNames, MANIFEST, matches } from './manifest.ts';
import { candidatesIn, IMPORT, sweepWork } from './sweep.ts';

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

/** Checkpoints under `dir`. See the port for what each function promises. */
export function createCheckpointFiles(options: CheckpointFilesOptions): CheckpointFiles {
  const dir = resolve(options.dir);
  const work = join(dir, 'work');
  const path = (digest: string): string => {
    if (/^sha256:[0-9a-f]{64}$/.test(digest)) return join(dir, digest.replace(':', '-'));
    throw new ExpungeError('checkpoint-invalid', 'A checkpoint is addressed as sha256: and 64 lower-case hex digits.');
  };
  const discard = async (folder: string): Promise<void> => {
    if (dirname(resolve(folder)) !== work) throw new ExpungeError('internal', 'Only work folders are discarded.');
    await rm(folder, { recursive: true, force: true });
  };
  return {
    path,
    discard,
    workFolder: (runId) => makeWorkFolder(work, runId),
    async adopt(folder, about): Promise<NewCheckpoint> {
      for (const name of await fileNames(folder)) {
        await chmod(join(folder, name), FILE_MODE);
        await sync(join(folder, name));
      }
      const manifest = await buildManifest(folder, about);
      const digest = digestOf(manifest);
      await rm(join(folder, MANIFEST), { force: true });
      await writeSynced(join(folder, MANIFEST), canonical(manifest));
      await chmod(join(folder, MANIFEST), FILE_MODE);
      await sync(folder);
      await place(folder, path(digest), digest, work);
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      return { digest, parent_digest: about.parent, run_id: about.run_id, manifest, bytes };
    },
    inspect: (folder) => inspectFolder(folder, options.architectures),
    async importFrom(from) {
      const folder = await makeWorkFolder(work, IMPORT);
      try {
        await importFolder(from, options.importDir, folder);
        return { folder };
      } catch (error) {
        await discard(folder);
        throw error;
      }
    },
    verify: (digest) => matches(path(digest), digest),
    remove: (digest) => removeFolder(path(digest), work),
    sweepWorkFolders: (isLive) => sweepWork(work, isLive),
    async sweepCandidates(isOrphan) {
      let swept = 0;
      for (const { run_id, digest } of await candidatesIn(dir)) {
        if (!(await isOrphan(run_id, digest))) continue;
        await removeFolder(path(digest), work);
        swept++;
      }
      return swept;
    },
  };
}
