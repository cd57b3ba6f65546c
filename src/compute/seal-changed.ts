// What a candidate has beside its weights from its parent is true of the parent. After a method that changes weights in place, some of it is
// not true any more, and some would tell of the forgotten.
import { readPlacement, writePlacement } from '../checkpoints/sisa.ts';
import type { UnlearnJob } from '../domain/compute.ts';
import { withoutRecords } from '../training/sisa/placement.ts';
import type { AnyModel } from './models.ts';
import { idsOf } from './sets.ts';

/** Ends the folder of a candidate of these weights. */
export async function sealChanged(job: UnlearnJob, model: AnyModel): Promise<void> {
  if (model.recipe?.sisa) await leavePlaces(job);
}

/** A training of the shards goes by the placement later, and the forgotten are in no training of this model any more. */
async function leavePlaces(job: UnlearnJob): Promise<void> {
  const placement = await readPlacement(job.out_dir);
  if (placement === null) return;
  const stay = await idsOf(job, ['retain', 'restricted']);
  const left = withoutRecords(placement, (id) => stay.has(id));
  await writePlacement(job.out_dir, left);
}
