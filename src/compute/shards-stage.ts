// Exact removal from a model that was trained in shards: only what a forgotten record has been in is trained again.
import { mkdir } from 'node:fs/promises';
import {
  copySlice,
  digestsOfRecords,
  hasSlices,
  loadSlice,
  readPlacement,
  readTrained,
  saveSlice,
  sealSlices,
} from '../checkpoints/sisa.ts';
import { PLACEMENT, SISA } from '../checkpoints/sisa-names.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { Recipe, ShardsRecipe } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import type { PlannedWork } from '../training/memory-work.ts';
import { firstChanged, type Placement, withoutRecords } from '../training/sisa/placement.ts';
import { shardKindOf } from '../training/sisa/shard-kinds.ts';
import { trainShards } from '../training/sisa/train-shards.ts';
import type { TrainProgress } from '../training/train.ts';
import type { AnyModel } from './models.ts';
import { largestShard, rowsOfCells } from './place-corpus.ts';
import { startOf } from './retrain.ts';
import type { TextRow } from './sets.ts';

export interface ShardsGiven {
  model: AnyModel;
  /** Of the model, as it can be followed here. */
  recipe: Recipe & { sisa: ShardsRecipe };
  parentDir: string;
  baseDir: string | null;
  outDir: string;
  retain: TextRow[];
  /** Ids of records that are not trained on now and keep their places: they may be trained on again. */
  restricted: ReadonlySet<string>;
  /** Whether slices that are trained on what they were trained on before are taken over; else all are trained. */
  keepsSlices: boolean;
}
export interface ShardsWork {
  work: PlannedWork;
  run(on: { engine: Engine; progress(progress: TrainProgress): void; signal: AbortSignal }): Promise<HostTensors>;
  /** Ends the candidate's folder, once its weights are written. */
  seal(): Promise<void>;
}

export const isSharded = (recipe: Recipe): recipe is ShardsGiven['recipe'] => recipe.sisa !== undefined;

/** Rows by the record that they are of. */
function byRecord(rows: readonly TextRow[]): Map<string, TextRow[]> {
  const found = new Map<string, TextRow[]>();
  for (const row of rows) {
    const known = found.get(row.record);
    if (known) known.push(row);
    else found.set(row.record, [row]);
  }
  return found;
}

async function placementOf({ parentDir, keepsSlices }: ShardsGiven): Promise<Placement> {
  const placement = await readPlacement(parentDir);
  if (placement === null)
    throw new ExpungeError(
      'recipe-missing',
      `The checkpoint has no ${PLACEMENT}: who stood in which shard is not known.`,
    );
  if (keepsSlices && !(await hasSlices(parentDir)))
    throw new ExpungeError('recipe-missing', `The checkpoint has no ${SISA}, the checkpoints of its slices are gone.`);
  return placement;
}

/** Throws `recipe-missing` without placement or slices, `compute-failed` for a placement of other records. */
export async function openShards(given: ShardsGiven): Promise<ShardsWork> {
  const { model, recipe, parentDir, outDir } = given;
  const rowsOf = byRecord(given.retain);
  const before = await placementOf(given);
  const placement = withoutRecords(before, (id) => rowsOf.has(id) || given.restricted.has(id));
  const trained = withoutRecords(placement, (id) => rowsOf.has(id));
  const placed = trained.flat(2).length;
  if (placed < rowsOf.size)
    throw new ExpungeError(
      'compute-failed',
      `${PLACEMENT} names ${placed} of the ${rowsOf.size} retained records: the model was not trained on the others.`,
    );
  const rows = rowsOfCells(trained, rowsOf);
  const kind = shardKindOf(model, recipe.options);
  const from = given.keepsSlices
    ? firstChanged(await readTrained(parentDir, before), digestsOfRecords(trained))
    : trained.map(() => 0);
  return {
    work: kind.work(largestShard(rows)),
    async run({ engine, progress, signal }) {
      const base = model.architecture.task === 'classification' ? {} : await startOf(model, recipe, given.baseDir);
      await mkdir(outDir, { recursive: true });
      for (const [shard, { slices }] of recipe.sisa.shards.entries())
        for (let slice = 0; slice < (from[shard] ?? slices.length); slice++)
          await copySlice(parentDir, outDir, shard, slice);
      const { weights } = await trainShards({
        ...{ engine, kind, recipe: recipe.sisa, options: recipe.options, base, rows, from, signal },
        load: (shard, slice) => loadSlice(outDir, shard, slice),
        save: (shard, slice, known) => saveSlice(outDir, shard, slice, known),
        onProgress: progress,
      });
      return weights;
    },
    seal: () => sealSlices(outDir, placement, trained),
  };
}
