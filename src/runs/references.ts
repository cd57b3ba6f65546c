// Models that verification compares with, trained without the forgotten by the recorded recipe: once, and then taken from what is kept.
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Recipe } from '../domain/recipe.ts';
import type { MethodChoice } from '../domain/resources.ts';
import { ExpungeError, type ProblemCode } from '../errors.ts';
import { getMethod } from '../methods/index.ts';
import { baseMissing, baseOf } from './base.ts';
import { held } from './fence.ts';
import { jobBase, type References, type RunContext, runFolder, seedOf, wrongStage } from './stages.ts';

/** What the training of a reference may end by while the run goes on: its candidate is no worse for it, and the report says so. */
const LEAVES_THE_RUN: readonly ProblemCode[] = [
  ...(['compute-crashed', 'compute-failed', 'compute-hung', 'compute-timeout'] as const),
  ...(['memory-budget-exceeded', 'recipe-missing', 'checkpoint-invalid'] as const),
];

const EXACT =
  'the candidate was itself trained without the forgotten by the recorded recipe: there is nothing that a reference would add';

/** Of all that makes a reference what it is; the base is in the recipe. */
export const referenceKey = (of: { recipe: Recipe; retained: string; index: number }): string =>
  `sha256:${hash('sha256', canonicalize(of)!)}`;

/** What each reference of a run is made from. */
interface Given {
  recipe: Recipe;
  baseDir: string | null;
  asked: number;
}

/** Throws `recipe-missing` where there is nothing to train by. */
async function given({ deps, claim }: RunContext, asked: number): Promise<Given> {
  const recipe = await deps.checkpoints.recipe(claim.run.parent);
  if (recipe === null) throw new ExpungeError('recipe-missing', 'the checkpoint carries no recipe.json to train from');
  const base = await baseOf(deps.checkpoints, claim.run.parent);
  if (base.status === 'missing') throw baseMissing(base.digest);
  return { recipe, baseDir: base.status === 'kept' ? await deps.checkpoints.materialise(base.digest) : null, asked };
}

/** Trains one in a compute process of its own and keeps it. Throws `Fenced` for a run that is another worker's by now. */
async function trainOne(context: RunContext, { baseDir, asked }: Given, index: number, key: string): Promise<string> {
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

async function findOrTrain(context: RunContext, from: Given, index: number): Promise<string> {
  const { deps, claim } = context;
  const key = referenceKey({ recipe: from.recipe, retained: context.retained, index });
  const kept = await deps.store.takeReference(claim, key);
  const there = kept !== null && (await deps.checkpoints.contents(kept)) !== null;
  return deps.checkpoints.materialise(there ? kept : await trainOne(context, from, index, key));
}

async function make(context: RunContext, asked: number): Promise<References> {
  const dirs: string[] = [];
  try {
    const from = await given(context, asked);
    for (let index = 0; index < asked; index++) dirs.push(await findOrTrain(context, from, index));
    return { dirs, used: { asked, compared: asked, note: null } };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof ExpungeError) || !LEAVES_THE_RUN.includes(error.code)) throw error;
    const { log } = context.deps;
    log.warn({ run_id: context.claim.run.id, code: error.code }, 'A reference was not trained; the report says so');
    const many = dirs.length === 0 ? 'none could be trained' : `${dirs.length} of ${asked} could be trained`;
    return { dirs, used: { asked, compared: dirs.length, note: `${many}: ${error.code} (${error.message})` } };
  }
}

/**
 * What the run's policy asks for; null: nothing. Made once a run, for all its attempts. A candidate that is itself retrained is held
 * against none. Where some cannot be trained the run goes on, with the reason in its report.
 */
export async function referencesFor(context: RunContext, { name }: MethodChoice): Promise<References | null> {
  const asked = context.policy.policy.references?.retrained ?? 0;
  if (asked === 0) return null;
  if (getMethod(name).guarantee === 'exact') return { dirs: [], used: { asked, compared: 0, note: EXACT } };
  context.references.made ??= make(context, asked);
  return context.references.made;
}
