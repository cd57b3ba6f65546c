// Records whose text is destroyed: the index keeps where they stood and for whom, so that nothing is renumbered and nobody is forgotten
// twice. `marked_at`: from then on nothing reads them; `erased_at`: the text is gone from the file. Fingerprints are sealed under keys of
// `vault_keys`, and end with them.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table destroyed_records (
    tenant_id text not null,
    corpus_id uuid not null,
    ordinal integer not null check (ordinal >= 0),
    request_id uuid not null,
    digest text,
    marked_at timestamptz(3) not null,
    erased_at timestamptz(3),
    primary key (tenant_id, corpus_id, ordinal)
  )`,
  `create index destroyed_records_request on destroyed_records (tenant_id, request_id, corpus_id)`,
  `create table erasure_prints (
    tenant_id text not null,
    key_id uuid not null,
    request_id uuid not null,
    corpus_id uuid not null,
    records integer not null check (records > 0),
    prints integer not null check (prints >= 0),
    short integer not null check (short >= 0),
    sealed bytea not null,
    primary key (tenant_id, key_id)
  )`,
  `create index erasure_prints_request on erasure_prints (tenant_id, request_id)`,
  `alter table deletion_requests add column erased_at timestamptz(3)`,
  // when to look next whether the text may go; null: at once
  `alter table deletion_requests add column erasure_look_at timestamptz(3)`,
  `create index deletion_requests_unerased on deletion_requests (completed_at)
    where erased_at is null and state in ('completed', 'completed_no_data')`,
];
