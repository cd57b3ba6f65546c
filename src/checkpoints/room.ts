// Whether a folder can be written to, and how much room there is.
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Room {
  dir: string;
  writable: boolean;
  free_bytes: number;
}

/** Looks at the folder, or at the nearest above it that exists: it is made when it is first needed. */
export async function roomOf(dir: string): Promise<Room> {
  for (let at = dir; ; at = dirname(at)) {
    try {
      // what root may do without being asked is left out of bavail
      const { bavail, bsize } = await statfs(at);
      const writable = await access(at, constants.W_OK).then(
        () => true,
        () => false,
      );
      return { dir, writable, free_bytes: bavail * bsize };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === dirname(at)) throw error;
    }
  }
}

/** Why nothing more can be stored there; null: it can. The folder goes by the name of its setting, not by its path. */
export function noRoom(setting: string, { writable, free_bytes }: Room, floor_bytes: number): string | null {
  if (!writable) return `${setting} cannot be written`;
  if (free_bytes >= floor_bytes) return null;
  const mega = (bytes: number) => `${Math.floor(bytes / 1e6)} MB`;
  return `${setting} has ${mega(free_bytes)} left, less than MIN_FREE_BYTES (${mega(floor_bytes)})`;
}
