// What killed processes left under the checkpoint folder.
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { CheckpointManifest } from '../domain/checkpoint.ts';
import { hasCode } from './disk.ts';
import { MANIFEST } from './manifest.ts';

/** Owner of the work folders of registrations; every other owner is a run, or nobody. */
export const IMPORT = 'import';
/** A copy takes minutes; one this old belongs to a process that died. */
const STALE_IMPORT_MS = 6 * 3_600_000;

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Removes work folders whose owner is gone; returns how many. */
export async function sweepWork(work: string, isLive: (runId: string) => Promise<boolean>): Promise<number> {
  let swept = 0;
  for (const name of await namesIn(work)) {
    const owner = /^(.+)-[0-9a-f]{12}$/.exec(name)?.[1];
    if (owner === undefined) continue;
    const entry = await stat(join(work, name)).catch(() => null);
    if (!entry) continue;
    const live = owner === IMPORT ? Date.now() - entry.mtimeMs < STALE_IMPORT_MS : await isLive(owner);
    if (live) continue;
    await rm(join(work, name), { recursive: true, force: true });
    swept++;
  }
  return swept;
}

/** Checkpoints under `dir` that were made by a run, as their manifests say; unreadable ones are left out. */
export async function candidatesIn(dir: string): Promise<{ run_id: string; digest: string }[]> {
  const found: { run_id: string; digest: string }[] = [];
  for (const name of await namesIn(dir)) {
    const hex = /^sha256-([0-9a-f]{64})$/.exec(name)?.[1];
    if (hex === undefined) continue;
    const manifest = await readManifest(join(dir, name));
    if (manifest !== null && manifest.run_id !== null) found.push({ run_id: manifest.run_id, digest: `sha256:${hex}` });
  }
  return found;
}

/** What a folder says of itself; null where it says nothing that can be read. */
export async function readManifest(folder: string): Promise<CheckpointManifest | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
    return Value.Check(CheckpointManifest, manifest) ? manifest : null;
  } catch {
    return null;
  }
}
