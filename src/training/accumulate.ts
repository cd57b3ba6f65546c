// One step of descent over a batch: at once, or, where the memory does not hold that, in parts whose gradients add up to
// those of the whole batch before the weights move.
import {
  type Engine,
  elementCount,
  float32,
  type HostTensors,
  type State,
  scalar,
  type Tensors,
} from '../domain/engine.ts';
import { type AdamwOptions, adamwUpdate } from './adamw.ts';

const GRADIENT = 'gradient:';

/**
 * Scalars to report and the gradients of the named weights. Both must be sums over the rows, divided by what is counted
 * in the whole batch: then those of its parts add up.
 */
export type Pass = (state: Tensors, feeds: Tensors) => { outputs: Tensors; gradients: Tensors };

/** `parts`: feeds of each part, all of the same shapes. Returns the reported scalars of the whole batch. */
export type Descent = (parts: HostTensors[], update: HostTensors) => Promise<Record<string, number>>;

const zeros = (shape: readonly number[]) => float32(new Float32Array(elementCount(shape)), [...shape]);

/**
 * Compiles `pass` and the optimizer over `state`, which holds the weights of these shapes and their moments. A batch in
 * one part is one step; the steps for several, and a gradient in the state for each weight, are made when first needed.
 */
export function compileDescent(
  { engine, state, shapes }: { engine: Engine; state: State; shapes: Record<string, readonly number[]> },
  optimizer: AdamwOptions,
  pass: Pass,
): Descent {
  const { tf } = engine;
  const names = Object.keys(shapes);
  const whole = engine.compileStep((tensors, feeds) => {
    const { outputs, gradients } = pass(tensors, feeds);
    return { outputs, state: adamwUpdate(tf, optimizer, tensors, gradients, feeds).state };
  }, state);
  // `kept` is 0 in the first part of a batch and 1 after it: the gradients of the last batch need no step to go away
  const accumulate = engine.compileStep((tensors, feeds) => {
    const { outputs, gradients } = pass(tensors, feeds);
    const sum = (name: string) => tf.add(tf.mul(tensors[GRADIENT + name]!, feeds.kept!), gradients[name]!);
    return { outputs, state: Object.fromEntries(names.map((name) => [GRADIENT + name, sum(name)])) };
  }, state);
  const update = engine.compileStep((tensors, feeds) => {
    const gradients = Object.fromEntries(names.map((name) => [name, tensors[GRADIENT + name]!]));
    return { outputs: {}, state: adamwUpdate(tf, optimizer, tensors, gradients, feeds).state };
  }, state);

  let split = false;
  return async (parts, updateFeeds) => {
    if (parts.length === 1) return sums([await whole({ ...parts[0]!, ...updateFeeds })]);
    if (!split) {
      state.write(Object.fromEntries(names.map((name) => [GRADIENT + name, zeros(shapes[name]!)])));
      split = true;
    }
    const outputs: HostTensors[] = [];
    for (const [p, part] of parts.entries()) outputs.push(await accumulate({ ...part, kept: scalar(p === 0 ? 0 : 1) }));
    await update(updateFeeds);
    return sums(outputs);
  };
}

/** Sums of scalars by name. */
function sums(outputs: HostTensors[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [name, { data }] of outputs.flatMap((part) => Object.entries(part))) {
    total[name] = (total[name] ?? 0) + data[0]!;
  }
  return total;
}
