// Subjects are written in the transaction that writes their records, from the same lines, and nothing deletes records. A
// foreign key there would look up again, row by row, what was written a moment before, and take much of an upload's time.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table record_subjects drop constraint record_subjects_tenant_id_corpus_id_ordinal_fkey`.execute(db);
}
