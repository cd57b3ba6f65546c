// Where a checkpoint folder from outside would be found in the store.
import { readdir } from 'node:fs/promises';
import { checkpointLimit } from './folder-limits.ts';
import { buildManifest, digestOf } from './manifest.ts';

/** The digest that registering this folder by path would give. Reads every file of the checkpoint. */
export async function addressOf(dir: string, architecture: string): Promise<string> {
  const entries = await readdir(dir, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && checkpointLimit(entry.name) !== undefined);
  const names = files.map(({ name }) => name).sort();
  return digestOf(await buildManifest(dir, { architecture, parent: null, run_id: null }, names));
}
