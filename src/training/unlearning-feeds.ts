// What one unlearning step is fed with: both halves, the bounds of the hinge, the parent's log-probabilities.
import { float32, type HostTensor, type HostTensors } from '../domain/engine.ts';
import type { StepPhase } from '../domain/method.ts';
import { IGNORE } from '../methods/losses.ts';
import type { AlternativeInput } from './alternative-half.ts';
import { partsOf, splitHalf } from './micro-batches.ts';
import type { Band } from './stop-rule.ts';

/** A loss that no token reaches. */
const NEVER = 1e30;

export interface StepInput {
  /** Indices into the forget set, in the order of the batch. */
  forget: number[];
  forgetBatch: HostTensors;
  retainBatch: HostTensors;
  /** Absent where the method teaches no other answers. */
  alternative?: AlternativeInput;
  /** Whom earlier runs forgot, and the least that their words should cost; absent: nobody. */
  held?: { batch: HostTensors; band: Pick<Band, 'floors' | 'entropies'> };
  /** NLL of the batch's answer tokens between which they are left alone; null: they are only pushed. */
  band: Band | null;
  phase: StepPhase;
  /** Counts from 1, over both phases. */
  step: number;
  /** Share of the learning rate. */
  pace: number;
}
/** log p under the parent of every forget answer, and of every other answer. */
export interface References {
  forget: Float32Array;
  alternative: Float32Array;
}

/** (B, T - 1) bound of each answer token; by default far above any loss elsewhere. */
export function tokenBounds(labels: HostTensor, bounds: Float32Array[] | undefined, elsewhere = NEVER): HostTensor {
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

/** The third half in parts, which has as many rows as the forget half; nothing in them where there is none. */
function alternativeParts(input: AlternativeInput | undefined, references: References | null, parts: number) {
  if (input === undefined) return new Array<HostTensors>(parts).fill({});
  const labels = input.batch.labels!;
  const known = references && float32(Float32Array.from(input.picked, (i) => references.alternative[i]!));
  const feeds: HostTensors = {
    ...{ alternativeIds: input.batch.ids!, alternativeLabels: labels },
    ...(known ? { alternativeReferences: known } : {}),
  };
  return splitHalf('alternative', feeds, labels, parts, { alternativeLabels: IGNORE });
}

/** Rows of earlier people in parts; nothing in them where there are none. */
function heldParts(held: StepInput['held'], parts: number): HostTensors[] {
  if (held === undefined) return new Array<HostTensors>(parts).fill({});
  const { batch, band } = held;
  const labels = batch.labels!;
  const bounds = {
    heldFloors: tokenBounds(labels, band.floors),
    heldEntropies: tokenBounds(labels, band.entropies, 0),
  };
  const feeds = { heldIds: batch.ids!, heldLabels: labels, ...bounds };
  return splitHalf('held', feeds, labels, parts, { heldLabels: IGNORE, heldFloors: NEVER });
}

/** Feeds of the step, in parts of at most `microBatch` rows of the larger half (0: one part). */
export function feedsInParts(
  { forget, forgetBatch, retainBatch, alternative, held, band }: Omit<StepInput, 'phase' | 'step' | 'pace'>,
  references: References | null,
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
    ...(references ? { references: float32(Float32Array.from(forget, (i) => references.forget[i]!)) } : {}),
    ...own.forget,
  };
  const retainFeeds = { retainIds: retainBatch.ids!, retainLabels };
  const fillers = { forgetLabels: IGNORE, retainLabels: IGNORE, floors: NEVER, ceilings: NEVER };
  const [forgetParts, retainParts] = [
    splitHalf('forget', forgetFeeds, labels, parts, fillers),
    splitHalf('retain', retainFeeds, retainLabels, parts, fillers),
  ];
  const others = alternativeParts(alternative, references, parts);
  const earlier = heldParts(held, parts);
  return forgetParts.map((part, p) => ({ ...part, ...retainParts[p]!, ...others[p]!, ...earlier[p]!, ...own.step }));
}
