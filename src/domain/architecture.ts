// What an architecture is. One file and one line in architectures/registry.ts.
import type { HostTensors, Tensor, Tensors, Tf } from './engine.ts';

/** What one token leaves in a key-value cache. */
export interface CacheShape {
  layers: number;
  /** Heads of keys and values; query heads may be a multiple of it (grouped-query attention). */
  heads: number;
  /** Width of one head. */
  size: number;
}

/** How tokens see others, where it is not 0, 1, 2, … in every row with all that came before in the same pass. */
export interface Attention {
  /** (B, T) int32: where every token stands; absent: 0 to T - 1 in every row. */
  positions?: Tensor;
  /**
   * q (B, T, H x size), k and v (B, T, heads x size) of one layer, rotated if the family does -> (B, T, H x size). `window`: tokens that
   * one sees, itself included; null or absent: all that came before.
   */
  attend(layer: number, q: Tensor, k: Tensor, v: Tensor, window?: number | null): Tensor;
}

/** Hears the hidden states (B, T, D) after each layer, as it adds to them; layers count from 1. */
export type Watch = (layer: number, states: Tensor) => void;

/** The layers of a model that an adapter can be added to. */
export interface Projections {
  /** Modules, each with a `<module>.weight`, that map vectors through `linear`, in the model's order. */
  modules: string[];
  /** Their weights lie (out, in), as PyTorch's Linear has them, and not (in, out). */
  outFirst: boolean;
}

/** Elements of a forward pass that are kept until the gradient has used them, by what they grow with. */
export interface Activations {
  /** Hidden states: they grow with the tokens of a batch. */
  states: number;
  /** Attention weights: they grow with the square of a row's length. */
  scores: number;
}

/** What a model that does not exist yet should be like. */
export interface FreshModel {
  vocabSize: number;
  /** Tokens that it sees at most. */
  context: number;
  width: number;
  layers: number;
  /** Divides the width. */
  heads: number;
  /** The token that ends a text, and starts one. */
  endId: number;
}

export const TASKS = ['causal-lm', 'classification'] as const;
export type Task = (typeof TASKS)[number];

/** What training, unlearning and measuring ask of a model, whatever its task. */
export interface Learner<Config = unknown> {
  name: string;
  /** What it learns: to go on with a text, where nothing is said, or which class an example is of. */
  task?: Task;
  /** Name and shape of every tensor that a checkpoint of this config must hold. */
  shapes(config: Config): Record<string, number[]>;
  /** Tensors that no training changes; absent: none. */
  fixed?(config: Config): string[];
  /** How many labels there are: tokens of a vocabulary, or classes. */
  vocabSize(config: Config): number;
  /** Positions of a row at most. */
  contextLength(config: Config): number;
  /** Fresh weights; the same seed gives the same bytes. */
  initialise(config: Config, seed: number): HostTensors;
  /** What is seen (B, ...) -> logits (B, T, V); those at position t are for the label at t + 1. */
  forward(tf: Tf, config: Config, weights: Tensors, seen: Tensor): Tensor;
  projections(config: Config): Projections;
  /** Weights (in, out) that taps can stand beside, each with its bias; absent: those of the projections, as these lie. */
  tappable?(config: Config): { weight: string; bias: string | null }[];
  /** Of a batch of `rows` rows of `time` positions; embeddings and logits left out. */
  activations(config: Config, rows: number, time: number): Activations;
}

/** A model that goes on with text. */
export interface Architecture<Config = unknown> extends Learner<Config> {
  /** `model_type` of config.json. */
  name: string;
  task?: 'causal-lm';
  /** Which models it is. */
  summary: string;
  /** What may differ from model to model. */
  variants: string;
  /** Checks a parsed config.json; throws an Error that names the field and the remedy. */
  parseConfig(json: unknown): Config;
  /** Tensors that may be present and are ignored (buffers that older exporters wrote), by exact pattern. */
  ignored: RegExp[];
  /** config.json of a small model to train from nothing. */
  freshConfig(model: FreshModel): Record<string, unknown>;
  /** ids (B, T) int32 -> logits (B, T, V). Causal: position t sees 0..t only, so right padding needs no mask. */
  forward(tf: Tf, config: Config, weights: Tensors, ids: Tensor, watch?: Watch): Tensor;
  /** `forward` up to its last normalisation: ids (B, T) int32 -> (B, T, D). Attends as `attention` says, if given. */
  hidden(tf: Tf, config: Config, weights: Tensors, ids: Tensor, attention?: Attention, watch?: Watch): Tensor;
  /** The rest of `forward`: hidden states (N, D) -> logits (N, V). */
  logits(tf: Tf, config: Config, weights: Tensors, hidden: Tensor): Tensor;
  cacheShape(config: Config): CacheShape;
}

/** A model that says which class an example is of: rows have one label, at position 1, and what is seen is the example. */
export interface Classifier<Config = unknown> extends Learner<Config> {
  task: 'classification';
}
