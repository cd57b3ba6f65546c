// Stage 1 of a run: a method makes a candidate checkpoint from the parent.
import type { UnlearnJob, UnlearnResult } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import type { EditMethod, LossMethod } from '../domain/method.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { membershipOf } from '../metrics/membership-test.ts';
import { type EditInputs, editWeights, repairParams } from '../training/edit.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan } from '../training/memory-plan.ts';
import { editWork, repairWork, trainingWork, unlearningWork } from '../training/memory-work.ts';
import { type UnlearnInputs, type UnlearnProgress, unlearn } from '../training/unlearn.ts';
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

/** What the loops of unlearning and of edits are given alike; the weights are read here. */
async function sharedInputs({ job, engine, model, sets, reporter, signal }: Given) {
  return {
    ...{ engine, architecture: model.architecture, config: model.config, sets, seed: job.seed, signal },
    weights: await loadAnyWeights(job.parent_dir),
    membership: membershipOf(model.architecture.task),
    onProgress: ({ phase, step, steps, forgetLoss, retainLoss, forgetTarget }: UnlearnProgress) =>
      reporter.report(phase, step, steps, {
        forget_loss: forgetLoss,
        retain_loss: retainLoss,
        forget_target: forgetTarget,
      }),
  };
}

function byLoss(given: Given, method: LossMethod): Work {
  const { job, model, sets, reporter } = given;
  const params = fillParams(method.name, job.method.params) as UnlearnInputs['params'];
  return {
    plan: assertFits(unlearningWork(model, method, params, sets), job.memory_budget_bytes),
    async run() {
      const { weights, reached } = await unlearn({ ...(await sharedInputs(given)), method, params });
      if (!reached) reporter.report('saving');
      return weights;
    },
  };
}

/** Repair after an edit: plain ascent under the hinge, whose push does not fade before the floor, and the retain set's likelihood. */
const REPAIR = 'grad-diff';

function byEdit(given: Given, method: EditMethod): Work {
  const { job, model, sets } = given;
  const params = fillParams(method.name, job.method.params) as EditInputs['params'];
  const repair = getMethod(REPAIR) as LossMethod;
  const works = [editWork(model, method, params, sets), repairWork(model, repair, repairParams(repair, params), sets)];
  const plans = works.map((work) => assertFits(work, job.memory_budget_bytes));
  return {
    plan: plans.reduce((most, plan) => (plan.total > most.total ? plan : most)),
    async run() {
      const { weights } = await editWeights({ ...(await sharedInputs(given)), method, params, repair });
      return weights;
    },
  };
}

function workOf(given: Given): Work {
  const method = getMethod(given.job.method.name);
  switch (method.kind) {
    case 'retrain':
      return byRetraining(given);
    case 'loss':
      return byLoss(given, method);
    case 'edit':
      return byEdit(given, method);
  }
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
  const given = { ...context, job, model, sets };
  const work = workOf(given);
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
