// What the benchmark asks of a process of its own, and what comes back.
import type { TrainModelOptions } from '../../src/compute/train-model.ts';
import type { SetsFile, UnlearnJob } from '../../src/domain/compute.ts';
import type { RowScore } from '../../src/domain/verification.ts';
import type { Attempted } from '../shared/attempt.ts';

/** Where a setting keeps its parts. */
export interface Place {
  dir: string;
  corpora: Record<'train' | 'holdout', string>;
  setsFile: string;
  /** Checkpoint folder of the trained model. */
  parent: string;
  backend: string;
  threads: number;
  seed: number;
}

/** Sets of a run, and which records of the forgotten are taught again; the same people’s others are asked for then. */
export interface BenchSets extends SetsFile {
  /** Lines of the training corpus, from 0. */
  taught: number[];
}

export type Task =
  | { kind: 'train'; options: TrainModelOptions }
  | { kind: 'reference'; place: Place; seed: number; out: string }
  | { kind: 'attempt'; job: UnlearnJob }
  | { kind: 'measure'; place: Place; checkpoint: string };

export interface Trained {
  steps: number;
  /** Null where it was not asked for. */
  exact_memorization: number | null;
}

/** An answer that was asked for, by its words and by what it costs the parent; never its text. */
export interface Said {
  words: number;
  /** Share of its pairs of neighbouring words that stood in it before. */
  repeated: number;
  /** Mean cost of a token under the parent, nats. */
  nll: number;
}

export interface Measured {
  scores: Record<'forget' | 'retain' | 'holdout', RowScore[]>;
  said: Record<'forget' | 'holdout', Said[]>;
  /** Recall of the forgotten people’s other records after so many steps on a part of them. */
  relearned: { steps: number; recall: number }[];
}

export interface Results {
  train: Trained;
  reference: Trained;
  attempt: Attempted;
  measure: Measured;
}
