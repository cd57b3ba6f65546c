// The halves of a batch as a loss sees them: what it needs beside logits and labels comes from feeds, the parent or a layer.
import type { Architecture } from '../domain/architecture.ts';
import type { Tensor, Tensors } from '../domain/engine.ts';
import type { LossBatch, Need } from '../domain/method.ts';
import { partIn } from './micro-batches.ts';
import type { UnlearnInputs } from './unlearn.ts';
import { direction, steeredLayer } from './unlearning-references.ts';

export interface Weights {
  model: Tensors;
  parent(): Tensors;
}

/** Both halves under some needs, as `LossBatch` has them; `active` is left to whoever knows the hinge. */
export function createLossBatches(inputs: UnlearnInputs, needs: readonly Need[], stateLength?: number) {
  const { engine, architecture, config, params, seed } = inputs;
  const { tf } = engine;
  const layer = needs.includes('hidden-states') ? steeredLayer(architecture, config, params.layer as number) : null;
  /** Logits (B, T, V), and the states after the steered layer if there is one. */
  function see(weights: Tensors, ids: Tensor): { logits: Tensor; states?: Tensor } {
    if (layer === null) return { logits: architecture.forward(tf, config, weights, ids) };
    let states: Tensor | undefined;
    const logits = (architecture as Architecture).forward(tf, config, weights, ids, (at, x) => {
      if (at === layer) states = x;
    });
    return { logits, states: states! };
  }
  const parentLogits = (need: Need, ids: Tensor, weights: Weights) =>
    needs.includes(need) ? { referenceLogits: see(weights.parent(), ids).logits } : {};

  return {
    forget(feeds: Tensors, weights: Weights): LossBatch {
      const ids = feeds.forgetIds!;
      const seen = see(weights.model, ids);
      const width = seen.states?.shape[2];
      return {
        ...{ ...seen, labels: feeds.forgetLabels!, ...partIn('forget', feeds) },
        ...(needs.includes('reference-log-probability') ? { referenceLogProb: feeds.references! } : {}),
        ...parentLogits('forget-reference-logits', ids, weights),
        ...(needs.includes('forget-teacher-logits') ? { teacherLogits: feeds.teacher! } : {}),
        ...(feeds.standIns ? { standInLogits: feeds.standIns, imitated: feeds.imitated! } : {}),
        ...(width === undefined ? {} : { direction: tf.tensor1d(direction(seed, width)) }),
        ...(stateLength === undefined ? {} : { stateLength: tf.scalar(stateLength) }),
      };
    },
    retain(feeds: Tensors, weights: Weights): LossBatch | null {
      if (!needs.includes('retain')) return null;
      const ids = feeds.retainIds!;
      return {
        ...{ ...see(weights.model, ids), labels: feeds.retainLabels!, ...partIn('retain', feeds) },
        ...parentLogits('reference-logits', ids, weights),
        ...(needs.includes('reference-states') ? { referenceStates: see(weights.parent(), ids).states! } : {}),
      };
    },
  };
}
