// What a training leaves beside the weights that the next one into the same folder does not write over.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSlice, PLACEMENT, SISA } from './sisa-names.ts';
import { UPDATES, UPDATES_INDEX } from './updates.ts';

/** A folder, made where there is none, without slices and log of an earlier training. `logged`: the log there is that of this one. */
export async function clearEarlier(dir: string, logged = false): Promise<void> {
  await mkdir(dir, { recursive: true });
  const ofSlices = (name: string) => name === SISA || name === PLACEMENT || isSlice(name);
  const ofLog = (name: string) => name === UPDATES || name === UPDATES_INDEX;
  for (const name of await readdir(dir)) if (ofSlices(name) || (!logged && ofLog(name))) await rm(join(dir, name));
}
