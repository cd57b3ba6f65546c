// Which weights may move: those by which the loss of the forget set is steepest in the parent. SalUn, arXiv 2310.12508.
import { elementCount, float32, type HostTensors, type State, type Tensors, type Tf } from '../domain/engine.ts';
import { tokenLoss } from '../methods/losses.ts';
import { lengthBatches } from './batches.ts';
import { valueAndGradients } from './gradients.ts';
import { kindOf } from './kinds.ts';
import type { TrainedState } from './trained-state.ts';
import type { UnlearnInputs } from './unlearn.ts';

/** In the state: 1 for numbers that may move and 0 for the others, by the name of what trains. */
const MASK = 'mask:';

/** The bits of a float without its sign order as its magnitude does. */
const magnitudes = (data: Float32Array): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length);
const UNSIGNED = 0x7fffffff;
const LOW = 15;

/** Where the count of `least` is reached from the top of a histogram, and how many lie above that place. */
function fromTop(histogram: Uint32Array, least: number): { place: number; above: number } {
  let above = 0;
  let place = histogram.length - 1;
  while (place > 0 && above + histogram[place]! < least) above += histogram[place--]!;
  return { place, above };
}

/** Bits of the `count`-th largest magnitude among all numbers: two passes and two histograms, no sorting. */
function bitsOfLargest(all: readonly Float32Array[], count: number): number {
  const high = new Uint32Array(1 << (31 - LOW));
  for (const data of all) for (const bits of magnitudes(data)) high[(bits & UNSIGNED) >>> LOW]!++;
  const { place, above } = fromTop(high, count);
  const low = new Uint32Array(1 << LOW);
  for (const data of all) {
    for (const bits of magnitudes(data)) if ((bits & UNSIGNED) >>> LOW === place) low[bits & ((1 << LOW) - 1)]!++;
  }
  return place * 2 ** LOW + fromTop(low, count - above).place;
}

/** 1 for the share of all numbers with the largest magnitudes, equal ones included and zeros never; 0 for the others. */
export function largestShare(all: readonly Float32Array[], share: number): Float32Array[] {
  const total = all.reduce((sum, { length }) => sum + length, 0);
  const least = Math.max(1, bitsOfLargest(all, Math.max(1, Math.round(share * total))));
  return all.map((data) => Float32Array.from(magnitudes(data), (bits) => ((bits & UNSIGNED) >= least ? 1 : 0)));
}

/** Sums over the forget set the gradient of its loss, once, and leaves in `state` the mask of the steepest `share` of all numbers. */
export async function writeSaliencyMask(
  inputs: UnlearnInputs,
  parts: Omit<TrainedState, 'initial'>,
  state: State,
  share: number,
) {
  const { engine, architecture, config, params, sets } = inputs;
  const { tf } = engine;
  const names = Object.keys(parts.shapes);
  const zeros = (name: string) => float32(new Float32Array(elementCount(parts.shapes[name]!)), parts.shapes[name]!);
  state.write(Object.fromEntries(names.map((name) => [MASK + name, zeros(name)])));
  const add = engine.compileStep((tensors, feeds) => {
    const { gradients } = valueAndGradients(tf, parts.trained(tensors), (trained) => {
      const logits = architecture.forward(tf, config, parts.model(tensors, trained), feeds.ids!);
      return { loss: tf.sum(tokenLoss(tf, { logits, labels: feeds.labels! }).nll), aux: {} };
    });
    const sums = names.map((name) => [MASK + name, tf.add(tensors[MASK + name]!, gradients[name]!)]);
    return { outputs: {}, state: Object.fromEntries(sums) };
  }, state);
  const rows = params.micro_batch > 0 ? Math.min(params.micro_batch, params.forget_batch) : params.forget_batch;
  for (const group of lengthBatches(sets.forget, { rows, tokens: Number.POSITIVE_INFINITY })) {
    const batch = kindOf(architecture).batch(
      group.map((i) => sets.forget[i]!),
      architecture.contextLength(config),
    );
    await add(batch);
  }
  const sums: HostTensors = await state.read(names.map((name) => MASK + name));
  const chosen = largestShare(
    names.map((name) => sums[MASK + name]!.data as Float32Array),
    share,
  );
  state.write(Object.fromEntries(names.map((name, i) => [MASK + name, float32(chosen[i]!, parts.shapes[name]!)])));
}

/** The gradients of numbers that may move; 0 for the others. */
export const masked = (tf: Tf, tensors: Tensors, gradients: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, tensors[MASK + name]!)]),
  );
