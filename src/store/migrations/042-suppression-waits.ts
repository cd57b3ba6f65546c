// Requests that found nothing while a gate was closed: over, and their people not on the suppression list before it opens.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deletion_requests add column suppression_waits boolean not null default false`.execute(db);
  // those of earlier versions were left off it for good; what somebody lifted has an event
  await sql`
    update deletion_requests r set suppression_waits = true
    where r.state = 'completed_no_data' and (r.verified_at is null or r.starts_after is not null or r.approval_required)
      and exists (select from request_subjects q where q.tenant_id = r.tenant_id and q.request_id = r.id)
      and not exists (select from suppressions s where s.tenant_id = r.tenant_id and s.request_id = r.id)
      and not exists (select from request_events e
        where e.tenant_id = r.tenant_id and e.request_id = r.id and e.action = 'lift_suppression')`.execute(db);
  // the sweep asks for those that wait for nothing but the clock
  await sql`
    create index deletion_requests_suppression_waits on deletion_requests (starts_after)
    where suppression_waits and verified_at is not null and (approved_at is not null or not approval_required)`.execute(
    db,
  );
}
