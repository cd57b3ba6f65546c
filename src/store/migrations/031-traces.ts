// Which trace a deletion request came in with, so that the run that answers it is told of there.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // W3C Trace Context; null: nobody followed it
  await sql`alter table deletion_requests add column traceparent text`.execute(db);
}
