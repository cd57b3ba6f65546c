// A checkpoint folder as a stage of a compute process needs it.
import { architectures } from '../architectures/index.ts';
import { loadCheckpoint } from '../checkpoints/layout.ts';
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

/** Throws `checkpoint-invalid` naming the file. */
export async function loadModel(dir: string): Promise<LoadedModel> {
  const { architecture: name, configJson, weights, recipe } = await loadCheckpoint(dir);
  const architecture = architectures[name]!;
  return {
    architecture,
    config: architecture.parseConfig(configJson),
    configJson,
    weights,
    tokenizer: await loadTokenizer(dir),
    recipe,
  };
}
