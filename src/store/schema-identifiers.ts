// The tables of who and what requests are about beside subjects, as Kysely sees them.
import type { SubjectColumns } from './schema.ts';

interface RequestRecordsTable {
  tenant_id: string;
  request_id: string;
  corpus_id: string;
  /** Line in the stored file, from 0. */
  ordinal: number;
}

interface SubjectKeyVersionsTable {
  tenant_id: string;
  version: number;
  /** Null: made at the first start. */
  created_at: string | null;
  destroyed_at: string | null;
}

interface SuppressionsTable extends SubjectColumns {
  request_id: string;
  added_at: string;
}

export interface IdentifierTables {
  /** Records that a request names itself, by id or by their text. */
  request_records: RequestRecordsTable;
  /** Of those that were made or destroyed by command. */
  subject_key_versions: SubjectKeyVersionsTable;
  suppressions: SuppressionsTable;
}
