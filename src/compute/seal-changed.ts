// What a candidate has beside its weights from its parent is true of the parent. After a method that changes weights in place, some of it is
// not true any more, and some would tell of the forgotten.
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { replaceRecipe } from '../checkpoints/recipe-file.ts';
import { readPlacement, writePlacement } from '../checkpoints/sisa.ts';
import type { UnlearnJob } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import { withoutRecords } from '../training/sisa/placement.ts';
import { digestsOf } from './certified-model.ts';
import type { AnyModel } from './models.ts';
import { idsOf } from './sets.ts';

/** Ends the folder of a candidate of these weights. */
export async function sealChanged(job: UnlearnJob, model: AnyModel, weights: HostTensors): Promise<void> {
  const { recipe, config, tokenizer } = model;
  if (recipe?.sisa) await leavePlaces(job);
  if (!recipe?.certified || tokenizer !== null) return;
  const { features } = digestsOf({ config: config as ClassifierConfig, weights });
  if (features === recipe.certified.features) return;
  await replaceRecipe(job.out_dir, { ...recipe, certified: { ...recipe.certified, features_changed: true } });
}

/** A training of the shards goes by the placement later, and the forgotten are in no training of this model any more. */
async function leavePlaces(job: UnlearnJob): Promise<void> {
  const placement = await readPlacement(job.out_dir);
  if (placement === null) return;
  const stay = await idsOf(job, ['retain', 'restricted']);
  const left = withoutRecords(placement, (id) => stay.has(id));
  await writePlacement(job.out_dir, left);
}
