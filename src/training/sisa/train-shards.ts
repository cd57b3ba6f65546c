// A training in shards and slices: each shard alone, each of its slices after the one before. Machine Unlearning (SISA),
// arXiv 1912.03817.
import type { Engine, HostTensors } from '../../domain/engine.ts';
import type { ShardsRecipe, TrainingOptions } from '../../domain/recipe.ts';
import type { TokenRow } from '../batches.ts';
import type { TrainProgress } from '../train.ts';
import { sliceOptions } from './plan.ts';
import type { ShardKind } from './shard-kinds.ts';

/** Rows of each slice of each shard. */
export type CellRows = TokenRow[][][];

export interface ShardsTraining {
  engine: Engine;
  kind: ShardKind;
  recipe: ShardsRecipe;
  options: TrainingOptions;
  /** Weights that every shard starts from and leaves as they are; none for a classifier. */
  base: HostTensors;
  rows: CellRows;
  /** Slice of each shard that is the first to be trained; null: the shard stays as it is. */
  from: readonly (number | null)[];
  /** What a shard knew after a slice that is not trained. */
  load(shard: number, slice: number): Promise<HostTensors>;
  save(shard: number, slice: number, known: HostTensors): Promise<void>;
  onProgress?(progress: TrainProgress): void;
  signal?: AbortSignal;
}

/** A shard whose slices so far are empty has nothing to learn: it stays as it starts. */
const learns = (rows: readonly TokenRow[][], slice: number): boolean =>
  rows.slice(0, slice + 1).some((some) => some.length > 0);

/** Steps that a training takes which begins in each shard at `from`. */
export function countSteps({ recipe, rows, from }: Pick<ShardsTraining, 'recipe' | 'rows' | 'from'>): number {
  return recipe.shards.reduce((sum, { slices }, s) => {
    const taken = slices.filter((_, r) => from[s] !== null && r >= from[s]! && learns(rows[s]!, r));
    return sum + taken.reduce((all, { steps }) => all + steps, 0);
  }, 0);
}

/**
 * Trains and saves slice by slice, and returns the weights that are served and the steps that were taken. What a shard
 * becomes hangs on its own records and seeds alone. Memory: what one shard's training takes, and what each shard has learned.
 */
export async function trainShards(given: ShardsTraining): Promise<{ weights: HostTensors; steps: number }> {
  const { engine, kind, recipe, base, rows, from, signal } = given;
  const steps = countSteps(given);
  let taken = 0;
  const learned: HostTensors[] = [];
  for (const [shard, { init_seed, slices }] of recipe.shards.entries()) {
    const first = from[shard] ?? slices.length;
    let known = first === 0 ? kind.start(shard, init_seed) : await given.load(shard, first - 1);
    for (let slice = first; slice < slices.length; slice++) {
      const { order_seed: orderSeed, steps: own } = slices[slice]!;
      if (learns(rows[shard]!, slice)) {
        known = await kind.advance(engine, shard, inOrder(known, kind.shapes(shard)), base, {
          ...{ rows: rows[shard]!.slice(0, slice + 1).flat(), options: sliceOptions(given.options, own), orderSeed },
          onProgress: ({ step, ...rest }) => given.onProgress?.({ ...rest, step: taken + step, steps }),
          ...(signal ? { signal } : {}),
        });
        taken += own;
      }
      await given.save(shard, slice, known);
    }
    learned.push(learns(rows[shard]!, slices.length - 1) ? known : kind.unlearned(shard, known));
  }
  signal?.throwIfAborted();
  return { weights: kind.served(base, learned), steps: taken };
}

/** As they train, wherever they come from: the norm of the gradient is a sum over the tensors in turn. */
const inOrder = (known: HostTensors, shapes: Record<string, number[]>): HostTensors =>
  Object.fromEntries(Object.keys(shapes).map((name) => [name, known[name]!]));
