// API keys as the store keeps them: a hash of each secret, never the secret.
import type { ApiKey } from '../domain/api-key.ts';
import type { Scope } from '../domain/scopes.ts';
import type { Page, PageQuery } from './store-port.ts';

export interface NewKey {
  id: string;
  /** SHA-256 in hexadecimal. */
  secret_hash: string;
  lifetime_ms: number;
}

/** What is asked of a key with every call. */
export interface KeyInUse {
  tenant: string;
  actor: string;
  scopes: Scope[];
  secret_hash: string;
  expires_at: string;
  revoked_at: string | null;
}

export type RotateOutcome =
  | { status: 'rotated'; key: ApiKey; before: ApiKey }
  | { status: 'unknown' }
  /** It is revoked, expired, or was rotated before. */
  | { status: 'ended'; key: ApiKey };

/** Throws where the caller expects another key than is there; called under its lock, where there is something to do. */
type Check = (present: ApiKey) => void;

export interface ApiKeyStore {
  createApiKey(tenant: string, key: NewKey & { name: string; scopes: Scope[] }, actor: string): Promise<ApiKey>;
  /** By its id alone: the tenant is what the key says. Ended ones too. */
  apiKeyInUse(id: string): Promise<KeyInUse | null>;
  getApiKey(tenant: string, id: string): Promise<ApiKey | null>;
  listApiKeys(tenant: string, query: PageQuery): Promise<Page<ApiKey>>;
  /** A new key of the same actor; the old one ends after `overlap_ms`, or when it would have ended anyway. */
  rotateApiKey(
    tenant: string,
    id: string,
    next: NewKey & { overlap_ms: number },
    actor: string,
    check?: Check,
  ): Promise<RotateOutcome>;
  /** Ends it now. Idempotent; null for an unknown one. */
  revokeApiKey(tenant: string, id: string, actor: string, check?: Check): Promise<ApiKey | null>;
  /** Notes that it was used; at most once a minute, whoever else notes it too. */
  noteApiKeyUse(id: string): Promise<void>;
}
