// Greedy answers, a batch of prompts at a time.
import type { Architecture } from '../domain/architecture.ts';
import { type Engine, int32, type State } from '../domain/engine.ts';
import { paddedWidth } from './batches.ts';

const GENERATE_BATCH = 64;
const SMALL_BATCH = 8;

export interface GenerateOptions {
  maxNewTokens: number;
  eosId: number;
}
/** Prompts as token ids (at least one each) -> generated ids, the end-of-text token left out. */
export type Generator = (prompts: number[][], options: GenerateOptions) => Promise<number[][]>;

/** A greedy generator over the weights of `state`. It ends at end of text, the token limit or the full context. */
export function createGenerator(engine: Engine, architecture: Architecture, config: unknown, state: State): Generator {
  const { tf } = engine;
  const context = architecture.contextLength(config);
  const step = engine.compileStep((weights, { ids }) => {
    const logits = architecture.forward(tf, config, weights, ids!);
    return { outputs: { next: tf.argMax(logits, -1) } }; // (B, T)
  }, state);

  async function generateBatch(prompts: number[][], options: GenerateOptions): Promise<number[][]> {
    const rows = prompts.map((prompt) => prompt.slice(-(context - 1)));
    const starts = rows.map((row) => row.length);
    let open = rows.map((_, i) => i);
    for (let count = 0; count < options.maxNewTokens && open.length > 0; count++) {
      const longest = Math.max(...open.map((i) => rows[i]!.length));
      const width = paddedWidth(longest, context);
      // two sizes only: every new one is a graph to compile
      const size = open.length > SMALL_BATCH ? GENERATE_BATCH : SMALL_BATCH;
      const ids = new Int32Array(size * width);
      open.forEach((i, r) => {
        ids.set(rows[i]!, r * width);
      });
      const { next } = await step({ ids: int32(ids, [size, width]) });
      const still: number[] = [];
      open.forEach((i, r) => {
        const row = rows[i]!;
        const token = next!.data[r * width + row.length - 1]!;
        if (token === options.eosId) return;
        row.push(token);
        if (row.length < context) still.push(i);
      });
      open = still;
    }
    return rows.map((row, i) => row.slice(starts[i]!));
  }

  return async (prompts, options) => {
    const order = prompts.map((_, i) => i).sort((a, b) => prompts[a]!.length - prompts[b]!.length || a - b);
    const answers = new Array<number[]>(prompts.length);
    for (let from = 0; from < order.length; from += GENERATE_BATCH) {
      const group = order.slice(from, from + GENERATE_BATCH);
      const results = await generateBatch(
        group.map((i) => prompts[i]!),
        options,
      );
      group.forEach((index, i) => {
        answers[index] = results[i]!;
      });
    }
    return answers;
  };
}
