// What models for verification are trained by, and which of their failures leave the run to go on.
import type { Recipe } from '../domain/recipe.ts';
import { ExpungeError, type ProblemCode } from '../errors.ts';
import { baseMissing, baseOf } from './base.ts';
import type { RunContext } from './stages.ts';

export interface GivenRecipe {
  recipe: Recipe;
  /** Folder of the checkpoint that it starts from; null: of none. */
  baseDir: string | null;
}

/** Of the run's parent. Throws `recipe-missing` where there is nothing to train by. */
export async function recipeGiven({ deps, claim }: Pick<RunContext, 'deps' | 'claim'>): Promise<GivenRecipe> {
  const recipe = await deps.checkpoints.recipe(claim.run.parent);
  if (recipe === null) throw new ExpungeError('recipe-missing', 'the checkpoint carries no recipe.json to train from');
  const base = await baseOf(deps.checkpoints, claim.run.parent);
  if (base.status === 'missing') throw baseMissing(base.digest);
  return { recipe, baseDir: base.status === 'kept' ? await deps.checkpoints.materialise(base.digest) : null };
}

const LEAVES_THE_RUN: readonly ProblemCode[] = [
  ...(['compute-crashed', 'compute-failed', 'compute-hung', 'compute-timeout'] as const),
  ...(['memory-budget-exceeded', 'recipe-missing', 'checkpoint-invalid', 'method-not-applicable'] as const),
];

/** Its candidate is no worse for such an end, so the run goes on and the report says why. What stops the run itself is none. */
export const leavesTheRun = (error: unknown, signal: AbortSignal): error is ExpungeError =>
  !signal.aborted && error instanceof ExpungeError && LEAVES_THE_RUN.includes(error.code);
