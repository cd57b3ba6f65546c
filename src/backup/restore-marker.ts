// A mark in the data folder while a restore is under way: nothing starts on half of an installation.
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, sync, writeSynced } from '../checkpoints/disk.ts';
import { ExpungeError } from '../errors.ts';

export interface RestoreMark {
  backup_id: string;
  /** The one that was found empty and is the restore's own since; null: none was yet. */
  database: string | null;
}

const NAME = 'restore.json';
const PART = `${NAME}.part`;
/** What a restore that was cut off at once may have left in the data folder. */
export const isMark = (name: string): boolean => name === NAME || name === PART;

/** Null where no restore is under way. */
export async function restoreUnderWay(dataDir: string): Promise<RestoreMark | null> {
  try {
    const { backup_id, database = null } = JSON.parse(await readFile(join(dataDir, NAME), 'utf8')) as RestoreMark;
    return { backup_id, database };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Whoever reads it finds the mark as it was or as it is. */
export async function markRestore(dataDir: string, mark: RestoreMark): Promise<void> {
  await writeSynced(join(dataDir, PART), `${JSON.stringify(mark)}\n`);
  await rename(join(dataDir, PART), join(dataDir, NAME));
  await sync(dataDir);
}

export async function endRestore(dataDir: string): Promise<void> {
  await rm(join(dataDir, NAME));
  await sync(dataDir);
}

/** Throws `start-refused` in the middle of a restore. */
export async function refuseHalfRestored(dataDir: string): Promise<void> {
  if ((await restoreUnderWay(dataDir)) === null) return;
  const detail = `A restore into ${dataDir} was cut off; run expunge backup restore again with the same backup`;
  throw new ExpungeError('start-refused', detail);
}
