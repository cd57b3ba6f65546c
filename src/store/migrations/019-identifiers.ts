// Requests about records, whoever they name; versions of subject keys; who must not be trained on again; rules that find people.
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

const SUPPRESSIONS = [
  `create table suppressions (
    tenant_id text not null,
    request_id uuid not null,
    subject_key text not null,
    type text not null,
    key_version integer not null,
    normaliser_version integer not null,
    added_at timestamptz(3) not null,
    primary key (tenant_id, subject_key, request_id),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id)
  )`,
  `create index suppressions_request on suppressions (tenant_id, request_id)`,
  `create index suppressions_list on suppressions (tenant_id, added_at desc, request_id desc)`,
  `insert into suppressions
    select q.tenant_id, q.request_id, q.subject_key, q.type, q.key_version, q.normaliser_version, r.completed_at
    from request_subjects q join deletion_requests r on r.tenant_id = q.tenant_id and r.id = q.request_id
    where r.state in ('completed', 'completed_no_data', 'partially_completed')`,
];

const RULES = [`alter table corpora add column subject_rules jsonb`];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...ASKED_RECORDS, ...KEYS, ...SUPPRESSIONS, ...RULES]) await sql.raw(statement).execute(db);
}
