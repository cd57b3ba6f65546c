// What a plan is made from.
import type { Attempt, RowSizes } from '../../domain/resources.ts';
import type { RunCounts } from '../../domain/run-counts.ts';
import type { VerificationPolicy } from '../../domain/verification.ts';
import type { Base } from '../base.ts';
import type { StoredModel } from '../ports.ts';

/** Records of the sets. */
export interface SetCounts {
  forget: number;
  retain: number;
  holdout: number;
  /** To be forgotten; left out where nobody counted them. */
  people?: number;
}

/** An attempt of a run that has ended, on the same model. */
export interface PastAttempt {
  attempt: Attempt;
  counts: Pick<RunCounts, 'forget_records' | 'retain_records' | 'holdout_records'> & Partial<Pick<RunCounts, 'people'>>;
}

export interface PlanLimits {
  /** Of the whole run. */
  seconds: number;
  /** Of a compute process; null: not known here, or no limit. */
  memory_bytes: number | null;
  /** Until the request is due; null: nobody says. Below zero where that has passed. */
  due_in_seconds: number | null;
}

export interface PlanFacts {
  /** Null where the checkpoint cannot be read: then nothing is estimated. */
  model: StoredModel | null;
  /** One that can be followed. */
  has_recipe: boolean;
  /** What the recipe starts from. */
  base: Base;
  /** It, or a base of it, was trained on somebody whom the run forgets, so that training again is not exact. */
  base_saw: boolean;
  /** The same of somebody whom the model has forgotten before: whatever trains again from there brings them back. */
  base_saw_forgotten: boolean;
  /** Checkpoints of shards and slices lie beside the weights. */
  has_slices: boolean;
  /** So does the log of what each step of its training changed. */
  has_updates: boolean;
  rows: RowSizes | null;
  counts: SetCounts;
  /** People forgotten before whom steps hold down have no more rows than that; left out where nobody looked: they have none. */
  earlier_rows?: number;
  limits: PlanLimits;
  /** What the verification has to measure, and what share of the run it may take. */
  policy: Pick<VerificationPolicy, 'robustness' | 'max_share_of_run' | 'gradient_records' | 'references'>;
  /** Of the retrained models that the policy asks for, those that are kept already; left out where nobody looked. */
  references_kept?: number;
  /** Of a compute process; the backend is null where only workers know it. */
  threads: number;
  backend: string | null;
  past: readonly PastAttempt[];
}

/** The facts of an estimate: those of a model that can be read. */
export type KnownFacts = PlanFacts & { model: StoredModel };
export const isKnown = (facts: PlanFacts): facts is KnownFacts => facts.model !== null;

/** Where nobody measured how long records are. */
const ASSUMED: RowSizes = { mean: 64, longest: 256, per_record: 1 };

/** Rows and their lengths as the model sees them: a classifier's have one place before the label. */
export function sizesOf({ model, rows }: KnownFacts): RowSizes {
  const { architecture, config } = model;
  if (architecture.task === 'classification') return { mean: 1, longest: 2, per_record: 1 };
  const sizes = rows ?? ASSUMED;
  const context = architecture.contextLength(config);
  return { ...sizes, mean: Math.min(sizes.mean, context), longest: Math.min(sizes.longest, context) };
}

/** How many rows the records of each set are. Half of the holdout is for calibration, half for verification. */
export function rowCounts(counts: SetCounts, { per_record }: Pick<RowSizes, 'per_record'>) {
  const rows = (records: number) => Math.ceil(records * per_record);
  const half = rows(counts.holdout / 2);
  return { forget: rows(counts.forget), retain: rows(counts.retain), calibration: half, holdout: half };
}
