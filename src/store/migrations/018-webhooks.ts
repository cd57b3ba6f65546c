// Webhooks: who is told, of what, and what came of it. A delivery is written in the transaction of what it tells of.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table opendsr_requests (
    tenant_id text not null,
    request_id uuid not null,
    subject_request_id uuid not null,
    controller_id text not null,
    regulation text not null check (regulation in ('gdpr', 'ccpa')),
    primary key (tenant_id, subject_request_id),
    unique (tenant_id, request_id),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id)
  )`,
  // an endpoint of one request is told of that alone, in the words of OpenDSR
  `create table webhook_endpoints (
    id uuid primary key,
    tenant_id text not null,
    request_id uuid,
    url text not null,
    description text,
    events jsonb not null,
    told text check (told in ('pending', 'in_progress', 'completed', 'cancelled')),
    state text not null check (state in ('enabled', 'disabled')),
    disabled_reason text check (disabled_reason in ('gone', 'failing', 'asked')),
    failing_since timestamptz(3),
    paused_until timestamptz(3),
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    version integer not null,
    deleted_at timestamptz(3),
    unique (tenant_id, id),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id),
    check ((state = 'disabled') = (disabled_reason is not null)),
    check ((told is not null) = (request_id is not null))
  )`,
  `create index webhook_endpoints_list on webhook_endpoints (tenant_id, created_at desc, id desc)
    where request_id is null and deleted_at is null`,
  `create index webhook_endpoints_request on webhook_endpoints (tenant_id, request_id) where request_id is not null`,
  // both keys of a generation in one sealed text: they are made, and end, together
  `create table webhook_secrets (
    id uuid primary key,
    tenant_id text not null,
    endpoint_id uuid not null,
    sealed text not null,
    public_key text not null,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3),
    foreign key (tenant_id, endpoint_id) references webhook_endpoints (tenant_id, id)
  )`,
  `create unique index webhook_secrets_present on webhook_secrets (tenant_id, endpoint_id) where expires_at is null`,
  `create index webhook_secrets_endpoint on webhook_secrets (tenant_id, endpoint_id, created_at desc)`,
  `create table webhook_events (
    id uuid primary key,
    tenant_id text not null,
    type text not null,
    body text not null,
    created_at timestamptz(3) not null,
    unique (tenant_id, id)
  )`,
  `create index webhook_events_age on webhook_events (created_at)`,
  `create table webhook_deliveries (
    id uuid primary key,
    tenant_id text not null,
    endpoint_id uuid not null,
    event_id uuid not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    reason text,
    round_attempts integer not null check (round_attempts >= 0),
    next_attempt_at timestamptz(3),
    restarts integer not null check (restarts >= 0),
    fence integer not null check (fence >= 0),
    lease_owner text,
    lease_expires_at timestamptz(3),
    created_at timestamptz(3) not null,
    started_at timestamptz(3),
    finished_at timestamptz(3),
    unique (tenant_id, id),
    foreign key (tenant_id, endpoint_id) references webhook_endpoints (tenant_id, id),
    foreign key (tenant_id, event_id) references webhook_events (tenant_id, id) on delete cascade,
    check ((state in ('queued', 'running')) = (next_attempt_at is not null)),
    check ((state in ('queued', 'running')) = (finished_at is null)),
    check ((state = 'running') = (lease_owner is not null)),
    check ((state = 'running') = (lease_expires_at is not null))
  )`,
  `create index webhook_deliveries_list on webhook_deliveries (tenant_id, endpoint_id, created_at desc, id desc)`,
  `create index webhook_deliveries_event on webhook_deliveries (tenant_id, event_id)`,
  `create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_attempt_at)
    where state in ('queued', 'running')`,
  `create table webhook_attempts (
    tenant_id text not null,
    delivery_id uuid not null,
    position bigint generated always as identity,
    at timestamptz(3) not null,
    status integer,
    error text,
    duration_ms integer not null check (duration_ms >= 0),
    primary key (tenant_id, delivery_id, position),
    foreign key (tenant_id, delivery_id) references webhook_deliveries (tenant_id, id) on delete cascade,
    check ((status is null) <> (error is null))
  )`,
];
