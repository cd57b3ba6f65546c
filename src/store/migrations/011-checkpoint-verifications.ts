// Verifications that somebody asks for, of any checkpoint; and checkpoints from outside, which are verified and never in use.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // their names are the database's own, and were not chosen by us
  `do $$
    declare one text;
    begin
      for one in select conname from pg_constraint
        where conrelid = 'checkpoints'::regclass and contype = 'c' and pg_get_constraintdef(oid) like '%''active''%'
      loop
        execute format('alter table checkpoints drop constraint %I', one);
      end loop;
    end $$`,
  `alter table checkpoints add check (state in ('active', 'candidate', 'retained', 'deleted'))`,
  `alter table checkpoints add check ((state in ('active', 'candidate')) = (delete_after is null))`,
  `create table verifications (
    id uuid primary key,
    tenant_id text not null,
    model_id uuid not null,
    checkpoint_id text not null,
    against_checkpoint_id text not null check (against_checkpoint_id <> checkpoint_id),
    reference_checkpoint_id text check (reference_checkpoint_id <> checkpoint_id),
    asks text not null check (asks in ('subject', 'records')),
    query_digest text not null,
    records integer not null check (records > 0),
    question jsonb,
    policy jsonb not null,
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    verdict text check (verdict in ('passed', 'failed', 'inconclusive')),
    reason text,
    report jsonb,
    report_digest text,
    restarts integer not null check (restarts >= 0),
    fence integer not null check (fence >= 0),
    lease_owner text,
    lease_expires_at timestamptz(3),
    created_at timestamptz(3) not null,
    started_at timestamptz(3),
    finished_at timestamptz(3),
    foreign key (tenant_id, model_id, checkpoint_id) references checkpoints (tenant_id, model_id, digest),
    foreign key (tenant_id, model_id, against_checkpoint_id) references checkpoints (tenant_id, model_id, digest),
    foreign key (tenant_id, model_id, reference_checkpoint_id) references checkpoints (tenant_id, model_id, digest),
    check ((state in ('queued', 'running')) = (question is not null)),
    check ((state in ('queued', 'running')) = (finished_at is null)),
    check ((state = 'done') = (report is not null)),
    check ((state = 'done') = (report_digest is not null)),
    check ((state = 'done') = (verdict is not null)),
    check ((state = 'running') = (lease_owner is not null)),
    check ((state = 'running') = (lease_expires_at is not null))
  )`,
  `create index verifications_list on verifications (tenant_id, checkpoint_id, created_at desc, id desc)`,
  // which run found what of a checkpoint
  `create index runs_candidate on runs (tenant_id, model_id, candidate) where state = 'published'`,
  `create index verifications_open on verifications (tenant_id, id) where state in ('queued', 'running')`,
];
