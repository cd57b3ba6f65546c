// Analyses of which records shaped an answer. What is asked is there, sealed, for as long as the analysis runs and no longer.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `create table influence_analyses (
    id uuid primary key,
    tenant_id text not null,
    model_id uuid not null,
    checkpoint text,
    asks text not null check (asks in ('answer', 'subject', 'records')),
    options jsonb not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    reason text,
    sealed_query text,
    sealed_findings text,
    restarts integer not null check (restarts >= 0),
    fence integer not null check (fence >= 0),
    lease_owner text,
    lease_expires_at timestamptz(3),
    created_at timestamptz(3) not null,
    started_at timestamptz(3),
    finished_at timestamptz(3),
    expires_at timestamptz(3) not null,
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    check ((state in ('queued', 'running')) = (sealed_query is not null)),
    check ((state = 'done') = (sealed_findings is not null)),
    check ((state = 'running') = (lease_owner is not null)),
    check ((state = 'running') = (lease_expires_at is not null))
  )`,
  `create index influence_analyses_expiry on influence_analyses (expires_at)`,
  `create index influence_analyses_open on influence_analyses (id) where state in ('queued', 'running')`,
];
