// The whole life of a request: verification of the person, cooling-off, approval, hold, denial, extension, promotion, rollback.
import { type Kysely, sql } from 'kysely';

const TARGET_STATES = [
  ...['received', 'awaiting_verification', 'awaiting_approval', 'on_hold', 'queued', 'unlearning', 'verifying'],
  ...['awaiting_promotion', 'completed', 'completed_no_data', 'denied', 'cancelled', 'failed', 'needs_review'],
];
const OPEN = TARGET_STATES.slice(0, 8);
const among = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');

/** The checks that list states, by what they say: Postgres named them. */
const OLD_CHECKS = `do $$
  declare old record;
  begin
    for old in select conrelid::regclass as of_table, conname from pg_constraint
      where contype = 'c' and conrelid in ('deletion_requests'::regclass, 'request_targets'::regclass)
        and pg_get_constraintdef(oid) like '%''unlearning''%'
    loop
      execute format('alter table %s drop constraint %I', old.of_table, old.conname);
    end loop;
  end $$`;

const REQUESTS = [
  OLD_CHECKS,
  `alter table deletion_requests
    add column group_id uuid,
    add column created_by text,
    add column verified_at timestamptz(3),
    add column starts_after timestamptz(3),
    add column approval_required boolean not null default false,
    add column approved_at timestamptz(3)`,
  `update deletion_requests set verified_at = received_at, created_by = 'unknown'`,
  `update deletion_requests r set created_by = l.actor from ledger l
    where l.type = 'request.created' and l.tenant_id = r.tenant_id and l.data->>'request_id' = r.id::text`,
  // ends that differ and leave nothing to look into were shown as needs_review
  `update deletion_requests r set state = 'cancelled' where state = 'needs_review' and not exists (
    select from request_targets t where t.tenant_id = r.tenant_id and t.request_id = r.id
      and t.state not in ('cancelled', 'completed_no_data'))`,
  // received means from now on that a cooling-off time is not over
  `update request_targets set state = 'queued' where state = 'received'`,
  `update deletion_requests set state = 'queued' where state = 'received'`,
  `alter table deletion_requests
    alter column created_by set not null,
    alter column approval_required drop default,
    add constraint deletion_requests_state check (state in (${among([...TARGET_STATES, 'partially_completed'])})),
    add constraint deletion_requests_ended check ((completed_at is null) = (state in (${among(OPEN)}))),
    add constraint deletion_requests_approved check (approved_at is null or approval_required)`,
  `create index deletion_requests_group on deletion_requests (tenant_id, group_id, received_at desc, id desc)
    where group_id is not null`,
  `create index deletion_requests_cooling on deletion_requests (starts_after) where state = 'received'`,
  `alter table request_targets
    add column approved_steps jsonb,
    add constraint request_targets_state check (state in (${among(TARGET_STATES)})),
    add constraint request_targets_run check (run_id is not null
      or state not in ('unlearning', 'verifying', 'awaiting_promotion', 'completed'))`,
  `create table request_events (
    id uuid primary key,
    tenant_id text not null,
    request_id uuid,
    run_id uuid,
    action text not null,
    actor text not null,
    at timestamptz(3) not null,
    details jsonb not null,
    reason text,
    salt text,
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id),
    foreign key (tenant_id, run_id) references runs (tenant_id, id),
    check ((request_id is null) <> (run_id is null))
  )`,
  `create index request_events_request on request_events (tenant_id, request_id, id)`,
];

const RUNS = [
  `alter table runs add column held jsonb,
    add constraint runs_held check ((held is not null) = (state = 'awaiting_promotion'))`,
  // a certificate of what was rolled back is void, and what is published in its place has one of its own
  `alter table certificates add column revoked_at timestamptz(3), drop constraint certificates_once`,
  `create unique index certificates_once on certificates (tenant_id, request_id, target_id) nulls not distinct
    where revoked_at is null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...REQUESTS, ...RUNS]) await sql.raw(statement).execute(db);
}
