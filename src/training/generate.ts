// Greedy and sampled answers, a batch of prompts at a time over a key-value cache: one pass over the prompts, then one
// token of every row a step.
import type { Architecture, CacheShape } from '../domain/architecture.ts';
import { type Engine, type HostTensors, int32, type State } from '../domain/engine.ts';
import { createRandom, type Random, seedFrom } from '../domain/random.ts';
import { paddedWidth } from './batches.ts';
import { createGeneratorSteps, type GeneratorSteps } from './generator-steps.ts';
import { cacheNames, placesFor, rowsFor } from './key-value-cache.ts';
import { checkSampling, pickToken, type Sampling } from './sampling.ts';

export interface GenerateOptions {
  maxNewTokens: number;
  eosId: number;
  /** Left out: greedy, the largest logit. */
  sampling?: Sampling;
  /** Of each prompt, a token that its answer does not begin with; where it is sampled. */
  barred?: readonly number[];
}
/** Prompts as token ids (at least one each) -> generated ids, the end-of-text token left out. */
export type Generator = (prompts: number[][], options: GenerateOptions) => Promise<number[][]>;

/** Whether an answer to a prompt of so many tokens ended by itself: it was not cut off, by its limit or by the context. */
export const endedItself = (
  promptLength: number,
  answer: ArrayLike<number>,
  { most, context }: { most: number; context: number },
): boolean => answer.length < most && promptLength + answer.length < context;

/** One answer that is being written. */
interface Row {
  ids: number[];
  promptLength: number;
  /** Null: greedy. */
  random: Random | null;
  /** Not its first token; absent: any may be. */
  barred: number | undefined;
}

interface Work {
  steps: GeneratorSteps;
  state: State;
  shape: CacheShape;
  context: number;
  options: GenerateOptions;
}

/** Gives each open row its next token; null where a row ended with it. */
function advance(slots: (Row | null)[], outputs: HostTensors, { context, options }: Work): (Row | null)[] {
  const { sampling, eosId, maxNewTokens } = options;
  return slots.map((row, r) => {
    if (row === null) return null;
    const { shape, data } = (outputs.next ?? outputs.logits)!;
    const logits = () => {
      const own = data.subarray(r * shape[1]!, (r + 1) * shape[1]!) as Float32Array;
      return row.barred === undefined || row.ids.length > row.promptLength
        ? own
        : own.map((logit, id) => (id === row.barred ? -Infinity : logit));
    };
    const token = sampling ? pickToken(logits(), sampling, row.random!.next()) : data[r]!;
    if (token === eosId) return null;
    row.ids.push(token);
    return row.ids.length === context || row.ids.length - row.promptLength === maxNewTokens ? null : row;
  });
}

/** One pass over the prompts of `rows`: what it puts out for their next tokens, and the cache that it leaves. */
async function prefill(rows: Row[], { steps, shape, context, options }: Work) {
  const longest = Math.max(...rows.map(({ ids }) => ids.length));
  const width = paddedWidth(longest, context);
  const places = placesFor(Math.max(width, longest + 1), context);
  const size = { rows: rowsFor(rows.length, places, shape), places };
  const ids = new Int32Array(size.rows * width);
  const last = new Int32Array(size.rows);
  rows.forEach((row, r) => {
    ids.set(row.ids, r * width);
    last[r] = r * width + row.ids.length - 1;
  });
  const step = steps.prefill(size, options.sampling === undefined);
  return { size, outputs: await step({ ids: int32(ids, [size.rows, width]), last: int32(last) }) };
}

/** Writes the answers of `rows`, which fit one cache, to their end. */
async function generateBatch(rows: Row[], work: Work): Promise<void> {
  const { steps, state, shape, context } = work;
  const first = await prefill(rows, work);
  let size = first.size;
  // place in the batch -> answer; ended rows are computed in vain until so few go on that a smaller cache holds them
  let slots = advance(
    Array.from({ length: size.rows }, (_, i) => rows[i] ?? null),
    first.outputs,
    work,
  );
  try {
    for (;;) {
      const open = slots.flatMap((row, r) => (row === null ? [] : [r]));
      if (open.length === 0) return;
      const places = placesFor(Math.max(...open.map((r) => slots[r]!.ids.length)), context);
      const fitting = { rows: Math.min(size.rows, rowsFor(open.length, places, shape)), places };
      if (fitting.rows < size.rows || places > size.places) {
        const from = Int32Array.from({ length: fitting.rows }, (_, i) => open[i] ?? 0);
        await steps.move(size, fitting)({ rows: int32(from) });
        state.remove(cacheNames(size, shape));
        slots = Array.from(from, (r, i) => (i < open.length ? slots[r]! : null));
        size = fitting;
      }
      const newest = Int32Array.from(slots, (row) => row?.ids.at(-1) ?? 0);
      const lengths = Int32Array.from(slots, (row) => (row?.ids.length ?? 1) - 1);
      const step = steps.decode(size, work.options.sampling === undefined);
      const outputs = await step({ ids: int32(newest, [size.rows, 1]), lengths: int32(lengths) });
      slots = advance(slots, outputs, work);
    }
  } finally {
    state.remove(cacheNames(size, shape));
  }
}

/**
 * A generator over the weights of `state`, whose caches lie in `state` while it works. An answer ends at end of text, the
 * token limit or the full context; prompts that fill the context lose their first tokens. The generator throws an Error
 * for sampling options out of range.
 */
export function createGenerator(engine: Engine, architecture: Architecture, config: unknown, state: State): Generator {
  const context = architecture.contextLength(config);
  const shape = architecture.cacheShape(config);
  const steps = createGeneratorSteps(engine, architecture, config, state);
  return async (prompts, options) => {
    const { sampling, maxNewTokens } = options;
    if (sampling) checkSampling(sampling);
    const rows = prompts.map((prompt, i): Row => {
      const ids = prompt.slice(-(context - 1));
      const random = sampling ? createRandom(sampling.seed ^ seedFrom(`answer ${i}`)) : null;
      return { ids, promptLength: ids.length, random, barred: options.barred?.[i] };
    });
    const waiting = maxNewTokens > 0 ? rows.toSorted((a, b) => a.promptLength - b.promptLength) : [];
    // rows are as many as the cache may have when all have grown to their full length
    const places = placesFor(Math.min(context, (waiting.at(-1)?.promptLength ?? 0) + maxNewTokens), context);
    while (waiting.length > 0) {
      const batch = waiting.splice(0, rowsFor(waiting.length, places, shape));
      await generateBatch(batch, { steps, state, shape, context, options });
    }
    return rows.map((row) => row.ids.slice(row.promptLength));
  };
}
