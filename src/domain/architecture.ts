// What an architecture is. One file and one line in architectures/registry.ts.
import type { HostTensors, Tensor, Tensors, Tf } from './engine.ts';

export interface Architecture<Config = unknown> {
  /** `model_type` of config.json. */
  name: string;
  /** Checks a parsed config.json; throws an Error that names the field and the remedy. */
  parseConfig(json: unknown): Config;
  /** Name and shape of every tensor that a checkpoint of this config must hold. */
  shapes(config: Config): Record<string, number[]>;
  /** Tensors that may be present and are ignored (buffers that older exporters wrote), by exact pattern. */
  ignored: RegExp[];
  vocabSize(config: Config): number;
  contextLength(config: Config): number;
  /** Fresh weights; the same seed gives the same bytes. */
  initialise(config: Config, seed: number): HostTensors;
  /** ids (B, T) int32 -> logits (B, T, V). Causal: position t sees 0..t only, so right padding needs no mask. */
  forward(tf: Tf, config: Config, weights: Tensors, ids: Tensor): Tensor;
}
