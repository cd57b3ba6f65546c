// What one unlearning step is fed with: both halves, the bounds of the hinge, the parent's log-probabilities.
import { float32, type HostTensor, type HostTensors } from '../domain/engine.ts';
import { IGNORE } from '../methods/losses.ts';
import { partsOf, splitHalf } from './micro-batches.ts';
import type { Band } from './stop-rule.ts';

/** A loss that no token reaches. */
const NEVER = 1e30;

export interface StepInput {
  /** Indices into the forget set, in the order of the batch. */
  forget: number[];
  forgetBatch: HostTensors;
  retainBatch: HostTensors;
  /** NLL of the batch's answer tokens between which they are left alone; null: they are only pushed. */
  band: Band | null;
  /** Counts from 1. */
  step: number;
  /** Share of the learning rate. */
  pace: number;
}
/** (B, T - 1) bound of each answer token; by default far above any loss elsewhere. */
function tokenBounds(labels: HostTensor, bounds: Float32Array[] | undefined, elsewhere = NEVER): HostTensor {
  const [rows, time] = labels.shape as [number, number];
  const values = new Float32Array(rows * (time - 1)).fill(elsewhere);
  for (let r = 0; bounds !== undefined && r < rows; r++) {
    for (let t = 1, token = 0; t < time; t++) {
      if (labels.data[r * time + t]! >= 0) values[r * (time - 1) + t - 1] = bounds[r]![token++]!;
    }
  }
  return float32(values, [rows, time - 1]);
}

/** What a method asks for beyond the halves themselves. */
export interface OwnFeeds {
  /** Of the forget half, a row each. */
  forget: HostTensors;
  /** Of the whole step. */
  step: HostTensors;
}

/**
 * Feeds of the step, in parts of at most `microBatch` rows of the larger half (0: one part). `references`: log p of every
 * forget answer under the parent.
 */
export function feedsInParts(
  { forget, forgetBatch, retainBatch, band }: StepInput,
  references: Float32Array | null,
  microBatch: number,
  own: OwnFeeds = { forget: {}, step: {} },
): HostTensors[] {
  const [labels, retainLabels] = [forgetBatch.labels!, retainBatch.labels!];
  const parts = partsOf(Math.max(labels.shape[0]!, retainLabels.shape[0]!), microBatch);
  const forgetFeeds: HostTensors = {
    forgetIds: forgetBatch.ids!,
    forgetLabels: labels,
    floors: tokenBounds(labels, band?.floors),
    ceilings: tokenBounds(labels, band?.ceilings),
    entropies: tokenBounds(labels, band?.entropies, 0),
    ...(references ? { references: float32(Float32Array.from(forget, (i) => references[i]!)) } : {}),
    ...own.forget,
  };
  const retainFeeds = { retainIds: retainBatch.ids!, retainLabels };
  const fillers = { forgetLabels: IGNORE, retainLabels: IGNORE, floors: NEVER, ceilings: NEVER };
  const [forgetParts, retainParts] = [
    splitHalf('forget', forgetFeeds, labels, parts, fillers),
    splitHalf('retain', retainFeeds, retainLabels, parts, fillers),
  ];
  return forgetParts.map((part, p) => ({ ...part, ...retainParts[p]!, ...own.step }));
}
