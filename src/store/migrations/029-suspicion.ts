// Requests that wait for approval because of what they ask for.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deletion_requests add column suspicion jsonb`.execute(db);
}
