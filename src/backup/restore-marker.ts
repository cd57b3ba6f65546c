// A mark in the data folder while a restore is under way: nothing starts on half of an installation.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../checkpoints/disk.ts';
import { ExpungeError } from '../errors.ts';

export const markerPath = (dataDir: string): string => join(dataDir, 'restore.json');

/** Id of the backup that is being restored; null where none is. */
export async function restoreUnderWay(dataDir: string): Promise<string | null> {
  try {
    return (JSON.parse(await readFile(markerPath(dataDir), 'utf8')) as { backup_id: string }).backup_id;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Throws `start-refused` in the middle of a restore. */
export async function refuseHalfRestored(dataDir: string): Promise<void> {
  if ((await restoreUnderWay(dataDir)) === null) return;
  const detail = `A restore into ${dataDir} was cut off; run expunge backup restore again with the same backup`;
  throw new ExpungeError('start-refused', detail);
}
