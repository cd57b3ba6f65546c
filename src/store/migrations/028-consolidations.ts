// Runs that train a model again without everybody erased, who asked for them, and which runs have been held against their budget.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table runs add column kind text not null default 'deletion' check (kind in ('deletion', 'consolidation'))`,
  // null: whether the line's budget is spent has not been asked since it was published
  `alter table runs add column budget_judged_at timestamptz(3)`,
  `create index runs_unjudged on runs (tenant_id, model_id) where state = 'published' and budget_judged_at is null`,
  `create table consolidations (
    id uuid primary key,
    tenant_id text not null,
    model_id uuid not null,
    why text not null check (why in ('asked', 'budget')),
    reason text,
    created_by text not null,
    created_at timestamptz(3) not null,
    run_id uuid,
    dropped_at timestamptz(3),
    unique (tenant_id, id),
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    foreign key (tenant_id, run_id) references runs (tenant_id, id)
  )`,
  `create index consolidations_model on consolidations (tenant_id, model_id, created_at)`,
];
