// Attacks that try to bring back what was forgotten by changing the weights: what a report says of them, and what one is.
import Type, { type Static } from 'typebox';
import type { Learner } from './architecture.ts';
import { Nullable } from './common.ts';
import type { Engine, HostTensors } from './engine.ts';

export const ROBUSTNESS_ATTACKS = ['fine-tuning', 'pruning', 'quantisation', 'relearning'] as const;
export type RobustnessName = (typeof ROBUSTNESS_ATTACKS)[number];

const Share = Nullable(Type.Number({ description: 'Mean over people; null where nobody was measured' }));

/** How much of their answers the changed model gives back, by how far it was changed. */
export const RobustnessCurve = Type.Object({
  attack: Type.String({ description: 'Registered attack' }),
  unit: Type.String({ description: 'What `at` counts' }),
  metric: Type.String({ description: 'What is measured of the records that the attack did not use' }),
  points: Type.Array(
    Type.Object({
      at: Type.Number(),
      forget: Share,
      holdout: { ...Share, description: 'The same of people never seen, attacked likewise' },
    }),
  ),
  note: Nullable(Type.String()),
});
export type RobustnessCurve = Static<typeof RobustnessCurve>;

/** A row as it is trained on and scored. */
export interface AttackedRow {
  ids: Int32Array;
  promptLength: number;
  person: number;
}

/** What an attack is given: the candidate, and whom it is held against. */
export interface Attacked<Row extends AttackedRow = AttackedRow> {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  /** The candidate's weights, read anew each time: an attack may change what it gets. */
  weights(): Promise<HostTensors>;
  forget: readonly Row[];
  holdout: readonly Row[];
  retain: readonly Row[];
  seed: number;
  signal: AbortSignal;
}

/** Of each row, higher = remembers more. */
export type Recall = (rows: readonly AttackedRow[], scored: readonly RowLogProbs[]) => number | null;
export interface RowLogProbs {
  logProbs: Float32Array;
}

export interface RobustnessAttack {
  name: RobustnessName;
  summary: string;
  paper: { title: string; arxiv: string };
  unit: string;
  run(attacked: Attacked, recall: Recall): Promise<Pick<RobustnessCurve, 'points' | 'note'>>;
}
