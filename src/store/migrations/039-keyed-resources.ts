// What a keyed call makes has one id, however often the call is made before its answer is kept.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // without a default, so that no row is rewritten; of calls from before the id comes with the next try
  await sql`alter table idempotency_keys add column makes uuid`.execute(db);
}
