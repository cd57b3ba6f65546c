// A checkpoint folder as a stage of a compute process needs it.
import { loadCheckpoint, readLayout } from '../checkpoints/layout.ts';
import { loadTokenizer, type Tokenizer } from '../corpora/tokenizer.ts';
import type { Architecture } from '../domain/architecture.ts';
import type { HostTensors } from '../domain/engine.ts';
import type { Recipe } from '../domain/recipe.ts';

export interface LoadedModel {
  architecture: Architecture;
  config: unknown;
  configJson: unknown;
  weights: HostTensors;
  tokenizer: Tokenizer;
  recipe: Recipe | null;
}

/** All but the weights. Throws `checkpoint-invalid` naming the file. */
export async function openModel(dir: string): Promise<Omit<LoadedModel, 'weights'>> {
  const { architecture, config, configJson, recipe } = await readLayout(dir);
  return { architecture, config, configJson, recipe, tokenizer: await loadTokenizer(dir) };
}

/** Throws `checkpoint-invalid` naming the file. */
export async function loadWeights(dir: string): Promise<HostTensors> {
  return (await loadCheckpoint(dir)).weights;
}

/** Both. */
export const loadModel = async (dir: string): Promise<LoadedModel> => ({
  ...(await openModel(dir)),
  weights: await loadWeights(dir),
});
