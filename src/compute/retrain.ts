// Exact unlearning: the recorded recipe again, on what is retained.
import { addressOf } from '../checkpoints/address.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { Recipe } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import { baseMissing } from '../runs/base.ts';
import type { TokenRow } from '../training/batches.ts';
import { type TrainProgress, train } from '../training/train.ts';
import { loadWeights } from './checkpoint.ts';
import type { AnyModel } from './models.ts';

type Trainable = Pick<AnyModel, 'architecture' | 'config' | 'recipe'>;

/**
 * The recipe that can be followed here; `baseDir` is the folder of the checkpoint that it starts from, null: there is
 * none. `microBatch` replaces its own, 0: it does not. Throws `recipe-missing` without a recipe, or without its base.
 */
export function recipeOf({ recipe }: Pick<Trainable, 'recipe'>, baseDir: string | null, microBatch = 0): Recipe {
  if (recipe === null) throw new ExpungeError('recipe-missing', 'The checkpoint carries no recipe.json to train from.');
  const { base_checkpoint } = recipe.init;
  if (base_checkpoint !== null && baseDir === null) throw baseMissing(base_checkpoint);
  return microBatch === 0 ? recipe : { ...recipe, options: { ...recipe.options, micro_batch: microBatch } };
}

/** What the recipe starts from. A base of other bytes than it names would give another model, and nobody would see it. */
export async function startOf(
  { architecture, config }: Pick<Trainable, 'architecture' | 'config'>,
  recipe: Recipe,
  baseDir: string | null,
): Promise<HostTensors> {
  const { base_checkpoint, seed } = recipe.init;
  if (base_checkpoint === null || baseDir === null) return architecture.initialise(config, seed);
  if ((await addressOf(baseDir, architecture.name)) === base_checkpoint) return loadWeights(baseDir);
  const remedy = 'Register the base checkpoint again, from the folder that the training started from.';
  throw new ExpungeError('checkpoint-invalid', `The base is not the ${base_checkpoint} of the recipe. ${remedy}`);
}

/**
 * Trains from the recipe's start on `rows` for as many steps as the original took; adapters start as they did, and are
 * merged. Throws as `recipeOf`, and `checkpoint-invalid` for another base.
 */
export async function retrainFromRecipe(
  engine: Engine,
  model: Trainable,
  rows: TokenRow[],
  on: { baseDir: string | null; progress?: (progress: TrainProgress) => void; signal?: AbortSignal },
): Promise<HostTensors> {
  const { architecture, config } = model;
  const recipe = recipeOf(model, on.baseDir);
  const { weights } = await train({
    engine,
    architecture,
    config,
    weights: await startOf(model, recipe, on.baseDir),
    rows,
    options: recipe.options,
    orderSeed: recipe.order_seed,
    exactSteps: recipe.steps_taken,
    ...(on.progress ? { onProgress: on.progress } : {}),
    ...(on.signal ? { signal: on.signal } : {}),
  });
  return weights;
}
