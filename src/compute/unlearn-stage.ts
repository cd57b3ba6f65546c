// Stage 1 of a run: a method makes a candidate checkpoint from the parent.
import { saveCheckpoint } from '../checkpoints/layout.ts';
import type { UnlearnJob, UnlearnResult } from '../domain/compute.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { type UnlearnInputs, unlearn } from '../training/unlearn.ts';
import { type LoadedModel, loadModel } from './checkpoint.ts';
import { peakMemoryBytes, type StageContext } from './context.ts';
import type { Reporter } from './progress.ts';
import { retrainFromRecipe } from './retrain.ts';
import { type LoadedSets, loadSets } from './sets.ts';

interface Work {
  engine: Engine;
  model: LoadedModel;
  sets: LoadedSets;
  reporter: Reporter;
  signal: AbortSignal;
}

async function byRetraining(job: UnlearnJob, { engine, model, sets, reporter, signal }: Work): Promise<HostTensors> {
  const { micro_batch } = fillParams('retrain', job.method.params) as { micro_batch: number };
  return retrainFromRecipe(engine, model, sets.retain, {
    microBatch: micro_batch,
    progress: ({ step, steps, loss }) => reporter.report('unlearning', step, steps, { retain_loss: loss }),
    signal,
  });
}

async function byLoss(job: UnlearnJob, { engine, model, sets, reporter, signal }: Work): Promise<HostTensors> {
  const method = getMethod(job.method.name);
  if (method.kind !== 'loss') throw new ExpungeError('compute-failed', `${method.name} has no loss.`);
  const { weights, reached } = await unlearn({
    engine,
    architecture: model.architecture,
    config: model.config,
    weights: model.weights,
    method,
    params: fillParams(method.name, job.method.params) as UnlearnInputs['params'],
    sets,
    seed: job.seed,
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
}

/** Runs the job and writes the candidate to `out_dir`, in the parent's layout. */
export async function unlearnStage(
  job: UnlearnJob,
  { engine, reporter, signal }: StageContext,
): Promise<UnlearnResult> {
  reporter.report('loading');
  const model = await loadModel(job.parent_dir);
  const sets = await loadSets(job, model, ['forget', 'retain', 'calibration']);
  if (sets.forget.length === 0) throw new ExpungeError('compute-failed', 'The forget set is empty.');
  if (sets.retain.length === 0) {
    throw new ExpungeError(
      'forget-set-too-large',
      'The request names every training record: nothing would be retained.',
    );
  }
  const work = { engine, model, sets, reporter, signal };
  const weights = job.method.name === 'retrain' ? await byRetraining(job, work) : await byLoss(job, work);
  reporter.report('saving');
  const { configJson } = model;
  await saveCheckpoint(job.out_dir, {
    ...{ configJson, weights, copyFrom: job.parent_dir, weightTypes: job.weight_types },
  });
  return {
    stage: 'unlearn',
    curve: reporter.curve(),
    seconds: reporter.seconds(),
    peak_memory_bytes: peakMemoryBytes(),
    backend: engine.name,
  };
}
