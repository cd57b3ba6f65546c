// One compiled training step: loss of a batch, gradients, optimizer.
import type { Architecture } from '../domain/architecture.ts';
import type { Engine, HostTensor, HostTensors, State } from '../domain/engine.ts';
import { IGNORE, meanOverTokens, tokenLoss } from '../methods/losses.ts';
import { compileDescent } from './accumulate.ts';
import { type AdamwOptions, initialMoments, updateFeeds } from './adamw.ts';
import { valueAndGradients } from './gradients.ts';
import { partIn, partsOf, splitHalf } from './micro-batches.ts';

export interface TrainingStepInputs {
  engine: Engine;
  architecture: Architecture;
  config: unknown;
  /** Initial weights. */
  weights: HostTensors;
  options: AdamwOptions & {
    /** Rows in memory at a time. */
    micro_batch?: number;
  };
}
export interface TrainingStep {
  /** Weights and optimizer moments. */
  state: State;
  /** `batch` as padRows makes it; `step` counts from 1. Returns the mean answer NLL before the update, nats a token. */
  run(batch: HostTensors, learningRate: number, step: number): Promise<number>;
}

/** Compiles the step over fresh optimizer state. */
export function compileTrainingStep(inputs: TrainingStepInputs): TrainingStep {
  const { engine, architecture, config, options } = inputs;
  const { tf } = engine;
  const shapes = Object.fromEntries(Object.entries(inputs.weights).map(([name, { shape }]) => [name, shape]));
  const state = engine.createState({ ...inputs.weights, ...initialMoments(inputs.weights) });
  const advance = compileDescent({ engine, state, shapes }, options, (tensors, feeds) => {
    const weights = Object.fromEntries(Object.keys(shapes).map((name) => [name, tensors[name]!]));
    const { loss, gradients } = valueAndGradients(tf, weights, (trained) => {
      const logits = architecture.forward(tf, config, trained, feeds.ids!);
      return {
        loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: feeds.labels!, ...partIn('batch', feeds) })),
        aux: {},
      };
    });
    return { outputs: { loss }, gradients };
  });
  return {
    state,
    async run(batch, learningRate, count) {
      const { ids, labels } = batch as { ids: HostTensor; labels: HostTensor };
      const parts = partsOf(ids.shape[0]!, options.micro_batch);
      const feeds = splitHalf('batch', { ids, labels }, labels, parts, { labels: IGNORE });
      const { loss } = await advance(feeds, updateFeeds(learningRate, count, options));
      return loss!;
    },
  };
}
