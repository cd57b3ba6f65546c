// The tables of keys and of what they seal, as Kysely sees them.

interface VaultKeysTable {
  tenant_id: string;
  id: string;
  /** Under the installation's key. */
  wrapped_key: string;
  created_at: string;
  expires_at: string;
}

interface KeptProbesTable {
  tenant_id: string;
  model_id: string;
  request_id: string;
  run_id: string;
  /** Of `vault_keys` until it is shredded. */
  key_id: string;
  digest: string;
  records: number;
  kept_at: string;
  shredded_at: string | null;
}

export interface VaultTables {
  vault_keys: VaultKeysTable;
  kept_probes: KeptProbesTable;
}
