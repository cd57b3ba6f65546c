// Seeds and steps of a training in shards and slices.
import { seedFrom } from '../../domain/random.ts';
import type { ShardsRecipe, TrainingOptions } from '../../domain/recipe.ts';

/** A slice is short: no more of it than this is spent on reaching the learning rate. */
const WARMUP_SHARE = 0.25;

/**
 * Steps of each slice of one shard. A slice trains on all slices up to its own, so its steps grow with its number: every
 * pass over the records is worth as much (1912.03817, section 4). At least one step each.
 */
export function stepsOfSlices(steps: number, slices: number): number[] {
  const until = (slice: number) => Math.round((steps * slice * (slice + 1)) / (slices * (slices + 1)));
  return Array.from({ length: slices }, (_, r) => Math.max(1, until(r + 1) - until(r)));
}

/**
 * `steps` are those of all shards together, so that a record is met as often as in a training in one piece. Seeds and
 * steps hang on these numbers alone, and on no record.
 */
export function planShards(given: { seed: number; shards: number; slices: number; steps: number }): ShardsRecipe {
  const { seed, shards, slices } = given;
  const steps = stepsOfSlices(Math.floor(given.steps / shards), slices);
  return {
    shards: Array.from({ length: shards }, (_, s) => ({
      init_seed: seedFrom(`${seed}/shard/${s}`),
      slices: steps.map((count, r) => ({ order_seed: seedFrom(`${seed}/shard/${s}/slice/${r}`), steps: count })),
    })),
  };
}

/** Of all slices. A training takes fewer where nobody stands in the first ones. */
export const stepsOf = ({ shards }: ShardsRecipe): number =>
  shards.flatMap(({ slices }) => slices).reduce((sum, { steps }) => sum + steps, 0);

/** Options of the training of one slice: optimizer and schedule start anew with each, so that weights are all that a checkpoint holds. */
export const sliceOptions = (options: TrainingOptions, steps: number): TrainingOptions => ({
  ...options,
  steps,
  warmup_steps: Math.min(options.warmup_steps, Math.floor(steps * WARMUP_SHARE)),
});
