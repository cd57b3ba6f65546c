// The table of API keys as Kysely sees it.
import type { ColumnType } from 'kysely';
import type { Scope } from '../domain/scopes.ts';

interface ApiKeysTable {
  id: string;
  tenant_id: string;
  name: string;
  /** Of the first key, for all that replaced it. */
  actor: string;
  secret_hash: string;
  scopes: ColumnType<Scope[], string, never>;
  created_by: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
  replaced_by: string | null;
}

export interface KeyTables {
  api_keys: ApiKeysTable;
}
