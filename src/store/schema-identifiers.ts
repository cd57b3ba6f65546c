// The tables of who and what requests are about beside subjects, as Kysely sees them.

interface RequestRecordsTable {
  tenant_id: string;
  request_id: string;
  corpus_id: string;
  /** Line in the stored file, from 0. */
  ordinal: number;
}

export interface IdentifierTables {
  /** Records that a request names itself, by id or by their text. */
  request_records: RequestRecordsTable;
}
