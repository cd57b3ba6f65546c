// What a layer is given when it is applied, and how it reads its configuration: as TensorFlow.js does, defaults included.
// The checker has been over all of it (checkpoints/layers-model).
import type { Tensor, Tf } from '../../domain/engine.ts';
import type { Tap } from '../../domain/taps.ts';

export interface LayerCall {
  tf: Tf;
  config: Readonly<Record<string, unknown>>;
  inputs: readonly Tensor[];
  /** Undefined where the layer was made without it. */
  weight(name: string): Tensor | undefined;
  /** Of a weight that maps vectors. */
  tap(name: string): Tap | undefined;
}
export type Layer = (call: LayerCall) => Tensor;

/** A layer of one input. */
export const single =
  (apply: (x: Tensor, call: LayerCall) => Tensor): Layer =>
  (call) =>
    apply(call.inputs[0]!, call);

/** One size for each of `rank` dimensions; a single number counts for all. */
export function sizesOf(call: LayerCall, key: string, rank: number, otherwise: readonly number[]): number[] {
  const value = call.config[key] ?? otherwise;
  return Array.isArray(value) ? (value as number[]) : Array.from({ length: rank }, () => value as number);
}

/** Axes as whole numbers from 0. */
export function axesOf(call: LayerCall, rank: number, otherwise = -1): number[] {
  const value = call.config.axis ?? otherwise;
  const all = (Array.isArray(value) ? value : [value]) as number[];
  return all.map((axis) => (axis < 0 ? axis + rank : axis));
}

export const ones = (rank: number): number[] => Array.from({ length: rank }, () => 1);

/** x with the layer's bias along its last axis, if it has one. */
export function biased(x: Tensor, { tf, weight }: LayerCall): Tensor {
  const bias = weight('bias');
  return bias === undefined ? x : tf.add(x, bias);
}
