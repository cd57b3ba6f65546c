// What ends: models and corpora that were deleted leave a row, whose name is free again; the processing of a person's records is
// restricted for a time; recipients of weights have an address that they are told at.
import { type Kysely, sql } from 'kysely';

const DELETED = ['models', 'corpora'].flatMap((table) => [
  `alter table ${table} add column deleted_at timestamptz(3), add column deletion_reason text,
    add column deletion_salt text`,
  `alter table ${table} drop constraint ${table}_tenant_id_name_key`,
  `create unique index ${table}_name on ${table} (tenant_id, name) where deleted_at is null`,
]);

const TEXTS = [
  `alter table corpora add column text_removed_at timestamptz(3),
    add constraint corpora_text_removed check (text_removed_at is null or deleted_at is not null)`,
  `create index corpora_to_remove on corpora (id) where deleted_at is not null and text_removed_at is null`,
];

/** Whether a request is about every model that knows its person; unknown, and so false, of those of before. */
const REQUESTS = [`alter table deletion_requests add column every_model boolean not null default false`];

/** An endpoint that is the address of a recipient of weights: it is told of their checkpoints, and what it takes counts as told. */
const NOTICES = [`alter table webhook_endpoints add column recipient text`];

const RESTRICTIONS = [
  `create table restrictions (
    id uuid primary key,
    tenant_id text not null,
    request_id uuid,
    ground text not null,
    reason text,
    salt text not null,
    created_by text not null,
    created_at timestamptz(3) not null,
    ending_at timestamptz(3),
    informed_at timestamptz(3),
    lifted_at timestamptz(3),
    lifted_by text,
    lift_reason text,
    lift_salt text,
    unique (tenant_id, id),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id),
    check (lifted_at is null or ending_at is not null),
    check ((lifted_at is null) = (lifted_by is null))
  )`,
  `create index restrictions_list on restrictions (tenant_id, created_at desc, id desc)`,
  `create index restrictions_request on restrictions (tenant_id, request_id) where lifted_at is null`,
  `create table restriction_subjects (
    tenant_id text not null,
    restriction_id uuid not null,
    subject_key text not null,
    type text not null,
    key_version integer not null,
    normaliser_version integer not null,
    primary key (tenant_id, restriction_id, subject_key),
    foreign key (tenant_id, restriction_id) references restrictions (tenant_id, id)
  )`,
  `create index restriction_subjects_key on restriction_subjects (tenant_id, subject_key)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...DELETED, ...TEXTS, ...REQUESTS, ...NOTICES, ...RESTRICTIONS])
    await sql.raw(statement).execute(db);
}
