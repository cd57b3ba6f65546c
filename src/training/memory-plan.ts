// What a training takes of the memory, known from shapes alone, before anything is loaded.
import type { Architecture, Classifier } from '../domain/architecture.ts';
import { elementCount, PASS_TOKENS } from '../domain/engine.ts';
import type { TrainableOptions } from '../domain/trainable.ts';
import { COSTS } from './memory-costs.ts';
import { HEAD_LOGITS, HEAD_POSITIONS, SCORED_ROWS } from './scoring.ts';
import { planTrainable } from './trainable.ts';

export interface MemoryWork {
  architecture: Architecture | Classifier;
  config: unknown;
  trains: TrainableOptions;
  /** Rows of a batch that are in memory at a time, all halves together, and the width to which they are padded. */
  rows: number;
  time: number;
  /** Batches are taken in parts, so that gradients are kept over them. */
  split: boolean;
  /** Rows that the parent answers too, for a loss that compares with it; 0: none, and no parent is held. */
  referenceRows: number;
  /** Rows whose hidden states the parent gives, and no logits; absent: none. */
  stateRows?: number;
  /** Rows whose answers by a teacher are fed, and how many logits of it are kept for all rows; absent: no teacher. */
  taught?: { rows: number; kept: number };
  /** A part of the numbers that train is held still by a mask; absent: none is. */
  masked?: boolean;
  /** Rows of the largest set that is scored between steps. */
  scoredRows: number;
  /** Vectors the size of what trains, in ordinary memory beside all else; absent: none. */
  vectors?: number;
  /** False: gradients alone are taken, and nothing has moments. */
  moments?: boolean;
}

/** Bytes. */
export interface MemoryPlan {
  weights: number;
  gradients: number;
  moments: number;
  vectors: number;
  parent: number;
  /** What a loss compares with, kept from before the first step, and the mask over the weights. */
  references: number;
  activations: number;
  logits: number;
  /** Scoring of whole sets between steps, as far as that takes more than a step. */
  scoring: number;
  /** The process itself, and the margin. */
  rest: number;
  total: number;
}

const ELEMENT = 4;
const sum = (shapes: readonly number[][]): number => shapes.reduce((all, shape) => all + elementCount(shape), 0);

/** Numbers that train, and those that do not. Throws `validation-failed` for options that do not fit the model. */
export function countParameters({
  architecture,
  config,
  trains,
}: Pick<MemoryWork, 'architecture' | 'config' | 'trains'>) {
  const shapes = architecture.shapes(config);
  const { weights, adapters } = planTrainable(architecture, config, trains);
  const [total, changing] = [sum(Object.values(shapes)), sum(weights.map((name) => shapes[name]!))];
  const added = sum(Object.values(adapters));
  return { total, trained: changing + added, frozen: total - changing, adapters: added };
}

/** Peak of a pass over hidden states and attention weights without a gradient. */
function forwardElements({ architecture, config }: MemoryWork, rows: number, time: number): number {
  const { states, scores } = architecture.activations(config, rows, time);
  // what is seen becomes small layer by layer, so that its first layers may be most of all
  if (architecture.task === 'classification') return states * COSTS.examples.forward;
  const { layers } = architecture.cacheShape(config);
  return (states * COSTS.forward.states + scores * COSTS.forward.scores) / layers;
}

/** Peak memory of a training on one batch size, in bytes by purpose. */
export function planMemory(work: MemoryWork): MemoryPlan {
  const { architecture, config, rows, time, split, referenceRows, taught = { rows: 0, kept: 0 } } = work;
  const parentRows = referenceRows + (work.stateRows ?? 0);
  const { trained, frozen } = countParameters(work);
  const vocabulary = architecture.vocabSize(config);
  const { states, scores } = architecture.activations(config, rows, time);
  const state = architecture.task === 'classification' ? COSTS.examples.step : COSTS.states;
  const passes = (share: number) => (states * state + scores * COSTS.scores) * share;
  const { reference, garbage, forward } = COSTS;
  const scoredRows = Math.max(1, Math.min(work.scoredRows, SCORED_ROWS, Math.floor(PASS_TOKENS / time)));
  const headLogits = Math.min(HEAD_POSITIONS, scoredRows * time, Math.ceil(HEAD_LOGITS / vocabulary)) * vocabulary;
  const step = {
    gradients: trained * (COSTS.gradient + (split ? COSTS.accumulated : 0)),
    activations: passes(1) + passes((parentRows / rows) * reference.share),
    logits: time * vocabulary * (rows * COSTS.logits + (referenceRows + taught.rows) * reference.logits),
  };
  const scoring = forwardElements(work, scoredRows, time) + headLogits * forward.logits;
  const elements = {
    weights: trained * COSTS.weight + frozen * COSTS.frozen,
    moments: work.moments === false ? 0 : trained * COSTS.moments,
    vectors: trained * (work.vectors ?? 0),
    parent: parentRows > 0 ? trained * COSTS.parent : 0,
    references: taught.kept + (work.masked ? trained * COSTS.mask : 0),
    ...step,
    scoring: Math.max(0, scoring - step.gradients - step.activations - step.logits),
  };
  const bytes = Object.fromEntries(
    Object.entries(elements).map(([name, count]) => [name, Math.round(count * ELEMENT)]),
  ) as Record<keyof typeof elements, number>;
  const planned = Object.values(bytes).reduce((a, b) => a + b, 0);
  const uncollected = Math.min(trained * garbage.copies * ELEMENT, garbage.bytes);
  const total = Math.ceil((planned + COSTS.process + uncollected) * COSTS.margin);
  return { ...bytes, rest: total - planned, total };
}
