// What is kept of the forgotten for looking again, and the keys of that. A key stands in a row of its own: deleting it destroys what it
// sealed. `kept_probes` stays, and says since when nobody can look.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table vault_keys (
    tenant_id text not null,
    id uuid not null,
    wrapped_key text not null,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    primary key (tenant_id, id)
  )`,
  `create index vault_keys_expiry on vault_keys (expires_at)`,
  `create table kept_probes (
    tenant_id text not null,
    model_id uuid not null,
    request_id uuid not null,
    run_id uuid not null,
    key_id uuid not null,
    digest text not null,
    records integer not null check (records > 0),
    kept_at timestamptz(3) not null,
    shredded_at timestamptz(3),
    primary key (tenant_id, run_id, request_id),
    unique (tenant_id, key_id),
    foreign key (tenant_id, model_id) references models (tenant_id, id)
  )`,
  `alter table deletion_requests add column reverify_seconds integer check (reverify_seconds >= 0)`,
];
