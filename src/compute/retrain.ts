// Exact unlearning: the recorded recipe again, on what is retained.
import type { Engine, HostTensors } from '../domain/engine.ts';
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from '../training/batches.ts';
import { type TrainProgress, train } from '../training/train.ts';
import type { LoadedModel } from './checkpoint.ts';

/**
 * Trains from the recipe's initial weights on `rows` for as many steps as the original took. Throws `recipe-missing`
 * without a recipe, or for one that starts from another checkpoint. `microBatch` replaces the recipe's.
 */
export async function retrainFromRecipe(
  engine: Engine,
  model: LoadedModel,
  rows: TokenRow[],
  on: { progress?: (progress: TrainProgress) => void; signal?: AbortSignal; microBatch?: number },
): Promise<HostTensors> {
  const { recipe, architecture, config } = model;
  if (recipe === null) throw new ExpungeError('recipe-missing', 'The checkpoint carries no recipe.json to train from.');
  if (recipe.init.base_checkpoint !== null) {
    throw new ExpungeError('recipe-missing', 'The recipe starts from a base checkpoint, which is not kept here.');
  }
  const { weights } = await train({
    engine,
    architecture,
    config,
    weights: architecture.initialise(config, recipe.init.seed),
    rows,
    options: { ...recipe.options, ...(on.microBatch ? { micro_batch: on.microBatch } : {}) },
    orderSeed: recipe.order_seed,
    exactSteps: recipe.steps_taken,
    ...(on.progress ? { onProgress: on.progress } : {}),
    ...(on.signal ? { signal: on.signal } : {}),
  });
  return weights;
}
