// The way that a training took, from the log of its updates: the weights after some of its steps.
import type { UpdateLog } from '../domain/edit.ts';
import type { HostTensors } from '../domain/engine.ts';

/**
 * Numbers of the steps, from 1, after which `count` looks are taken: evenly apart, the last after the last step. All of them where there
 * are fewer.
 */
export function stopsOf(steps: number, count: number): number[] {
  const looks = Math.min(steps, count);
  return Array.from({ length: looks }, (_, i) => Math.round((steps * (i + 1)) / looks));
}

/** Weights as they were after a step. */
export interface Stop {
  step: number;
  /** All of the model's; those that trained change when the next stop is asked for. */
  weights: HostTensors;
}

/**
 * The stops, the last first: `weights`, which all steps of the log led to, and from there back by taking off what each step changed.
 * Changes are float32, so earlier weights are those of the training but for rounding: where a checkpoint is saved in 16 bits, that of its
 * own type.
 */
export async function* courseOf(
  log: UpdateLog,
  weights: HostTensors,
  count: number,
  signal?: AbortSignal,
): AsyncGenerator<Stop> {
  const now: HostTensors = { ...weights };
  let at = log.shares.length;
  for (const step of stopsOf(at, count).reverse()) {
    for (; at > step; at--) {
      signal?.throwIfAborted();
      for (const [name, change] of Object.entries(await log.read(at - 1))) takeOff(now, weights, name, change);
    }
    yield { step, weights: now };
  }
}

/** One weight before the step that changed it so; the given weights stay as they are. */
function takeOff(now: HostTensors, given: HostTensors, name: string, change: HostTensors[string]): void {
  const own = now[name]!;
  if (own === given[name]) now[name] = { ...own, data: own.data.slice() };
  const { data } = now[name]!;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! - change.data[i]!;
}
