// Stage 1 of a run: a method makes a candidate checkpoint from the parent.
import { replaceRecipe } from '../checkpoints/recipe-file.ts';
import { openUpdates } from '../checkpoints/updates.ts';
import type { UnlearnJob, UnlearnResult, UnusualResult } from '../domain/compute.ts';
import type { HostTensors } from '../domain/engine.ts';
import type { EditMethod, LossMethod } from '../domain/method.ts';
import { reseeded } from '../domain/references.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams, getMethod, needsOf } from '../methods/index.ts';
import { membershipOf } from '../metrics/membership-test.ts';
import { withBatch } from '../training/batch-size.ts';
import { type EditInputs, editWeights, repairParams } from '../training/edit.ts';
import { withRate } from '../training/learning-rate.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan } from '../training/memory-plan.ts';
import { editWork, repairWork, trainingWork, unlearningWork } from '../training/memory-work.ts';
import { REPAIR } from '../training/repair.ts';
import { retainedNeeded } from '../training/retained.ts';
import type { TrainProgress } from '../training/train.ts';
import { type UnlearnInputs, type UnlearnProgress, unlearn } from '../training/unlearn.ts';
import { type OtherAnswersPlan, planOtherAnswers } from './alternatives.ts';
import type { StageContext } from './context.ts';
import { loadEarlier } from './earlier-rows.ts';
import { openHead } from './head-stage.ts';
import { unknownPeople } from './known-costs.ts';
import { steepRecords } from './known-gradients.ts';
import { type AnyModel, loadAnyWeights, openAnyModel, saveLike } from './models.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { recipeOf, retrainFromRecipe } from './retrain.ts';
import { sealChanged } from './seal-changed.ts';
import { idsOf, type LoadedSets, loadSets } from './sets.ts';
import { spreadPeople } from './shard-spread.ts';
import { isSharded, openShards, type ShardsGiven } from './shards-stage.ts';

/** What a method does, once it is known that it fits. */
interface Work {
  plan: MemoryPlan;
  run(): Promise<HostTensors>;
  /** What is left to write once the candidate's weights are. */
  seal?(weights: HostTensors): Promise<void>;
  /** Which start of the recipe it trains from; absent: the recipe's own. */
  start?: number;
  /** What a certified last layer promises, once it was made; absent: nothing. */
  promise?(): NonNullable<UnlearnResult['certified']>;
}
interface Given extends StageContext {
  job: UnlearnJob;
  model: AnyModel;
  sets: LoadedSets;
  /** Null for a method that teaches none. */
  others: OtherAnswersPlan | null;
}

/** The recipe of a training in shards: all of it, or (`sisa`) from the slices that a forgotten record has been in. */
async function byShards({ job, engine, model, sets, reporter, signal }: Given, recipe: ShardsGiven['recipe']) {
  const { work, run, seal } = await openShards({
    ...{ model, recipe, parentDir: job.parent_dir, baseDir: job.base_dir, outDir: job.out_dir },
    ...{ retain: sets.retain, restricted: await idsOf(job, ['restricted']), keepsSlices: job.method.name === 'sisa' },
  });
  const progress = ({ step, steps, loss }: TrainProgress) =>
    reporter.report('unlearning', step, steps, { retain_loss: loss });
  return { plan: assertFits(work, job.memory_budget_bytes), run: () => run({ engine, progress, signal }), seal };
}

/** The last layer alone. */
function byHead(given: Given, how: 'retrain' | 'remove'): Work {
  const { work, ...rest } = openHead(given, recipeOf(given.model, given.job.base_dir), how);
  return { plan: assertFits(work, given.job.memory_budget_bytes), ...rest };
}

async function byRetraining(given: Given): Promise<Work> {
  const { job, engine, model, sets, reporter, signal } = given;
  const { micro_batch } = fillParams(job.method.name, job.method.params) as { micro_batch: number };
  const recipe = recipeOf(model, job.base_dir, micro_batch);
  if (isSharded(recipe)) return byShards(given, recipe);
  if (recipe.certified) return byHead(given, 'retrain');
  if (job.method.name === 'sisa')
    throw new ExpungeError('recipe-missing', 'The recipe tells of a training in one piece, and sisa needs shards.');
  const { start = 0 } = job;
  const started = reseeded(recipe, start, 'candidate');
  return {
    plan: assertFits(trainingWork(model, recipe.options, sets.retain, false), job.memory_budget_bytes),
    run: () =>
      retrainFromRecipe(engine, { ...model, recipe: started }, sets.retain, {
        baseDir: job.base_dir,
        progress: ({ step, steps, loss }) => reporter.report('unlearning', step, steps, { retain_loss: loss }),
        signal,
      }),
    // the parent's recipe came along, and whoever trains this checkpoint again has to start where it did
    ...(start > 0 && model.recipe
      ? { start, seal: () => replaceRecipe(job.out_dir, reseeded(model.recipe!, start, 'candidate')) }
      : {}),
  };
}

/** What the loops of unlearning and of edits are given alike; the weights are read here. */
async function sharedInputs({ job, engine, model, sets, reporter, signal }: Given) {
  return {
    ...{ engine, architecture: model.architecture, config: model.config, sets, seed: job.seed, signal },
    weights: await loadAnyWeights(job.parent_dir),
    membership: membershipOf(model.architecture.task),
    onProgress: ({ phase, step, steps, forgetLoss, retainLoss, forgetTarget, ended }: UnlearnProgress) =>
      reporter.report(phase, step, steps, {
        forget_loss: forgetLoss,
        retain_loss: retainLoss,
        forget_target: forgetTarget,
        ...(ended ? { ended } : {}),
      }),
  };
}

function byLoss(given: Given, method: LossMethod): Work {
  const { job, model, sets, others, reporter } = given;
  const params = fillParams(method.name, job.method.params) as UnlearnInputs['params'];
  return {
    plan: assertFits(unlearningWork(model, method, params, sets, others?.longest), job.memory_budget_bytes),
    async run() {
      const shared = await sharedInputs(given);
      const alternatives = others ? { alternatives: await others.rows(shared.weights) } : {};
      const { weights, reached } = await unlearn({ ...shared, ...alternatives, method, params });
      if (!reached) reporter.report('saving');
      return weights;
    },
    seal: (weights) => sealChanged(job, model, weights),
  };
}

async function updatesFor({ job, model, sets }: Given, method: EditMethod) {
  if (!needsOf(job.method).includes('updates')) return {};
  const updates = await openUpdates(job.parent_dir, model.architecture.shapes(model.config), sets.forget);
  if (updates) return { updates };
  const what = `${method.name} needs the log of the training, and the checkpoint has no updates.json`;
  throw new ExpungeError('compute-failed', `${what}: train it with --log-updates, or choose another method.`);
}

async function byEdit(given: Given, method: EditMethod): Promise<Work> {
  const logged = await updatesFor(given, method);
  const { job, model, sets } = given;
  const params = fillParams(method.name, job.method.params) as EditInputs['params'];
  const repair = REPAIR;
  const works = [editWork(model, method, params, sets), repairWork(model, repair, repairParams(repair, params), sets)];
  const plans = works.map((work) => assertFits(work, job.memory_budget_bytes));
  return {
    plan: plans.reduce((most, plan) => (plan.total > most.total ? plan : most)),
    async run() {
      const { weights } = await editWeights({ ...(await sharedInputs(given)), method, params, repair, ...logged });
      return weights;
    },
    seal: (weights) => sealChanged(job, model, weights),
  };
}

function workOf(given: Given): Work | Promise<Work> {
  const method = getMethod(given.job.method.name);
  switch (method.kind) {
    case 'retrain':
      return byRetraining(given);
    case 'certified':
      return byHead(given, 'remove');
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
export async function unlearnStage(asked: UnlearnJob, context: StageContext): Promise<UnlearnResult | UnusualResult> {
  const { engine, reporter } = context;
  reporter.report('loading');
  const model = await openAnyModel(asked.parent_dir);
  const { name, params } = asked.method;
  const method = getMethod(name);
  const rated = withRate(fillParams(name, params), model);
  const retained = { most: retainedNeeded(method, rated), seed: asked.seed };
  const named = await loadSets(asked, model, ['forget', 'retain', 'calibration'], retained);
  const earlier = await loadEarlier(asked, model);
  const sets: LoadedSets = earlier === null ? named : { ...named, earlier };
  // a consolidation trains without everybody erased before, and forgets nobody new
  if (sets.forget.length === 0 && method.kind !== 'retrain')
    throw new ExpungeError('compute-failed', 'The forget set is empty.');
  if (sets.retain.length === 0) {
    throw new ExpungeError(
      'forget-set-too-large',
      'The request names every training record: nothing would be retained.',
    );
  }
  const job = { ...asked, method: { name, params: withBatch(rated, method, sets.forget) } };
  const given = { ...context, job, model, sets, others: await planOtherAnswers(job, model, sets, engine) };
  // says what does not fit before the looks read weights, and the cheapest look goes first
  const work = await workOf(given);
  for (const look of [spreadPeople, unknownPeople, steepRecords]) {
    const people = await look(job, model, sets, context);
    if (people.length > 0) return { stage: 'unusual', people };
  }
  const weights = await work.run();
  const ended = reporter.ended();
  reporter.report('saving');
  await saveLike(model, job.parent_dir, { dir: job.out_dir, weights, weightTypes: job.weight_types });
  await work.seal?.(weights);
  return {
    stage: 'unlearn',
    curve: reporter.curve(),
    seconds: reporter.seconds(),
    steps: reporter.steps(),
    ...(ended ? { ended } : {}),
    planned_memory_bytes: work.plan.total,
    peak_memory_bytes: peakMemoryBytes(),
    ...(work.start ? { start: work.start } : {}),
    ...(work.promise ? { certified: work.promise() } : {}),
    backend: engine.name,
  };
}
