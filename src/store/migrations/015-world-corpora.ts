// Corpora of world facts and general text, which a model should do as well on as it did.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`alter table model_corpora drop constraint model_corpora_role_check,
    add constraint model_corpora_role_check check (role in ('train', 'holdout', 'world'))`)
    .execute(db);
}
