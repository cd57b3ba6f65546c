// Exact unlearning: the recorded recipe again, on what is retained.
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { Recipe } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from '../training/batches.ts';
import { type TrainProgress, train } from '../training/train.ts';
import type { AnyModel } from './models.ts';

/**
 * The recipe that can be followed here; `microBatch` replaces its own, 0: it does not. Throws `recipe-missing` without a
 * recipe, or for one that starts from another checkpoint.
 */
export function recipeOf({ recipe }: Pick<AnyModel, 'recipe'>, microBatch = 0): Recipe {
  if (recipe === null) throw new ExpungeError('recipe-missing', 'The checkpoint carries no recipe.json to train from.');
  if (recipe.init.base_checkpoint !== null) {
    throw new ExpungeError('recipe-missing', 'The recipe starts from a base checkpoint, which is not kept here.');
  }
  return microBatch === 0 ? recipe : { ...recipe, options: { ...recipe.options, micro_batch: microBatch } };
}

/** Trains from the recipe's initial weights on `rows` for as many steps as the original took. Throws as `recipeOf`. */
export async function retrainFromRecipe(
  engine: Engine,
  model: Pick<AnyModel, 'architecture' | 'config' | 'recipe'>,
  rows: TokenRow[],
  on: { progress?: (progress: TrainProgress) => void; signal?: AbortSignal },
): Promise<HostTensors> {
  const { architecture, config } = model;
  const recipe = recipeOf(model);
  const { weights } = await train({
    engine,
    architecture,
    config,
    weights: architecture.initialise(config, recipe.init.seed),
    rows,
    options: recipe.options,
    orderSeed: recipe.order_seed,
    exactSteps: recipe.steps_taken,
    ...(on.progress ? { onProgress: on.progress } : {}),
    ...(on.signal ? { signal: on.signal } : {}),
  });
  return weights;
}
