// Requests about records, whoever they name; versions of subject keys.
import { type Kysely, sql } from 'kysely';

const ASKED_RECORDS = [
  `create table request_records (
    tenant_id text not null,
    request_id uuid not null,
    corpus_id uuid not null,
    ordinal integer not null check (ordinal >= 0),
    primary key (tenant_id, request_id, corpus_id, ordinal),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id),
    foreign key (tenant_id, corpus_id) references corpora (tenant_id, id)
  )`,
  `create index request_records_place on request_records (tenant_id, corpus_id, ordinal)`,
  `alter table deletion_requests add column asked_records jsonb`,
];

const KEYS = [
  `create table subject_key_versions (
    tenant_id text not null,
    version integer not null check (version >= 1),
    created_at timestamptz(3),
    destroyed_at timestamptz(3),
    primary key (tenant_id, version)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...ASKED_RECORDS, ...KEYS]) await sql.raw(statement).execute(db);
}
