// What `expunge train --shards` does beyond a training in one piece, for a model of either task.
import { clearEarlier } from '../checkpoints/earlier-training.ts';
import { loadSlice, saveSlice, sealSlices } from '../checkpoints/sisa.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { ShardsRecipe, TrainingOptions } from '../domain/recipe.ts';
import type { Identifier } from '../domain/record.ts';
import { createEngine } from '../engine/choice.ts';
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from '../training/batches.ts';
import { kindOf } from '../training/kinds.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan } from '../training/memory-plan.ts';
import type { LikelyPlacement } from '../training/sisa/likely.ts';
import { planShards } from '../training/sisa/plan.ts';
import { type ShardedModel, shardKindOf } from '../training/sisa/shard-kinds.ts';
import { trainShards } from '../training/sisa/train-shards.ts';
import { memorization, type TrainProgress } from '../training/train.ts';
import { largestShard, placeCorpus, rowsOfCells, type Sharding } from './place-corpus.ts';

export interface ShardedTraining {
  /** What is served. */
  model: ShardedModel;
  options: TrainingOptions;
  sharding: Sharding;
  seed: number;
  records: readonly { id: string; subjects?: Identifier[] | undefined }[];
  /** Of each record, in the order of `records`. */
  rows: readonly TokenRow[][];
  /** Weights that all shards start from; none for a classifier. */
  base(): Promise<HostTensors>;
  /** Folder that the slices are written to. */
  out: string;
  backend: string;
  threads: number;
  memoryBudgetBytes: number | null;
}
export interface TrainedShards {
  /** Of the model that is served. */
  weights: HostTensors;
  steps: number;
  /** Of the model that is served. */
  exactMemorization: number;
  sisa: ShardsRecipe;
  /** Ends the folder, once the rest of the checkpoint is written. */
  seal(): Promise<void>;
}

async function measured(
  engine: Engine,
  { architecture, config }: ShardedModel,
  weights: HostTensors,
  rows: TokenRow[],
) {
  const kind = kindOf(architecture);
  const state = engine.createState(weights);
  const share = await memorization(kind.scorer(engine, architecture, config, state), rows, kind.ending);
  state.dispose();
  return share;
}

/** Throws `validation-failed` for what cannot be trained in shards, `memory-budget-exceeded`, or the signal's reason. */
export async function trainSharded(
  given: ShardedTraining,
  on: {
    progress?(progress: TrainProgress): void;
    planned?(plan: MemoryPlan): void;
    placed?(about: LikelyPlacement['about']): void;
    signal?: AbortSignal;
  },
): Promise<TrainedShards> {
  const { model, options, sharding, seed, records, out } = given;
  if (options.stop_when !== undefined)
    throw new ExpungeError(
      'validation-failed',
      'stop_when: when a training in shards ends must not hang on the records in it. Give the number of steps alone.',
    );
  const kind = shardKindOf(model, options);
  const placement = await placeCorpus(records, sharding, seed, on.placed);
  const rowsOf = new Map(records.map(({ id }, i) => [id, given.rows[i]!]));
  const rows = rowsOfCells(placement, rowsOf);
  on.planned?.(assertFits(kind.work(largestShard(rows)), given.memoryBudgetBytes));
  await clearEarlier(out);
  const sisa = planShards({ seed, shards: sharding.shards, slices: sharding.slices, steps: options.steps });
  const engine = await createEngine({ backend: given.backend, threads: given.threads });
  try {
    const { weights, steps } = await trainShards({
      ...{ engine, kind, recipe: sisa, options, base: await given.base(), rows, from: sisa.shards.map(() => 0) },
      load: (shard, slice) => loadSlice(out, shard, slice),
      save: (shard, slice, known) => saveSlice(out, shard, slice, known),
      ...(on.progress ? { onProgress: on.progress } : {}),
      ...(on.signal ? { signal: on.signal } : {}),
    });
    const exactMemorization = await measured(engine, model, weights, given.rows.flat());
    return { weights, steps, exactMemorization, sisa, seal: () => sealSlices(out, placement) };
  } finally {
    await engine.dispose();
  }
}
