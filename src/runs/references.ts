// Models that verification compares with, trained without the forgotten by the recorded recipe: once, and then taken from what is kept.
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Recipe } from '../domain/recipe.ts';
import type { MethodChoice } from '../domain/resources.ts';
import { trainsAnew } from '../methods/index.ts';
import { held } from './fence.ts';
import { type GivenRecipe, leavesTheRun, recipeGiven } from './recipe-given.ts';
import { makeShadows } from './shadows.ts';
import { jobBase, type References, type RunContext, runFolder, seedOf, wrongStage } from './stages.ts';

const EXACT =
  'the candidate was itself trained without the forgotten by the recorded recipe: there is nothing that a reference would add';

/** Of all that makes a reference what it is; the base is in the recipe. */
export const referenceKey = (of: { recipe: Recipe; retained: string; index: number }): string =>
  `sha256:${hash('sha256', canonicalize(of)!)}`;

/** Trains one in a compute process of its own and keeps it. Throws `Fenced` for a run that is another worker's by now. */
async function trainOne(
  context: RunContext,
  baseDir: string | null,
  { index, asked, key }: { index: number; asked: number; key: string },
): Promise<string> {
  const { deps, claim, signal, progress } = context;
  const folder = await runFolder(context);
  const base = await jobBase(context, seedOf(claim.run.id, 'reference', index));
  const result = await deps.compute.run(
    {
      ...{ ...base, stage: 'reference', index, out_dir: folder, base_dir: baseDir },
      // an equal part of the time for each that is still to come, and one for verification
      time_limit_seconds: base.time_limit_seconds / (asked - index + 1),
      weight_types: deps.settings.weightTypes,
      memory_budget_bytes: deps.settings.memoryBudgetBytes,
    },
    { progress: (message) => progress.push(message), signal },
  );
  if (result.stage !== 'reference') throw wrongStage(result.stage);
  const about = { architecture: claim.model.architecture, parent: claim.run.parent, run_id: claim.run.id };
  const { digest, bytes } = await deps.checkpoints.adopt(folder, about);
  await deps.checkpoints.discard(folder);
  context.folders.delete(folder);
  held(await deps.store.keepReference(claim, { key, digest, bytes }, deps.worker));
  return digest;
}

async function findOrTrain(
  context: RunContext,
  { recipe, baseDir }: GivenRecipe,
  which: { index: number; asked: number },
): Promise<string> {
  const { deps, claim } = context;
  const key = referenceKey({ recipe, retained: context.retained, index: which.index });
  const kept = await deps.store.takeReference(claim, key);
  const there = kept !== null && (await deps.checkpoints.contents(kept)) !== null;
  return deps.checkpoints.materialise(there ? kept : await trainOne(context, baseDir, { ...which, key }));
}

/** Of those that the run's policy asks for, how many are kept already. They count as used now, so that none goes before it is taken. */
export async function keptReferences(context: RunContext): Promise<number> {
  const { deps, claim, policy, retained } = context;
  const asked = policy.policy.references?.retrained ?? 0;
  const recipe = asked === 0 ? null : await deps.checkpoints.recipe(claim.run.parent);
  if (recipe === null) return 0;
  let kept = 0;
  for (let index = 0; index < asked; index++)
    if ((await deps.store.takeReference(claim, referenceKey({ recipe, retained, index }))) !== null) kept++;
  return kept;
}

type Made = Pick<References, 'dirs' | 'used'>;

async function make(context: RunContext, asked: number): Promise<Made> {
  const dirs: string[] = [];
  try {
    if (asked === 0) return { dirs, used: { asked, compared: 0, note: null } };
    const given = await recipeGiven(context);
    for (let index = 0; index < asked; index++) dirs.push(await findOrTrain(context, given, { index, asked }));
    return { dirs, used: { asked, compared: asked, note: null } };
  } catch (error) {
    if (!leavesTheRun(error, context.signal)) throw error;
    const { log } = context.deps;
    log.warn({ run_id: context.claim.run.id, code: error.code }, 'A reference was not trained; the report says so');
    const many = dirs.length === 0 ? 'none could be trained' : `${dirs.length} of ${asked} could be trained`;
    return { dirs, used: { asked, compared: dirs.length, note: `${many}: ${error.code} (${error.message})` } };
  }
}

/**
 * What the run's policy asks for; null: nothing. References are made once a run, for all its attempts, shadow models for each, since they have its
 * method. A candidate that is itself retrained is held against none. Where some cannot be made the run goes on, with the reason in its report.
 */
export async function referencesFor(context: RunContext, method: MethodChoice): Promise<References | null> {
  const { retrained: asked = 0, shadow = 0 } = context.policy.policy.references ?? {};
  if (asked === 0 && shadow === 0) return null;
  if (trainsAnew(method.name)) {
    const none = { compared: 0, note: EXACT };
    const used = { asked, ...none, ...(shadow > 0 ? { shadow: { asked: shadow, ...none } } : {}) };
    return { dirs: [], shadows: [], used };
  }
  context.references.made ??= make(context, asked);
  const { dirs, used } = await context.references.made;
  if (shadow === 0) return { dirs, shadows: [], used };
  const shadows = await makeShadows(context, method, shadow);
  return { dirs, shadows: shadows.files, used: { ...used, shadow: shadows.used } };
}
