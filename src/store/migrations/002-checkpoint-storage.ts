// Checkpoints that are gone say since when; uploads of checkpoints that are not finished.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table checkpoints add column deleted_at timestamptz(3)`,
  // what was deleted before has no time of its own: the ledger does
  `update checkpoints c set deleted_at = coalesce((
    select max(l.at) from ledger l where l.tenant_id = c.tenant_id and l.type = 'checkpoint.deleted'
      and l.data->>'model_id' = c.model_id::text and l.data->>'digest' = c.digest), c.delete_after)
    where c.state = 'deleted'`,
  `alter table checkpoints add check ((state = 'deleted') = (deleted_at is not null))`,
  `create table uploads (
    id uuid primary key,
    tenant_id text not null,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    unique (tenant_id, id)
  )`,
  `create index uploads_expiry on uploads (expires_at)`,
  `create table upload_files (
    tenant_id text not null,
    upload_id uuid not null,
    name text not null,
    bytes bigint not null check (bytes >= 0),
    primary key (tenant_id, upload_id, name),
    foreign key (tenant_id, upload_id) references uploads (tenant_id, id) on delete cascade
  )`,
];
