// The engine as the pure parts see it: tensors on the host, a state, and steps compiled over it.
// Nothing here loads TensorFlow.js; `Tf` is a type and the library is handed in.
import type * as tfjs from '@tensorflow/tfjs';

export type Tf = typeof tfjs;
export type Tensor = tfjs.Tensor;
export type Tensors = Record<string, Tensor>;
export type Dtype = 'float32' | 'int32' | 'bool';

/** A tensor in ordinary memory, row-major. */
export interface HostTensor {
  dtype: Dtype;
  shape: number[];
  data: Float32Array | Int32Array | Uint8Array;
}
export type HostTensors = Record<string, HostTensor>;

/** Named tensors that outlive a step: weights, optimizer moments. Shared by every step compiled over it. */
export interface State {
  /** Copies of the named tensors (default: all). */
  read(names?: string[]): Promise<HostTensors>;
  /** Replaces or adds tensors. */
  write(tensors: HostTensors): void;
  /** Forgets tensors; names that are not there are left alone. */
  remove(names: string[]): void;
  dispose(): void;
}

export interface StepResult {
  /** Scalars and small tensors to read back. */
  outputs: Tensors;
  /** New values of state tensors; names left out keep their value. */
  state?: Tensors;
  /** New values of a few places of large state tensors, so that these are neither copied nor read back. */
  places?: PlaceUpdate<Tensor>;
}
/** Of row b of a state tensor (B, H, C, S), places at[b] to at[b] + T - 1 become those of its values (B, H, T, S). */
export interface PlaceUpdate<T> {
  /** (B) int32. */
  at: T;
  /** By name of the state tensor. */
  values: Record<string, T>;
}
/** Pure: reads only its arguments, so it may be traced once and replayed with other feeds. */
export type StepFunction = (state: Tensors, feeds: Tensors) => StepResult;
export type CompiledStep = (feeds: HostTensors) => Promise<HostTensors>;

/** Tokens of one pass on any engine, at most. */
export const PASS_TOKENS = 8192;
/** On one thread of a processor: of more at once, every operator would fetch its activations from memory. */
const THREAD_TOKENS = 1024;
export const threadTokens = (threads: number): number => Math.min(PASS_TOKENS, THREAD_TOKENS * threads);

export interface EngineStats {
  compileMs: number;
  runMs: number;
  runs: number;
  sessions: number;
}

export interface Engine {
  /** For example `onnxruntime/cpu` or `tfjs-cpu`. */
  readonly name: string;
  readonly tf: Tf;
  /** Tokens of one pass through a model, at most: on a processor as many as its caches hold, or as keep all threads busy. */
  readonly passTokens: number;
  createState(tensors: HostTensors): State;
  /** Traces `fn` once for every combination of feed shapes and replays it after that. */
  compileStep(fn: StepFunction, state: State): CompiledStep;
  stats(): EngineStats;
  dispose(): Promise<void>;
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Float32 host tensor. */
export const float32 = (data: Float32Array, shape: number[] = [data.length]): HostTensor => ({
  dtype: 'float32',
  shape,
  data,
});

/** Int32 host tensor. */
export const int32 = (data: Int32Array, shape: number[] = [data.length]): HostTensor => ({
  dtype: 'int32',
  shape,
  data,
});

/** Scalar feed: a value that may change at every step without changing the compiled structure. */
export const scalar = (value: number): HostTensor => float32(Float32Array.of(value), []);
