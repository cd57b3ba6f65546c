// How long the records of a model are to it: what plans are estimated with.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table models add column rows jsonb').execute(db);
}
