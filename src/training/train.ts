// The one training loop: it knows batches, an optimizer and a schedule, and no model and no method.
import type { Architecture } from '../domain/architecture.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { TrainingOptions } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import { meanOverTokens, tokenLoss } from '../methods/losses.ts';
import { adamwUpdate, initialMoments, updateFeeds } from './adamw.ts';
import { createSampler, padRows, type TokenRow } from './batches.ts';
import { valueAndGradients } from './gradients.ts';
import { learningRateAt } from './schedule.ts';
import { createScorer, type Scorer } from './scoring.ts';

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
  architecture: Architecture;
  config: unknown;
  /** Initial weights. */
  weights: HostTensors;
  rows: TokenRow[];
  options: TrainingOptions;
  orderSeed: number;
  /** Takes exactly this many steps and ignores `stop_when`: a retraining repeats what the original did. */
  exactSteps?: number;
  onProgress?: (progress: TrainProgress) => void;
  signal?: AbortSignal;
}

/** Share of answer tokens (end of text left out) that the model would write itself. */
async function memorization(score: Scorer, rows: TokenRow[]): Promise<number> {
  const scores = await score(rows);
  let hits = 0;
  let tokens = 0;
  for (const { correct } of scores) {
    const answer = correct.subarray(0, correct.length - 1);
    hits += answer.reduce((sum, hit) => sum + hit, 0);
    tokens += answer.length;
  }
  return hits / tokens;
}

/** Trains and returns the final weights. Throws `compute-failed` for a loss that is not finite, or the signal's reason. */
export async function train(
  inputs: TrainInputs,
): Promise<{ weights: HostTensors; steps: number; exactMemorization: number | null }> {
  const { engine, architecture, config, options, rows } = inputs;
  const { tf } = engine;
  const names = Object.keys(inputs.weights);
  const state = engine.createState({ ...inputs.weights, ...initialMoments(inputs.weights) });
  const step = engine.compileStep((tensors, feeds) => {
    const weights = Object.fromEntries(names.map((name) => [name, tensors[name]!]));
    const { loss, gradients } = valueAndGradients(tf, weights, (trained) => ({
      loss: meanOverTokens(
        tf,
        tokenLoss(tf, { logits: architecture.forward(tf, config, trained, feeds.ids!), labels: feeds.labels! }),
      ),
      aux: {},
    }));
    const update = adamwUpdate(tf, options, tensors, gradients, feeds);
    return { outputs: { loss, norm: update.norm }, state: update.state };
  }, state);
  const score = createScorer(engine, architecture, config, state);
  const sample = createSampler(rows.length, Math.min(options.batch_size, rows.length), inputs.orderSeed);
  const steps = inputs.exactSteps ?? options.steps;
  let memorized: number | null = null;
  let taken = 0;
  while (taken < steps) {
    inputs.signal?.throwIfAborted();
    taken++;
    const batch = padRows(
      sample().map((i) => rows[i]!),
      architecture.contextLength(config),
      0,
    );
    const outputs = await step({ ...batch, ...updateFeeds(learningRateAt(taken, options), taken, options) });
    const loss = outputs.loss!.data[0]!;
    if (!Number.isFinite(loss)) {
      throw new ExpungeError('compute-failed', `The loss is ${loss} at step ${taken}: lower the learning rate.`);
    }
    const check =
      options.stop_when !== undefined && inputs.exactSteps === undefined && taken % options.stop_when.check_every === 0;
    if (check) memorized = await memorization(score, rows);
    inputs.onProgress?.({ step: taken, steps, loss, exactMemorization: check ? memorized : null });
    if (check && memorized! >= options.stop_when!.exact_memorization) break;
  }
  const weights = await state.read(names);
  memorized = await memorization(score, rows);
  state.dispose();
  return { weights, steps: taken, exactMemorization: memorized };
}
