// What the engine's memory comes to, for each element that a plan counts: measured by `npm run bench:memory` on
// onnxruntime/cpu in the heap of a compute process, and to be measured again whenever the engine allocates otherwise.
// Copies of 4 bytes, where not said otherwise.
export const COSTS = {
  /** Bytes: Node, ONNX Runtime and TensorFlow.js before the first tensor. */
  process: 190e6,
  /** A weight that trains: as loaded, and in the state, where it is updated in place. */
  weight: 2,
  /** Its two moments, updated in place. */
  moments: 2,
  /** Its gradient: as computed, and as handed out for the update. */
  gradient: 2,
  /** Its gradient over several parts of a batch, as far as that is more. */
  accumulated: 1.5,
  /** A weight that does not train: as loaded and in the state; adapters are merged when the activations are gone. */
  frozen: 2,
  /** The parent beside a weight that trains: in the state. */
  parent: 1,
  /** A mask over a weight that trains: in the state. */
  mask: 1,
  /** What was copied at the start and the collector has not freed yet: a multiple of the weights, up to so many bytes. */
  garbage: { copies: 1, bytes: 10e6 },
  /** A hidden state or attention weight that is kept: part of them is computed in blocks and never there as a whole. */
  states: 0.73,
  scores: 2.86,
  /** Logits of both passes: themselves, probabilities, gradient. */
  logits: 2.7,
  /** Passes without a gradient: what one block would keep, and logits of the positions that are scored at a time. */
  forward: { states: 0.8, scores: 2.5, logits: 5 },
  /**
   * An output of a classifier's layer, in place of `states`: layers of images are kept in several forms, and none in blocks. Measured by hand
   * on a model of three convolutions, 8 to 64 images of 64 x 64 at a time.
   */
  examples: { step: 6, forward: 2.4 },
  /** Share of the passes above that a second model's pass needs, and its logits. */
  reference: { share: 0.3, logits: 4 },
  /** A plan is never lower than what is measured. */
  margin: 1.08,
} as const;
