// Keys that callers of the API have: a hash of each secret, never the secret.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create table api_keys (
    id uuid primary key,
    tenant_id text not null,
    name text not null,
    actor text not null,
    secret_hash text not null unique,
    scopes jsonb not null,
    created_by text not null,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    revoked_at timestamptz(3),
    last_used_at timestamptz(3),
    replaced_by uuid references api_keys (id)
  )`)
    .execute(db);
  await sql.raw('create index api_keys_by_tenant on api_keys (tenant_id, created_at desc, id desc)').execute(db);
}
