// What a metric or an attack is. One file and one line in metrics/registry.ts.
import type { Task } from './architecture.ts';
import type { NaturalnessPolicy, RowScore } from './verification.ts';

/** What it takes to measure something. */
export interface Cost {
  /** Metrics of the same pass share it. */
  pass: string;
  /** Forward passes over a record, each a whole one: an answer of one token a step over a cache is one. */
  forward_passes: number;
  /** Checkpoints that it is measured of. */
  checkpoints: 1 | 2;
  of: 'every record' | 'a sample';
}

interface About {
  name: string;
  summary: string;
  paper: { title: string; arxiv: string } | null;
  cost: Cost;
  /** Kinds of model that it says something about; language models where nothing is said. */
  tasks?: readonly Task[];
}

/** A number of one record: how well the model still knows it, or how well it works. */
export interface RecordMetric extends About {
  kind: 'memory';
  /** higher-is-more-memory: a retained record should score high, a forgotten one like a never-seen one. */
  range: [number, number];
  needsGeneration: boolean;
  /** What else of a row it needs; of rows without it it says nothing, and where there are none, nothing at all. */
  needs?: 'otherNlls' | 'wrapped' | 'sampled';
  /**
   * How somebody forgotten is held against people never seen: by `memory_margin`; by `extraction_margin`, where few are asked, so that only
   * gross differences say something; not at all. By `memory_margin`, where it is left out.
   */
  rule?: 'memory' | 'extraction' | 'reported';
  score(row: RowScore): number;
}

/** A membership attack: the higher the score, the less likely a member (the field's sign). */
export interface MembershipAttack extends About {
  kind: 'membership';
  /** What verification measures for it beside the costs of tokens; an attack of a run's own, while it goes on, needs nothing. */
  needs?: 'zlibBytes' | 'referenceNlls' | 'gradNorm' | 'shadows';
  score(row: RowScore): number;
}

/** Something of an answer that was written, which should be as it is in answers about people never seen. */
export interface NaturalnessMetric extends About {
  kind: 'naturalness';
  /** Whether too little gives somebody away as well. */
  sides: 'above' | 'both';
  /** On a scale on which a margin is added; NaN where no answer was written. */
  score(row: RowScore): number;
  /** How far beyond people never seen somebody forgotten may lie, on that scale. */
  margin(policy: NaturalnessPolicy): number;
  /** From that scale to what a report says; grows with it. */
  reported(score: number): number;
}

/** Sets that a model should do as well on as it did. Neighbours are of the retained, and of world facts there may be none. */
export type UtilitySet = 'retain' | 'neighbours' | 'world' | 'holdout';
export type UtilityRows = Readonly<Record<UtilitySet, readonly RowScore[]>>;

/** A number of a whole set, of which no record has one: reported, never judged. */
export interface UtilityMetric extends About {
  kind: 'utility';
  range: [number, number];
  /** Sets of which it says something. */
  sets: readonly UtilitySet[];
  /** Of one of them, the others beside it; NaN where that says nothing. */
  of(set: UtilitySet, rows: UtilityRows): number;
}

export type Metric = RecordMetric | MembershipAttack | NaturalnessMetric | UtilityMetric;

/** What a report measures, by name in alphabetical order. */
export interface MetricSet {
  memory: readonly RecordMetric[];
  attacks: readonly MembershipAttack[];
  naturalness: readonly NaturalnessMetric[];
  utility: readonly UtilityMetric[];
  /** People never seen may score as high as can be in all of the memory metrics: then the attacks alone decide. */
  memoryMayBeSilent: boolean;
}
