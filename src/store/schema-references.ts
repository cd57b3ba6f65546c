// The tables of retrained models that are kept for verifications, as Kysely sees them.

export interface RetrainedReferencesTable {
  tenant_id: string;
  model_id: string;
  /** Digest of base, recipe, retained records and seed. */
  key: string;
  /** Address of its files. */
  digest: string;
  /** That trained it. */
  run_id: string;
  bytes: number;
  /** Runs whose erased records it was trained without, beside those that its own run was to forget. */
  erased_runs: string[];
  created_at: string;
  used_at: string;
}

/** What its own run was to forget, and so is not in it either. */
export interface ReferenceLeftOutTable {
  tenant_id: string;
  model_id: string;
  key: string;
  corpus_id: string;
  ordinal: number;
}
