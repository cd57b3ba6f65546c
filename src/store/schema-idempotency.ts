// The tables of calls that may be repeated as Kysely sees them.
import type { KeptAnswer } from '../domain/idempotency.ts';
import type { Json } from './schema.ts';

interface IdempotencyKeysTable {
  tenant_id: string;
  key_digest: string;
  fingerprint: string;
  token: string;
  /** Id of what the call makes. */
  makes: string | null;
  busy_until: string | null;
  answer: Json<KeptAnswer> | null;
  expires_at: string;
}

/** Lines of a batch, and single requests (line 0), that were taken in. */
interface BatchLinesTable {
  tenant_id: string;
  /** Keyed digest of key and call. */
  call: string;
  line: number;
  request_id: string;
  /** As the request began. */
  state: string;
  expires_at: string;
}

export interface IdempotencyTables {
  idempotency_keys: IdempotencyKeysTable;
  batch_lines: BatchLinesTable;
}
