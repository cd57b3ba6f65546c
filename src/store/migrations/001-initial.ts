// The first schema. Constraints repeat the rules of the code, so that a mistake there cannot be stored.
import { type Kysely, sql } from 'kysely';

const DIGEST = `'^sha256:[0-9a-f]{64}$'`;
// as they were then
const TARGET_STATES = [
  ...['received', 'queued', 'unlearning', 'verifying', 'completed', 'completed_no_data', 'cancelled', 'failed'],
  'needs_review',
];
const REQUEST_STATES = [...TARGET_STATES, 'partially_completed'];
const RUN_STATES = [
  ...['planned', 'unlearning', 'verifying', 'awaiting_promotion', 'published', 'needs_review', 'failed', 'cancelled'],
  'superseded',
];
const among = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');
// states of a run that hold its model: at most one run of a model is in them
const OPEN_RUN = `state in ('planned', 'unlearning', 'verifying')`;

const CORPORA = [
  `create table corpora (
    id uuid primary key,
    tenant_id text not null,
    name text not null,
    records integer not null check (records >= 0),
    people integer not null check (people >= 0),
    digest text check (digest ~ ${DIGEST}),
    created_at timestamptz(3) not null,
    unique (tenant_id, id),
    unique (tenant_id, name),
    check (records = 0 or digest is not null)
  )`,
  `create index corpora_list on corpora (tenant_id, created_at desc, id desc)`,
  // The unique constraint must not begin like the primary key: while the table has no statistics, the planner would check
  // the foreign key of record_subjects through it, reading every record of the corpus once for each record.
  `create table records (
    tenant_id text not null,
    corpus_id uuid not null,
    ordinal integer not null check (ordinal >= 0),
    record_id text not null,
    primary key (tenant_id, corpus_id, ordinal),
    constraint records_record_id unique (corpus_id, record_id, tenant_id),
    foreign key (tenant_id, corpus_id) references corpora (tenant_id, id)
  )`,
  `create table record_subjects (
    tenant_id text not null,
    corpus_id uuid not null,
    ordinal integer not null,
    subject_key text not null,
    type text not null,
    key_version integer not null,
    normaliser_version integer not null,
    primary key (tenant_id, corpus_id, ordinal, subject_key),
    foreign key (tenant_id, corpus_id, ordinal) references records (tenant_id, corpus_id, ordinal)
  )`,
  `create index record_subjects_key on record_subjects (tenant_id, subject_key, corpus_id, ordinal)`,
];

const MODELS = [
  `create table models (
    id uuid primary key,
    tenant_id text not null,
    name text not null,
    architecture text not null,
    parameters bigint not null check (parameters >= 0),
    active text not null,
    has_recipe boolean not null,
    warnings jsonb not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    unique (tenant_id, id),
    unique (tenant_id, name)
  )`,
  `create index models_list on models (tenant_id, created_at desc, id desc)`,
  `create table model_corpora (
    tenant_id text not null,
    model_id uuid not null,
    corpus_id uuid not null,
    role text not null check (role in ('train', 'holdout')),
    position integer not null,
    primary key (tenant_id, model_id, corpus_id),
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    foreign key (tenant_id, corpus_id) references corpora (tenant_id, id)
  )`,
  `create index model_corpora_corpus on model_corpora (tenant_id, corpus_id, role, model_id)`,
  `create table checkpoints (
    tenant_id text not null,
    model_id uuid not null,
    digest text not null check (digest ~ ${DIGEST}),
    parent_digest text check (parent_digest ~ ${DIGEST} and parent_digest <> digest),
    run_id uuid,
    state text not null check (state in ('active', 'retained', 'deleted')),
    manifest jsonb not null,
    bytes bigint not null check (bytes >= 0),
    created_at timestamptz(3) not null,
    delete_after timestamptz(3),
    primary key (tenant_id, model_id, digest),
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    check ((state = 'active') = (delete_after is null))
  )`,
  `create unique index checkpoints_active on checkpoints (tenant_id, model_id) where state = 'active'`,
  `create index checkpoints_digest on checkpoints (digest)`,
  // deferred: a model and its first checkpoint are inserted in one transaction
  `alter table models add foreign key (tenant_id, id, active)
    references checkpoints (tenant_id, model_id, digest) deferrable initially deferred`,
];

const REQUESTS = [
  `create table deletion_requests (
    id uuid primary key,
    tenant_id text not null,
    external_id text,
    ground text,
    method jsonb,
    state text not null check (state in (${among(REQUEST_STATES)})),
    submitted_at timestamptz(3) not null,
    received_at timestamptz(3) not null,
    due_at timestamptz(3) not null check (due_at > submitted_at),
    completed_at timestamptz(3),
    updated_at timestamptz(3) not null,
    version integer not null check (version >= 1),
    unique (tenant_id, id),
    constraint deletion_requests_external_id unique (tenant_id, external_id),
    check ((completed_at is null) = (state in ('received', 'queued', 'unlearning', 'verifying')))
  )`,
  `create index deletion_requests_list on deletion_requests (tenant_id, received_at desc, id desc)`,
  `create table request_subjects (
    tenant_id text not null,
    request_id uuid not null,
    subject_key text not null,
    type text not null,
    key_version integer not null,
    normaliser_version integer not null,
    primary key (tenant_id, request_id, subject_key),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id)
  )`,
  `create index request_subjects_key on request_subjects (tenant_id, subject_key)`,
  `create table runs (
    id uuid primary key,
    tenant_id text not null,
    model_id uuid not null,
    state text not null check (state in (${among(RUN_STATES)})),
    reason text,
    plan jsonb not null,
    parent text not null,
    candidate text check (candidate ~ ${DIGEST}),
    verdict text check (verdict in ('passed', 'failed', 'inconclusive')),
    counts jsonb not null,
    progress jsonb not null,
    verification jsonb,
    restarts integer not null check (restarts >= 0),
    fence integer not null check (fence >= 1),
    lease_owner text,
    lease_expires_at timestamptz,
    published_seq bigint,
    created_at timestamptz(3) not null,
    started_at timestamptz(3),
    finished_at timestamptz(3),
    updated_at timestamptz(3) not null,
    version integer not null check (version >= 1),
    unique (tenant_id, id),
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    foreign key (tenant_id, model_id, parent) references checkpoints (tenant_id, model_id, digest),
    check ((lease_owner is null) = (lease_expires_at is null)),
    check (lease_owner is null or ${OPEN_RUN}),
    check ((finished_at is null) = (${OPEN_RUN} or state = 'awaiting_promotion')),
    check (state <> 'published' or (verdict = 'passed' and candidate is not null and published_seq is not null
      and verification is not null))
  )`,
  `create unique index runs_one_open on runs (tenant_id, model_id) where ${OPEN_RUN}`,
  `create index runs_list on runs (tenant_id, created_at desc, id desc)`,
  `create table request_targets (
    id uuid primary key,
    tenant_id text not null,
    request_id uuid not null,
    model_id uuid not null,
    state text not null check (state in (${among(TARGET_STATES)})),
    reason text,
    run_id uuid,
    records integer not null check (records >= 0),
    updated_at timestamptz(3) not null,
    unique (tenant_id, id),
    unique (tenant_id, request_id, model_id),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id),
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    foreign key (tenant_id, run_id) references runs (tenant_id, id),
    check (run_id is not null or state not in ('unlearning', 'verifying', 'completed'))
  )`,
  `create index request_targets_waiting on request_targets (tenant_id, model_id)
    where state in ('received', 'queued') and run_id is null`,
  `create index request_targets_run on request_targets (tenant_id, run_id)`,
];

const RUNS = [
  `create table run_targets (
    tenant_id text not null,
    run_id uuid not null,
    target_id uuid not null,
    request_id uuid not null,
    primary key (tenant_id, run_id, target_id),
    foreign key (tenant_id, run_id) references runs (tenant_id, id),
    foreign key (tenant_id, target_id) references request_targets (tenant_id, id)
  )`,
  `create table run_attempts (
    tenant_id text not null,
    run_id uuid not null,
    position integer not null,
    attempt jsonb not null,
    report jsonb,
    primary key (tenant_id, run_id, position),
    foreign key (tenant_id, run_id) references runs (tenant_id, id)
  )`,
  `create table run_curves (
    tenant_id text not null,
    run_id uuid not null,
    position bigint generated always as identity,
    step integer not null,
    phase text not null,
    forget_loss double precision,
    retain_loss double precision,
    primary key (tenant_id, run_id, position),
    foreign key (tenant_id, run_id) references runs (tenant_id, id)
  )`,
  `create table erased_records (
    tenant_id text not null,
    model_id uuid not null,
    corpus_id uuid not null,
    ordinal integer not null,
    run_id uuid not null,
    primary key (tenant_id, model_id, corpus_id, ordinal),
    foreign key (tenant_id, model_id, corpus_id) references model_corpora (tenant_id, model_id, corpus_id),
    foreign key (tenant_id, corpus_id, ordinal) references records (tenant_id, corpus_id, ordinal),
    foreign key (tenant_id, run_id) references runs (tenant_id, id)
  )`,
];

const EVIDENCE = [
  `create table certificates (
    id uuid primary key,
    tenant_id text not null,
    request_id uuid not null,
    target_id uuid,
    run_id uuid,
    kid text not null,
    jws text not null,
    created_at timestamptz(3) not null,
    constraint certificates_once unique nulls not distinct (tenant_id, request_id, target_id),
    foreign key (tenant_id, request_id) references deletion_requests (tenant_id, id),
    foreign key (tenant_id, target_id) references request_targets (tenant_id, id),
    foreign key (tenant_id, run_id) references runs (tenant_id, id)
  )`,
  `create index certificates_list on certificates (tenant_id, created_at desc, id desc)`,
  `create table ledger (
    seq bigint primary key check (seq >= 1),
    at timestamptz(3) not null,
    tenant_id text not null,
    type text not null,
    actor text not null,
    data jsonb not null,
    previous_hash text not null unique check (previous_hash ~ ${DIGEST}),
    hash text not null unique check (hash ~ ${DIGEST})
  )`,
  `create index ledger_tenant on ledger (tenant_id, seq)`,
  `create function refuse_ledger_change() returns trigger language plpgsql as
    $$ begin raise exception 'the ledger is append-only'; end $$`,
  `create trigger ledger_append_only before update or delete or truncate on ledger
    for each statement execute function refuse_ledger_change()`,
  `create table probes (
    id uuid primary key,
    tenant_id text not null,
    model_id uuid not null,
    state text not null check (state in ('waiting', 'answered', 'failed')),
    sealed_prompts text not null,
    max_new_tokens integer not null check (max_new_tokens >= 1),
    sealed_answers text,
    error text,
    expires_at timestamptz(3) not null,
    foreign key (tenant_id, model_id) references models (tenant_id, id),
    check ((state = 'answered') = (sealed_answers is not null)),
    check ((state = 'failed') = (error is not null))
  )`,
  `create index probes_expiry on probes (tenant_id, expires_at)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...CORPORA, ...MODELS, ...REQUESTS, ...RUNS, ...EVIDENCE]) {
    await sql.raw(statement).execute(db);
  }
}
