// Stage 1 of a run: a method makes a candidate checkpoint from the parent.
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { writeRecipe } from '../checkpoints/layers-model/classifier-folder.ts';
import type { UnlearnJob, UnlearnResult } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import type { EditMethod, LossMethod } from '../domain/method.ts';
import type { CertifiedHead } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { membershipOf } from '../metrics/membership-test.ts';
import type { ExampleRow } from '../training/classification.ts';
import { type EditInputs, editWeights, repairParams } from '../training/edit.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan } from '../training/memory-plan.ts';
import { editWork, repairWork, trainingWork, unlearningWork } from '../training/memory-work.ts';
import { type UnlearnInputs, type UnlearnProgress, unlearn } from '../training/unlearn.ts';
import { assertFeatures, removeCertified, trainCertified } from './certified.ts';
import { peakMemoryBytes, type StageContext } from './context.ts';
import { type AnyModel, loadAnyWeights, openAnyModel, saveLike } from './models.ts';
import { recipeOf, retrainFromRecipe } from './retrain.ts';
import { type LoadedSets, loadSets } from './sets.ts';

/** What a method does, once it is known that it fits. */
interface Work {
  plan: MemoryPlan;
  run(): Promise<HostTensors>;
  /** What the candidate’s last layer promises, once it was made; absent: nothing. */
  certified?(): CertifiedHead;
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

/** The last layer alone, by its recipe: trained again, or one certified step. */
function byHead(given: Given, how: 'retrain' | 'remove'): Work {
  const { job, engine, model, sets } = given;
  const recipe = recipeOf(model, job.base_dir);
  const { certified } = recipe;
  if (!certified)
    throw new ExpungeError(
      'recipe-missing',
      'The last layer of the model was not trained by expunge train --certified: take another method.',
    );
  const config = model.config as ClassifierConfig;
  const [stay, go] = [sets.retain, sets.forget] as unknown as [ExampleRow[], ExampleRow[]];
  let made: CertifiedHead | undefined;
  return {
    plan: assertFits(trainingWork(model, recipe.options, sets.retain, false), job.memory_budget_bytes),
    async run() {
      const parent = { config, weights: await loadAnyWeights(job.parent_dir) };
      assertFeatures(parent, certified);
      const result =
        how === 'remove'
          ? await removeCertified(engine, parent, certified, { stay, go })
          : await trainCertified(engine, parent, stay, certified);
      made = result.certified;
      return result.weights;
    },
    certified: () => made!,
  };
}

function workOf(given: Given): Work {
  const method = getMethod(given.job.method.name);
  switch (method.kind) {
    case 'retrain':
      return given.model.recipe?.certified ? byHead(given, 'retrain') : byRetraining(given);
    case 'certified':
      return byHead(given, 'remove');
    case 'loss':
      return byLoss(given, method);
    case 'edit':
      return byEdit(given, method);
  }
}

const promiseOf = ({ epsilon, delta, budget, spent }: CertifiedHead) => ({ epsilon, delta, budget, spent });

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
  const certified = work.certified?.();
  if (certified) await writeRecipe(job.out_dir, { ...model.recipe!, certified });
  return {
    stage: 'unlearn',
    curve: reporter.curve(),
    seconds: reporter.seconds(),
    planned_memory_bytes: work.plan.total,
    peak_memory_bytes: peakMemoryBytes(),
    ...(certified ? { certified: promiseOf(certified) } : {}),
    backend: engine.name,
  };
}
