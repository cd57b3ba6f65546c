// The tables of restrictions of processing, as Kysely sees them.
import type { RestrictionGround } from '../domain/restriction.ts';
import type { SubjectColumns } from './schema.ts';

interface RestrictionsTable {
  id: string;
  tenant_id: string;
  request_id: string | null;
  ground: RestrictionGround;
  reason: string | null;
  /** Of the digest of the reason that the ledger has. */
  salt: string;
  created_by: string;
  created_at: string;
  ending_at: string | null;
  informed_at: string | null;
  lifted_at: string | null;
  lifted_by: string | null;
  lift_reason: string | null;
  lift_salt: string | null;
}

interface RestrictionSubjectsTable extends SubjectColumns {
  restriction_id: string;
}

export interface RestrictionTables {
  restrictions: RestrictionsTable;
  restriction_subjects: RestrictionSubjectsTable;
}
