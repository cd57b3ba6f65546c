// Answers that were given under an Idempotency-Key: kept for a day, so that a repeated call gets the same one and nothing is done twice.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // the key is a client's text and may name somebody: its digest stands for it, and a keyed digest for what was sent
  `create table idempotency_keys (
    tenant_id text not null,
    key_digest text not null,
    fingerprint text not null,
    token uuid not null,
    busy_until timestamptz(3),
    answer jsonb,
    expires_at timestamptz(3) not null,
    primary key (tenant_id, key_digest),
    check ((answer is null) = (busy_until is not null))
  )`,
  `create index idempotency_keys_expiry on idempotency_keys (expires_at)`,
];
