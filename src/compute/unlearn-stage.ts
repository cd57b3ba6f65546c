// Stage 1 of a run: a method makes a candidate checkpoint from the parent.
import type { UnlearnJob, UnlearnResult } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { membershipOf } from '../metrics/membership-test.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan } from '../training/memory-plan.ts';
import { trainingWork, unlearningWork } from '../training/memory-work.ts';
import { type UnlearnInputs, unlearn } from '../training/unlearn.ts';
import { type OtherAnswersPlan, planOtherAnswers } from './alternatives.ts';
import { peakMemoryBytes, type StageContext } from './context.ts';
import { type AnyModel, loadAnyWeights, openAnyModel, saveLike } from './models.ts';
import { recipeOf, retrainFromRecipe } from './retrain.ts';
import { type LoadedSets, loadSets } from './sets.ts';

/** What a method does, once it is known that it fits. */
interface Work {
  plan: MemoryPlan;
  run(): Promise<HostTensors>;
}
interface Given extends StageContext {
  job: UnlearnJob;
  model: AnyModel;
  sets: LoadedSets;
  /** Null for a method that teaches none. */
  others: OtherAnswersPlan | null;
}

function byRetraining({ job, engine, model, sets, reporter, signal }: Given): Work {
  const { micro_batch } = fillParams('retrain', job.method.params) as { micro_batch: number };
  const recipe = recipeOf(model, job.base_dir, micro_batch);
  return {
    plan: assertFits(trainingWork(model, recipe.options, sets.retain, false), job.memory_budget_bytes),
    run: () =>
      retrainFromRecipe(engine, { ...model, recipe }, sets.retain, {
        baseDir: job.base_dir,
        progress: ({ step, steps, loss }) => reporter.report('unlearning', step, steps, { retain_loss: loss }),
        signal,
      }),
  };
}

function byLoss({ job, engine, model, sets, others, reporter, signal }: Given): Work {
  const method = getMethod(job.method.name);
  if (method.kind !== 'loss') throw new ExpungeError('compute-failed', `${method.name} has no loss.`);
  const params = fillParams(method.name, job.method.params) as UnlearnInputs['params'];
  return {
    plan: assertFits(unlearningWork(model, method, params, sets, others?.longest), job.memory_budget_bytes),
    async run() {
      const parent = await loadAnyWeights(job.parent_dir);
      const { weights, reached } = await unlearn({
        engine,
        architecture: model.architecture,
        config: model.config,
        weights: parent,
        ...(others ? { alternatives: await others.rows(parent) } : {}),
        method,
        params,
        sets,
        seed: job.seed,
        membership: membershipOf(model.architecture.task),
        signal,
        onProgress: ({ phase, step, steps, forgetLoss, retainLoss, forgetTarget }) =>
          reporter.report(phase, step, steps, {
            forget_loss: forgetLoss,
            retain_loss: retainLoss,
            forget_target: forgetTarget,
          }),
      });
      if (!reached) reporter.report('saving');
      return weights;
    },
  };
}

/**
 * Runs the job and writes the candidate to `out_dir`, in the parent's layout. What does not fit the memory is refused
 * before any weight is read.
 */
export async function unlearnStage(job: UnlearnJob, context: StageContext): Promise<UnlearnResult> {
  const { engine, reporter } = context;
  reporter.report('loading');
  const model = await openAnyModel(job.parent_dir);
  const sets = await loadSets(job, model, ['forget', 'retain', 'calibration']);
  if (sets.forget.length === 0) throw new ExpungeError('compute-failed', 'The forget set is empty.');
  if (sets.retain.length === 0) {
    throw new ExpungeError(
      'forget-set-too-large',
      'The request names every training record: nothing would be retained.',
    );
  }
  const given = { ...context, job, model, sets, others: await planOtherAnswers(job, model, sets, engine) };
  const work = job.method.name === 'retrain' ? byRetraining(given) : byLoss(given);
  const weights = await work.run();
  reporter.report('saving');
  await saveLike(model, job.parent_dir, { dir: job.out_dir, weights, weightTypes: job.weight_types });
  return {
    stage: 'unlearn',
    curve: reporter.curve(),
    seconds: reporter.seconds(),
    planned_memory_bytes: work.plan.total,
    peak_memory_bytes: peakMemoryBytes(),
    backend: engine.name,
  };
}
