// What an edit of weights may do with the sets of a run: passes over them, at whatever weights. No optimizer state outlives
// a call, and no method sees a tensor: vectors lie in ordinary memory, by the names of the weights.
import type { HostTensors } from './engine.ts';

export type EditSet = 'forget' | 'retain';

/**
 * What gradients are of. `nll`: the loss of labels, nats a label. `output-norm`: the squared 2-norm of the logits where a label
 * is predicted, whichever it is.
 */
export type EditLoss = 'nll' | 'output-norm';

export interface PassOptions {
  /** Default: `nll`. */
  loss?: EditLoss;
  /** Rows looked at, at most: a sample by the run's seed, the same at every call. Default: all. */
  rows?: number;
}

export interface ImportanceOptions extends PassOptions {
  /** 2: squared gradients, the diagonal of the empirical Fisher information; 1: absolute ones. */
  power: 1 | 2;
  /**
   * Rows whose mean loss has its gradient taken before that is raised to the power. 1: each row by itself, as the
   * diagonal is defined. Gradients of several rows cancel each other before they are squared, in exchange for fewer passes.
   */
  group: number;
}

export interface DescentOptions {
  steps: number;
  learningRate: number;
  /** Rows a step. */
  batch: number;
  /** Global gradient norm. */
  clipNorm: number;
}

/**
 * Passes over a set at given weights, of which those left out are the parent's. Vectors that come back are new, have the
 * trainable weights' names and shapes, and are the caller's to change. All throw the signal's reason within one pass, and
 * `compute-failed` where a gradient is not finite.
 */
export interface EditPasses {
  /** Labels of a set: what its mean loss, and the gradient of that, is a mean over. */
  labels(set: EditSet): number;
  /** Gradient of the mean loss over all labels of the set. */
  gradient(weights: HostTensors, set: EditSet, options?: PassOptions): Promise<HostTensors>;
  /** Mean over groups of the gradients' powers; a group that is not full counts as its rows do. */
  importance(weights: HostTensors, set: EditSet, options: ImportanceOptions): Promise<HostTensors>;
  /** Mean NLL over all labels of the set, nats a label. */
  loss(weights: HostTensors, set: EditSet, options?: Pick<PassOptions, 'rows'>): Promise<number>;
  /** The trainable weights after so many AdamW steps on the set, at a constant rate after a short warm-up. */
  descend(weights: HostTensors, set: EditSet, options: DescentOptions): Promise<HostTensors>;
}

/** What each step of the training that made a model changed. */
export interface UpdateLog {
  /** Of each step: the share of its rows that are forgotten. */
  shares: readonly number[];
  /** Changes of the weights by name; the caller's. */
  read(step: number): Promise<HostTensors>;
}

export interface EditGiven {
  /** The parent's, all of them; not to be changed in place. */
  weights: HostTensors;
  /** Names of those that may change. */
  trainable: readonly string[];
  passes: EditPasses;
  /** Present when `needs` names `updates`. */
  updates?: UpdateLog;
  seed: number;
  signal?: AbortSignal;
}

/** What an edit asks of the memory, beside the weights and one gradient. */
export interface EditMemory {
  /** Weight-sized vectors that it holds at a time, its result included. */
  vectors: number;
  /** Rows of the largest group whose gradient it takes at once. */
  group: number;
  /** Whether it descends, which takes optimizer moments. */
  descends: boolean;
}

/** Rows of a pass over a set, where the memory has room for them. */
export const PASS_ROWS = 16;

/** What an edit computes as a rule, from how many rows there are of each set: for the estimate of a plan. */
export interface EditWork {
  /** Rows whose gradient is taken, each as often as it is. */
  gradients: number;
  /** Passes that this takes: each costs something, however few rows it sees. */
  passes: number;
  /** Rows that are scored alone. */
  scored: number;
}

/** Gradients of `rows` rows, the mean of `group` of which is taken at once, so many times over. */
export const gradientsOf = (rows: number, { group = PASS_ROWS, times = 1 } = {}): EditWork => ({
  ...{ gradients: times * rows, passes: times * Math.ceil(rows / group), scored: 0 },
});

export const together = (...works: Partial<EditWork>[]): EditWork => {
  const sum = (name: keyof EditWork) => works.reduce((all, work) => all + (work[name] ?? 0), 0);
  return { gradients: sum('gradients'), passes: sum('passes'), scored: sum('scored') };
};
