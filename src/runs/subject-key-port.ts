// What the store knows of subject keys: versions, never a key.

/** A version under which people are stored, or that was destroyed. */
export interface UsedKeyVersion {
  tenant: string;
  version: number;
  destroyed: boolean;
}

export interface KeyVersion {
  version: number;
  /** Null: it was made at the first start. */
  created_at: string | null;
  destroyed_at: string | null;
  /** Subject keys of it on training records. */
  record_keys: number;
  /** Deletion requests with a subject key of it; `open`: those that have not ended. */
  requests: number;
  open_requests: number;
}

/** Where somebody stands. */
export interface SubjectLookup {
  corpora: { corpus_id: string; name: string; records: number }[];
  models: { model_id: string; name: string; records: number; forgotten: number }[];
}

export interface SubjectLookupStore {
  /** Of the person with these keys. */
  lookUpSubject(tenant: string, keys: readonly string[]): Promise<SubjectLookup>;
}

export interface SubjectKeyStore {
  /** Of all tenants: a process that lacks a key that was not destroyed must not start. */
  subjectKeyVersions(): Promise<UsedKeyVersion[]>;
  /** Of all tenants, those that were destroyed. */
  destroyedKeyVersions(): Promise<{ tenant: string; version: number }[]>;
  /** Of one tenant, oldest first: those that the store has heard of. */
  listKeyVersions(tenant: string): Promise<KeyVersion[]>;
  /** With an entry of the ledger; to be called once the key's file is there. */
  addKeyVersion(tenant: string, version: number, actor: string): Promise<void>;
  /** With an entry of the ledger, before the key's file goes; false when it was destroyed before. */
  destroyKeyVersion(tenant: string, version: number, actor: string): Promise<boolean>;
  /** How many of these corpora name people under a version that was destroyed: nobody can be found there by identifier. */
  unlinkableCorpora(tenant: string, corpora: readonly string[]): Promise<number>;
  /** Whether these corpora name people under several versions: a person of two of them is not known to be one. */
  mixesKeyVersions(tenant: string, corpora: readonly string[]): Promise<boolean>;
}
