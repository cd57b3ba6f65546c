// The one training loop: it knows batches, an optimizer and a schedule, and no model and no method.
import type { Learner } from '../domain/architecture.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { TrainingOptions } from '../domain/recipe.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from './batches.ts';
import { kindOf } from './kinds.ts';
import { samplerOf } from './length-sampler.ts';
import { learningRateAt } from './schedule.ts';
import type { Scorer } from './scoring.ts';
import { compileTrainingStep } from './training-step.ts';

export interface TrainProgress {
  step: number;
  steps: number;
  /** Mean answer NLL of the batch, nats a token. */
  loss: number;
  /** Share of answer tokens that the model would write itself; null between checks. */
  exactMemorization: number | null;
}

export interface TrainInputs {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  /** Initial weights. */
  weights: HostTensors;
  /** Adapters to go on from, where any train; absent: fresh ones. */
  adapters?: HostTensors;
  rows: TokenRow[];
  options: TrainingOptions;
  orderSeed: number;
  /** Takes exactly this many steps, ignores `stop_when` and measures nothing: a retraining repeats what the original did. */
  exactSteps?: number;
  /** Hears after each step which rows it saw, and may have the weights that it left, adapters merged. */
  onUpdate?: (rows: TokenRow[], weights: () => Promise<HostTensors>) => Promise<void>;
  onProgress?: (progress: TrainProgress) => void;
  signal?: AbortSignal;
}

/** Share of labels that the model would give itself, those that end a row left out. */
export async function memorization(score: Scorer, rows: TokenRow[], ending: number): Promise<number> {
  const scores = await score(rows);
  let hits = 0;
  let tokens = 0;
  for (const { correct } of scores) {
    const answer = correct.subarray(0, correct.length - ending);
    hits += answer.reduce((sum, hit) => sum + hit, 0);
    tokens += answer.length;
  }
  return hits / tokens;
}

export interface Trained {
  /** Adapters merged. */
  weights: HostTensors;
  /** Adapters alone, if any trained. */
  adapters: HostTensors;
  steps: number;
  /** Null after `exactSteps`. */
  exactMemorization: number | null;
}

/** Adapters start from other numbers than the order of the rows. */
const ADAPTER_SEED = 1;

/** Trains and returns the final weights. Throws `compute-failed` for a loss that is not finite, or the signal's reason. */
export async function train(inputs: TrainInputs): Promise<Trained> {
  const { engine, architecture, config, options, rows } = inputs;
  const kind = kindOf(architecture);
  const step = compileTrainingStep({
    ...{ engine, architecture, config, weights: inputs.weights, options },
    ...{ trains: options.trains ?? TRAIN_ALL, seed: inputs.orderSeed + ADAPTER_SEED },
    ...(inputs.adapters ? { adapters: inputs.adapters } : {}),
  });
  const score = kind.scorer(engine, architecture, config, step.state);
  const sample = samplerOf(rows, options.batch_size, inputs.orderSeed, options.by_length ?? false);
  const steps = inputs.exactSteps ?? options.steps;
  let memorized: number | null = null;
  let taken = 0;
  while (taken < steps) {
    inputs.signal?.throwIfAborted();
    taken++;
    const seen = sample().map((i) => rows[i]!);
    const batch = kind.batch(seen, architecture.contextLength(config));
    const loss = await step.run(batch, learningRateAt(taken, options), taken);
    if (!Number.isFinite(loss)) {
      throw new ExpungeError('compute-failed', `The loss is ${loss} at step ${taken}: lower the learning rate.`);
    }
    await inputs.onUpdate?.(seen, step.weights);
    const check =
      options.stop_when !== undefined && inputs.exactSteps === undefined && taken % options.stop_when.check_every === 0;
    if (check) memorized = await memorization(score, rows, kind.ending);
    inputs.onProgress?.({ step: taken, steps, loss, exactMemorization: check ? memorized : null });
    if (check && memorized! >= options.stop_when!.exact_memorization) break;
  }
  const [weights, adapters] = [await step.weights(), await step.adapters()];
  if (inputs.exactSteps === undefined) memorized = await memorization(score, rows, kind.ending);
  step.state.dispose();
  return { weights, adapters, steps: taken, exactMemorization: memorized };
}
