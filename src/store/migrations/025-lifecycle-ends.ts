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

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...DELETED, ...TEXTS]) await sql.raw(statement).execute(db);
}
