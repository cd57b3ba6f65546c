// Models that were retrained without the forgotten and are kept for verifications, with what tells whom they have seen.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const DIGEST = `'^sha256:[0-9a-f]{64}$'`;
const STATEMENTS = [
  `create table retrained_references (
    tenant_id text not null,
    model_id uuid not null,
    key text not null check (key ~ ${DIGEST}),
    digest text not null check (digest ~ ${DIGEST}),
    run_id uuid not null,
    bytes bigint not null check (bytes >= 0),
    erased_runs uuid[] not null,
    created_at timestamptz(3) not null,
    used_at timestamptz(3) not null,
    primary key (tenant_id, model_id, key),
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    foreign key (tenant_id, run_id) references runs (tenant_id, id)
  )`,
  `create index retrained_references_digest on retrained_references (digest)`,
  `create table reference_left_out (
    tenant_id text not null,
    model_id uuid not null,
    key text not null,
    corpus_id uuid not null,
    ordinal integer not null check (ordinal >= 0),
    primary key (tenant_id, model_id, key, corpus_id, ordinal),
    foreign key (tenant_id, model_id, key) references retrained_references (tenant_id, model_id, key) on delete cascade
  )`,
];
