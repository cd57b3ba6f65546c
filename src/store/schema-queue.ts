// The tables of what waits, and for whom, as Kysely sees them.

interface ModelWindowsTable {
  tenant_id: string;
  model_id: string;
  /** Targets that wait in it. */
  waiting: number;
  starts_at: string;
  decided_at: string;
  reason: string;
}

interface ModelSchedulingTable {
  tenant_id: string;
  model_id: string;
  /** Null, as of the others: what the service does. */
  max_wait_hours: number | null;
  promptness: number | null;
  backend: string | null;
  memory_bytes: number | null;
  updated_at: string;
}

export interface QueueTables {
  model_windows: ModelWindowsTable;
  model_scheduling: ModelSchedulingTable;
}
