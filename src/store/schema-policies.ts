// The table of verification policies as Kysely sees it.
import type { ColumnType } from 'kysely';
import type { VerificationPolicy } from '../domain/verification.ts';

export interface VerificationPoliciesTable {
  tenant_id: string;
  /** Null: for all models of the tenant that have none of their own. */
  model_id: string | null;
  version: number;
  policy: ColumnType<VerificationPolicy, string, string>;
  created_at: string;
}
