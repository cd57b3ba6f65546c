// The whole pass, of its two halves.
import type { Architecture } from '../domain/architecture.ts';
import type { Tensor } from '../domain/engine.ts';

type Hidden<Config> = Architecture<Config>['hidden'];
type Logits<Config> = Architecture<Config>['logits'];

/** ids (B, T) -> logits (B, T, V). */
export const wholePass =
  <Config>(hidden: Hidden<Config>, logits: Logits<Config>): Architecture<Config>['forward'] =>
  (tf, config, weights, ids, watch): Tensor => {
    const states = hidden(tf, config, weights, ids, undefined, watch);
    const flat = logits(tf, config, weights, tf.reshape(states, [-1, states.shape[2]!]));
    return tf.reshape(flat, [...ids.shape, flat.shape[1]!]);
  };
