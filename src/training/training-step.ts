// One compiled training step: loss of a batch, gradients, optimizer.
import type { Learner } from '../domain/architecture.ts';
import type { Engine, HostTensor, HostTensors, State } from '../domain/engine.ts';
import { TRAIN_ALL, type TrainableOptions } from '../domain/trainable.ts';
import { IGNORE, meanOverTokens, tokenLoss } from '../methods/losses.ts';
import { compileDescent } from './accumulate.ts';
import { type AdamwOptions, updateFeeds } from './adamw.ts';
import { valueAndGradients } from './gradients.ts';
import { partIn, partsOf, splitHalf } from './micro-batches.ts';
import { createTrainedState } from './trained-state.ts';

export interface TrainingStepInputs {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  /** Initial weights. */
  weights: HostTensors;
  options: AdamwOptions & {
    /** Rows in memory at a time. */
    micro_batch?: number;
  };
  /** Default: everything. */
  trains?: TrainableOptions;
  /** Of the adapters' start. */
  seed?: number;
  /** The adapters' start itself, in place of one by the seed. */
  adapters?: HostTensors;
}
export interface TrainingStep {
  /** Weights and optimizer moments. */
  state: State;
  /** In the layout of the checkpoint, adapters merged. */
  weights(): Promise<HostTensors>;
  /** Adapters alone, if any train. */
  adapters(): Promise<HostTensors>;
  /** Back to a start as if newly compiled, from these weights; `adapters` as they were given or, without them, as the seed has them. */
  restart(weights: HostTensors): void;
  /** `batch` as padRows makes it; `step` counts from 1. Returns the mean answer NLL before the update, nats a token. */
  run(batch: HostTensors, learningRate: number, step: number): Promise<number>;
}

/** Compiles the step over fresh optimizer state. Throws `validation-failed` for `trains` that does not fit the model. */
export function compileTrainingStep(inputs: TrainingStepInputs): TrainingStep {
  const { engine, architecture, config, weights, options, trains = TRAIN_ALL, seed = 0, adapters } = inputs;
  const { tf } = engine;
  const startFrom = (start: HostTensors) =>
    createTrainedState({
      ...{ architecture, config, weights: start, options: trains, seed },
      ...(adapters ? { adapters } : {}),
    });
  // the start is copied into the state, and not kept
  const { initial, ...parts } = startFrom(weights);
  const state = engine.createState(initial);
  const advance = compileDescent({ engine, state, shapes: parts.shapes }, options, (tensors, feeds) => {
    const { loss, gradients } = valueAndGradients(tf, parts.trained(tensors), (trained) => {
      const logits = architecture.forward(tf, config, parts.model(tensors, trained), feeds.ids!);
      return {
        loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: feeds.labels!, ...partIn('batch', feeds) })),
        aux: {},
      };
    });
    return { outputs: { loss }, gradients };
  });
  return {
    state,
    weights: () => parts.weights(state),
    adapters: () => parts.adapters(state),
    restart: (start) => state.write(startFrom(start).initial),
    async run(batch, learningRate, step) {
      const { ids, labels } = batch as { ids: HostTensor; labels: HostTensor };
      const count = partsOf(ids.shape[0]!, options.micro_batch);
      const feeds = splitHalf('batch', { ids, labels }, labels, count, { labels: IGNORE });
      const { loss } = await advance(feeds, updateFeeds(learningRate, step, options));
      return loss!;
    },
  };
}
