// The steps of a generator, compiled as cache sizes are met.
import type * as tfjs from '@tensorflow/tfjs';
import type { Architecture } from '../domain/architecture.ts';
import type { CompiledStep, Engine, State, Tensor, Tensors } from '../domain/engine.ts';
import { type CacheSize, moved, promptAttention, tokenAttention } from './key-value-cache.ts';

export type GeneratorSteps = ReturnType<typeof createGeneratorSteps>;

/** Steps over the caches in `state`. Their output is `next` (B), greedy token ids, or else `logits` (B, V). */
export function createGeneratorSteps(engine: Engine, architecture: Architecture, config: unknown, state: State) {
  const { tf } = engine;
  const shape = architecture.cacheShape(config);
  const known = new Map<string, CompiledStep>();
  const compiled = (key: string, build: () => CompiledStep): CompiledStep => {
    const step = known.get(key) ?? build();
    known.set(key, step);
    return step;
  };
  const pick = (weights: Tensors, hidden: Tensor, greedy: boolean): Tensors => {
    const logits = architecture.logits(tf, config, weights, hidden);
    return greedy ? { next: tf.argMax(logits, -1) } : { logits };
  };
  const text = ({ rows, places }: CacheSize) => `${rows}x${places}`;
  return {
    /** ids (B, T) with T at most the places, last (B): where each prompt’s last token stands among all B x T. */
    prefill: (size: CacheSize, greedy: boolean): CompiledStep =>
      compiled(`prefill ${text(size)} ${greedy}`, () =>
        engine.compileStep((tensors, { ids, last }) => {
          const prompts = promptAttention(tf, size, shape);
          const hidden = architecture.hidden(tf, config, tensors, ids!, prompts.attention);
          const ends = tf.gather(tf.reshape(hidden, [-1, hidden.shape[2]!]), last as tfjs.Tensor1D);
          return { outputs: pick(tensors, ends, greedy), state: prompts.state };
        }, state),
      ),
    /** ids (B, 1): each row’s newest token; lengths (B): how many stand before it. */
    decode: (size: CacheSize, greedy: boolean): CompiledStep =>
      compiled(`decode ${text(size)} ${greedy}`, () =>
        engine.compileStep((tensors, { ids, lengths }) => {
          const tokens = tokenAttention(tf, tensors, size, shape, lengths!);
          const hidden = architecture.hidden(tf, config, tensors, ids!, tokens.attention);
          const outputs = pick(tensors, tf.reshape(hidden, [size.rows, -1]), greedy);
          return { outputs, places: tokens.places };
        }, state),
      ),
    /** rows (B of `to`): which rows of `from` stand there. */
    move: (from: CacheSize, to: CacheSize): CompiledStep =>
      compiled(`move ${text(from)} ${text(to)}`, () =>
        engine.compileStep(
          (tensors, { rows }) => ({ outputs: {}, state: moved(tf, tensors, shape, from, to, rows!) }),
          state,
        ),
      ),
  };
}
