// What the engine's memory comes to, for each element that a plan counts: measured by `npm run bench:memory` on
// onnxruntime/cpu, and measured again whenever the engine allocates otherwise. All in copies of 4 bytes, but for the bytes.
export const COSTS = {
  /** Bytes: Node, ONNX Runtime and TensorFlow.js before the first tensor. */
  process: 205e6,
  /** A weight that trains: as loaded, in the state with its spare, and as read back. */
  weight: 4,
  /** Its two moments, each with its spare. */
  moments: 4,
  /** Its gradient, and what the optimizer computes on the way. */
  gradient: 3.5,
  /** Its gradient over several parts of a batch, with its spare. */
  accumulated: 2,
  /** A weight that does not train: as loaded, and in the state; a third time where adapters are merged into it. */
  frozen: 3,
  /** The parent beside a weight that trains: in the state. */
  parent: 1,
  /** Copies made at the start that the collector has not freed yet: a multiple of the weights, up to so many bytes. */
  garbage: { copies: 5, bytes: 260e6 },
  /** A hidden state or attention weight that is kept: itself, and the gradients and intermediates of both passes. */
  states: 1.95,
  scores: 5,
  /** Both once more, by this factor, where projections have adapters: what these add is a tensor of its own. */
  adapted: 1.12,
  /** Logits of both passes: probabilities, one-hot labels, gradients. */
  logits: 9,
  /** Passes without a gradient: what one block would keep, and logits of the positions that are scored at a time. */
  forward: { states: 0.95, scores: 3, logits: 6 },
  /** Share of the passes above that a second model's pass needs, and its logits. */
  reference: { share: 0.3, logits: 8 },
  /** A plan is never lower than what is measured. */
  margin: 1.13,
} as const;
