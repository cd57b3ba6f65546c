// A stage of its own, before verification: a model by the parent's recipe, without the forgotten, to hold candidates against.
import { replaceRecipe } from '../checkpoints/recipe-file.ts';
import type { ReferenceJob, ReferenceResult } from '../domain/compute.ts';
import type { Recipe } from '../domain/recipe.ts';
import { reseeded, whyNoReference } from '../domain/references.ts';
import { ExpungeError } from '../errors.ts';
import { assertFits } from '../training/memory-check.ts';
import { trainingWork } from '../training/memory-work.ts';
import type { StageContext } from './context.ts';
import { openAnyModel, saveLike } from './models.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { recipeOf, retrainFromRecipe } from './retrain.ts';
import { loadSets } from './sets.ts';

/** Throws `recipe-missing` for a training that is not of all weights in one piece: these have exact methods of their own. */
export function inOnePiece(recipe: Recipe): Recipe {
  const why = whyNoReference(recipe);
  if (why === null) return recipe;
  throw new ExpungeError('recipe-missing', why);
}

/**
 * Trains reference number `index` and writes it to `out_dir`, laid out as the parent is. Throws as retraining does; what does
 * not fit the memory is refused before any weight is read.
 */
export async function referenceStage(
  job: ReferenceJob,
  { engine, reporter, signal }: StageContext,
): Promise<ReferenceResult> {
  const started = performance.now();
  reporter.report('loading');
  const model = await openAnyModel(job.parent_dir);
  const recipe = reseeded(inOnePiece(recipeOf(model, job.base_dir)), job.index);
  const { retain } = await loadSets(job, model, ['retain']);
  assertFits(trainingWork(model, recipe.options, retain, false), job.memory_budget_bytes);
  const weights = await retrainFromRecipe(engine, { ...model, recipe }, retain, {
    baseDir: job.base_dir,
    progress: ({ step, steps, loss }) => reporter.report('references', step, steps, { retain_loss: loss }),
    signal,
  });
  reporter.report('saving');
  await saveLike(model, job.parent_dir, { dir: job.out_dir, weights, weightTypes: job.weight_types });
  // the parent's own came along, and has other seeds
  if (job.index > 0) await replaceRecipe(job.out_dir, recipe);
  const seconds = (performance.now() - started) / 1000;
  return { stage: 'reference', seconds, peak_memory_bytes: peakMemoryBytes() };
}
