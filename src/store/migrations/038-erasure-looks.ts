// Which requests the sweep looks at for their text, the longest due first, without reading those that are looked at later.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index deletion_requests_unerased`.execute(db);
  await sql`
    create index deletion_requests_unerased
    on deletion_requests ((coalesce(erasure_look_at, '-infinity'::timestamptz)), completed_at)
    where erased_at is null and state in ('completed', 'completed_no_data')`.execute(db);
  // those of which something is open or may be tried again are few beside those that are over
  await sql`
    create index request_targets_undone on request_targets (tenant_id, request_id)
    where state not in ('completed', 'completed_no_data', 'denied', 'cancelled')`.execute(db);
}
