// Requests that wait for each other, runs that are split, workers by what they can, and what a model's runs need.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const RUN_STATES = [
  ...['planned', 'unlearning', 'verifying', 'awaiting_promotion', 'published', 'needs_review', 'failed', 'cancelled'],
  ...['superseded', 'split'],
];
const states = RUN_STATES.map((state) => `'${state}'`).join(', ');

const STATEMENTS = [
  `alter table deletion_requests add column urgent boolean not null default false`,
  `alter table deletion_requests alter column urgent drop default`,
  // which half of which run a target waits in; null: of none
  `alter table request_targets
    add column split_of uuid,
    add column split_part smallint check (split_part in (0, 1)),
    add check ((split_of is null) = (split_part is null)),
    add foreign key (tenant_id, split_of) references runs (tenant_id, id)`,
  // what the approved plan was to start from
  `alter table request_targets add column approved_checkpoint text`,
  `create index request_targets_model on request_targets (tenant_id, model_id)`,
  `create index run_targets_target on run_targets (tenant_id, target_id)`,
  `alter table runs drop constraint runs_state_check`,
  `alter table runs add constraint runs_state_check check (state in (${states}))`,
  `alter table runs
    add column split_of uuid,
    add column split_root uuid,
    add check ((split_of is null) = (split_root is null)),
    add foreign key (tenant_id, split_of) references runs (tenant_id, id),
    add foreign key (tenant_id, split_root) references runs (tenant_id, id)`,
  `create index runs_of_split on runs (tenant_id, split_root) where split_root is not null`,
  `create index runs_of_model on runs (tenant_id, model_id, created_at desc)`,
  // a model whose requests wait for others to come
  `create table model_windows (
    tenant_id text not null,
    model_id uuid not null,
    waiting integer not null check (waiting >= 1),
    starts_at timestamptz(3) not null,
    decided_at timestamptz(3) not null,
    reason text not null,
    primary key (tenant_id, model_id),
    foreign key (tenant_id, model_id) references models (tenant_id, id)
  )`,
  `create table model_scheduling (
    tenant_id text not null,
    model_id uuid not null,
    max_wait_hours double precision check (max_wait_hours >= 0),
    promptness double precision check (promptness > 0),
    backend text,
    memory_bytes bigint check (memory_bytes > 0),
    updated_at timestamptz(3) not null,
    primary key (tenant_id, model_id),
    foreign key (tenant_id, model_id) references models (tenant_id, id)
  )`,
  // who it is that takes the runs, and what it can
  `alter table workers add column memory_bytes bigint, add column max_parameters bigint, add column accelerator text`,
];
