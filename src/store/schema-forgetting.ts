// The tables of consolidations as Kysely sees them.
import type { Generated } from 'kysely';
import type { RunKind } from '../domain/run-kinds.ts';

/** Of `runs`. */
export interface RunForgettingColumns {
  kind: Generated<RunKind>;
  /** Null: whether the budget of its line is spent has not been asked since it was published. */
  budget_judged_at: string | null;
}

export interface ConsolidationsTable {
  id: string;
  tenant_id: string;
  model_id: string;
  why: 'asked' | 'budget';
  /** What the budget says, or whoever asked. */
  reason: string | null;
  created_by: string;
  created_at: string;
  /** The last run that began for it; it waits again where another run published first. */
  run_id: string | null;
  /** Nothing was left to do when its turn came. */
  dropped_at: string | null;
}

export interface ForgettingTables {
  consolidations: ConsolidationsTable;
}
