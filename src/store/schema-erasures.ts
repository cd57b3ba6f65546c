// The tables of records whose text is destroyed, as Kysely sees them.

interface DestroyedRecordsTable {
  tenant_id: string;
  corpus_id: string;
  ordinal: number;
  /** The request that it was erased for; others may name it too. */
  request_id: string;
  digest: string | null;
  marked_at: string;
  /** Null: it is marked, and the file may still hold it. */
  erased_at: string | null;
}

interface ErasurePrintsTable {
  tenant_id: string;
  /** Of `vault_keys`. */
  key_id: string;
  request_id: string;
  corpus_id: string;
  records: number;
  prints: number;
  short: number;
  sealed: Uint8Array;
}

export interface ErasureTables {
  destroyed_records: DestroyedRecordsTable;
  erasure_prints: ErasurePrintsTable;
}
