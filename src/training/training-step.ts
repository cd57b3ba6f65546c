// One compiled training step: loss of a batch, gradients, optimizer.
import type { Architecture } from '../domain/architecture.ts';
import type { Engine, HostTensors, State } from '../domain/engine.ts';
import { meanOverTokens, tokenLoss } from '../methods/losses.ts';
import { type AdamwOptions, adamwUpdate, initialMoments, updateFeeds } from './adamw.ts';
import { valueAndGradients } from './gradients.ts';

export interface TrainingStepInputs {
  engine: Engine;
  architecture: Architecture;
  config: unknown;
  /** Initial weights. */
  weights: HostTensors;
  options: AdamwOptions;
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
  return {
    state,
    async run(batch, learningRate, count) {
      const outputs = await step({ ...batch, ...updateFeeds(learningRate, count, options) });
      return outputs.loss!.data[0]!;
    },
  };
}
