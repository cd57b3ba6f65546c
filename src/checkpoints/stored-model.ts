// What the configuration of a stored checkpoint says, without its weights. Kept in memory: a checkpoint never changes.
import { readdir } from 'node:fs/promises';
import type { Classifier } from '../domain/architecture.ts';
import { followable } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import type { StoredModel } from '../runs/ports.ts';
import { hasCode } from './disk.ts';
import { readClassifier } from './layers-model/classifier-folder.ts';
import { isLayersModel } from './layers-model/files.ts';
import { type Architectures, readConfig } from './layout.ts';
import { readRecipe } from './recipe-file.ts';

/** Models of a busy day; a configuration takes kilobytes. */
const KEPT = 64;

async function read(folder: string, architectures: Architectures | undefined): Promise<StoredModel> {
  if (isLayersModel(await readdir(folder))) {
    const { architecture, config, recipe } = await readClassifier(folder);
    return { architecture: architecture as unknown as Classifier, config, recipe: followable(recipe) };
  }
  const { architecture, config } = await readConfig(folder, architectures);
  return { architecture, config, recipe: followable(await readRecipe(folder)) };
}

/** `path` gives the folder of an address. Null for one where nothing is that can be read. */
export function createModelReader(path: (digest: string) => string, architectures?: Architectures) {
  const kept = new Map<string, StoredModel>();
  return async (digest: string): Promise<StoredModel | null> => {
    const known = kept.get(digest);
    if (known !== undefined) return known;
    try {
      const found = await read(path(digest), architectures);
      if (kept.size === KEPT) kept.delete(kept.keys().next().value!);
      kept.set(digest, found);
      return found;
    } catch (error) {
      if (hasCode(error, 'ENOENT') || (error instanceof ExpungeError && error.code === 'checkpoint-invalid'))
        return null;
      throw error;
    }
  };
}
