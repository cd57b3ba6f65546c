// The Merkle tree over the ledger, its signed checkpoints, and who has pulled which weights.
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // of every eighth level: a node of another level is made of at most 128 of these, or of entries
  `create table ledger_nodes (
    level smallint not null check (level > 0 and level % 8 = 0),
    index bigint not null check (index >= 0),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (level, index)
  )`,
  `create table ledger_checkpoints (
    size bigint primary key check (size >= 1),
    origin text not null,
    root bytea not null check (octet_length(root) = 32),
    checkpoint text not null,
    created_at timestamptz(3) not null
  )`,
  ...['ledger_nodes', 'ledger_checkpoints'].map(
    (table) => `create trigger ${table}_append_only before update or delete or truncate on ${table}
      for each statement execute function refuse_ledger_change()`,
  ),
  `create index ledger_certificates on ledger (tenant_id, (data ->> 'certificate_id')) where type = 'certificate.issued'`,
  `create table recipients (
    tenant_id text not null,
    digest text not null,
    recipient text not null,
    files text[] not null,
    pulls bigint not null,
    bytes bigint not null,
    first_pulled_at timestamptz(3) not null,
    last_pulled_at timestamptz(3) not null,
    told_at timestamptz(3),
    primary key (tenant_id, digest, recipient)
  )`,
  `create index recipients_untold on recipients (tenant_id, recipient) where told_at is null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
