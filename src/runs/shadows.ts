// Shadow models of a run's method, for the attack u-lira. They know people and are not kept: their scores are, for as long as the run goes on.
import type { ReferencesUsed } from '../domain/references.ts';
import type { MethodChoice } from '../domain/resources.ts';
import { whyNoShadow } from '../domain/shadows.ts';
import { needsOf } from '../methods/index.ts';
import { type GivenRecipe, leavesTheRun, recipeGiven } from './recipe-given.ts';
import { jobBase, type RunContext, runFolder, seedOf, wrongStage } from './stages.ts';

/** Files of their scores, and what became of what was asked for. */
export interface Shadows {
  files: string[];
  used: NonNullable<ReferencesUsed['shadow']>;
}

/** Trains one and has it unlearned, in a compute process of its own; returns the file of its scores. */
async function makeOne(
  context: RunContext,
  { baseDir }: GivenRecipe,
  method: MethodChoice,
  { index, asked }: { index: number; asked: number },
): Promise<string> {
  const { deps, claim, signal, progress } = context;
  const folder = await runFolder(context);
  const scores_file = `${folder}/scores.json`;
  const base = await jobBase(context, seedOf(claim.run.id, 'shadow', 0));
  const result = await deps.compute.run(
    {
      ...{ ...base, stage: 'shadow', method, index, work_dir: folder, scores_file, base_dir: baseDir },
      time_limit_seconds: base.time_limit_seconds / (asked - index + 1),
      weight_types: deps.settings.weightTypes,
      memory_budget_bytes: deps.settings.memoryBudgetBytes,
    },
    { progress: (message) => progress.push(message), signal },
  );
  if (result.stage !== 'shadow') throw wrongStage(result.stage);
  return scores_file;
}

/** Of this method with these parameters; where some cannot be made the run goes on with the others, and the reason. */
export async function makeShadows(context: RunContext, method: MethodChoice, asked: number): Promise<Shadows> {
  const files: string[] = [];
  const because = whyNoShadow(needsOf(method));
  if (because !== null) return { files, used: { asked, compared: 0, note: `none could be made: ${because.reason}` } };
  try {
    const given = await recipeGiven(context);
    for (let index = 0; index < asked; index++) files.push(await makeOne(context, given, method, { index, asked }));
    return { files, used: { asked, compared: asked, note: null } };
  } catch (error) {
    if (!leavesTheRun(error, context.signal)) throw error;
    const { code, message } = error;
    context.deps.log.warn({ run_id: context.claim.run.id, code }, 'A shadow model was not made; the report says so');
    const note = `${files.length} of ${asked} could be made: ${code} (${message})`;
    return { files, used: { asked, compared: files.length, note } };
  }
}
