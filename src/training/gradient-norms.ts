// How steep the loss of one record is where the weights are: what a training step would still change for it.
import type { Learner } from '../domain/architecture.ts';
import type { Engine, State } from '../domain/engine.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import { meanOverTokens, tokenLoss } from '../methods/losses.ts';
import type { TokenRow } from './batches.ts';
import { valueAndGradients } from './gradients.ts';
import { kindOf } from './kinds.ts';
import { planTrainable } from './trainable.ts';

/**
 * Of a row: the gradient of its mean loss by each weight tensor that a training moves, the 2-norm of each, and their mean. `state` holds the weights; a
 * backward pass a row, and no gradient leaves the engine.
 */
export function createGradientNorm(
  engine: Engine,
  architecture: Learner,
  config: unknown,
  state: State,
): (row: TokenRow) => Promise<number> {
  const { tf } = engine;
  const names = planTrainable(architecture, config, TRAIN_ALL).weights;
  const kind = kindOf(architecture);
  const step = engine.compileStep((weights, { ids, labels }) => {
    const moving = Object.fromEntries(names.map((name) => [name, weights[name]!]));
    const { gradients } = valueAndGradients(tf, moving, (changing) => {
      const logits = architecture.forward(tf, config, { ...weights, ...changing }, ids!);
      return { loss: meanOverTokens(tf, tokenLoss(tf, { logits, labels: labels! })), aux: {} };
    });
    const norms = names.map((name) => tf.sqrt(tf.sum(tf.square(gradients[name]!))));
    return { outputs: { norm: tf.mean(tf.stack(norms)) } };
  }, state);
  return async (row) => {
    const { ids, labels } = kind.batch([row], architecture.contextLength(config));
    const { norm } = await step({ ids: ids!, labels: labels! });
    return norm!.data[0]!;
  };
}
