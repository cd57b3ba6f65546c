// The tables as Kysely sees them. Columns carry the wire's names; migrations/ is what creates them.
import type { ColumnType, Generated } from 'kysely';
import type { Checkpoint, CheckpointManifest } from '../domain/checkpoint.ts';
import type { CorpusRole } from '../domain/record.ts';
import type { Attempt, PlanStep, RowSizes, RunProgress } from '../domain/resources.ts';
import type { RunCounts } from '../domain/run-counts.ts';
import type { RunState } from '../domain/states.ts';
import type { SubjectRules } from '../domain/subject-rules.ts';
import type { VerificationReport } from '../domain/verification.ts';
import type { Held } from '../runs/ports.ts';
import type { ErasureTables } from './schema-erasures.ts';
import type { EvidenceTables } from './schema-evidence.ts';
import type { ForgettingTables, RunForgettingColumns } from './schema-forgetting.ts';
import type { IdempotencyTables } from './schema-idempotency.ts';
import type { IdentifierTables } from './schema-identifiers.ts';
import type { KeyTables } from './schema-keys.ts';
import type { InfluenceAnalysesTable, VerificationsTable } from './schema-leased.ts';
import type { VerificationPoliciesTable } from './schema-policies.ts';
import type { QueueTables } from './schema-queue.ts';
import type { ReferenceLeftOutTable, RetrainedReferencesTable } from './schema-references.ts';
import type {
  DeletionRequestsTable,
  RequestEventsTable,
  RequestSubjectsTable,
  RequestTargetsTable,
} from './schema-requests.ts';
import type { RestrictionTables } from './schema-restrictions.ts';
import type { VaultTables } from './schema-vault.ts';
import type { WebhookTables } from './schema-webhooks.ts';
import type { WorkerTables } from './schema-workers.ts';

/** Read as parsed JSON, written as text: the driver would send a JavaScript array as a Postgres array. */
export type Json<T> = ColumnType<T, string, string>;

interface CorporaTable {
  id: string;
  tenant_id: string;
  name: string;
  records: number;
  people: number;
  digest: string | null;
  subject_rules: Json<SubjectRules> | null;
  /** From the first: the most that any model was made with, deleted ones among them. */
  used_records: Generated<number>;
  created_at: string;
  deleted_at: Generated<string | null>;
  deletion_reason: Generated<string | null>;
  deletion_salt: Generated<string | null>;
  /** Since when its file is gone. */
  text_removed_at: Generated<string | null>;
}

/** Ids of the records from `first_ordinal` on, as digests. */
interface RecordIdsTable {
  tenant_id: string;
  corpus_id: string;
  /** Line in the stored file, from 0. */
  first_ordinal: number;
  ids: string[];
}

export interface SubjectColumns {
  tenant_id: string;
  subject_key: string;
  type: string;
  key_version: number;
  normaliser_version: number;
}
/** A view: one row for each ordinal of `subject_records`. */
interface RecordSubjectsTable extends SubjectColumns {
  corpus_id: string;
  ordinal: number;
}
interface SubjectRecordsTable extends SubjectColumns {
  corpus_id: string;
  first_ordinal: number;
  ordinals: number[];
}
/** Two keys that stand on one record as the identifiers of one person. */
interface SubjectLinksTable {
  tenant_id: string;
  corpus_id: string;
  subject_key: string;
  other_key: string;
}

interface ModelsTable {
  id: string;
  tenant_id: string;
  name: string;
  architecture: string;
  parameters: number;
  /** The alias: digest of the checkpoint that is in use. */
  active: string;
  has_recipe: boolean;
  rows: Json<RowSizes> | null;
  warnings: Json<string[]>;
  created_at: string;
  updated_at: string;
  deleted_at: Generated<string | null>;
  deletion_reason: Generated<string | null>;
  deletion_salt: Generated<string | null>;
}

interface ModelCorporaTable {
  tenant_id: string;
  model_id: string;
  corpus_id: string;
  role: CorpusRole;
  position: number;
  /** Of the corpus, from the first: those that the model was made with. */
  records: number;
}

interface CheckpointsTable {
  tenant_id: string;
  model_id: string;
  digest: string;
  parent_digest: string | null;
  run_id: string | null;
  state: Checkpoint['state'];
  manifest: Json<CheckpointManifest>;
  bytes: number;
  created_at: string;
  delete_after: string | null;
  deleted_at: string | null;
}

interface RunsTable {
  id: string;
  tenant_id: string;
  model_id: string;
  state: RunState;
  reason: string | null;
  plan: Json<PlanStep[]>;
  parent: string;
  candidate: string | null;
  verdict: 'passed' | 'failed' | 'inconclusive' | null;
  counts: Json<RunCounts>;
  progress: Json<RunProgress>;
  verification: Json<VerificationReport> | null;
  restarts: number;
  fence: number;
  lease_owner: string | null;
  /** By the database's clock, so that workers' clocks do not matter. */
  lease_expires_at: string | null;
  published_seq: number | null;
  /** What is published once somebody promotes it. */
  held: Json<Held> | null;
  /** The run whose half it is, and the first that was split. */
  split_of: string | null;
  split_root: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  updated_at: string;
  version: number;
}

/** Which targets a run took; kept when a superseded run lets its targets go. */
interface RunTargetsTable {
  tenant_id: string;
  run_id: string;
  target_id: string;
  request_id: string;
}

interface RunAttemptsTable {
  tenant_id: string;
  run_id: string;
  position: number;
  attempt: Json<Attempt>;
  report: Json<VerificationReport> | null;
}

interface RunCurvesTable {
  tenant_id: string;
  run_id: string;
  position: Generated<number>;
  step: number;
  phase: string;
  forget_loss: number | null;
  retain_loss: number | null;
}

interface ErasedRecordsTable {
  tenant_id: string;
  model_id: string;
  corpus_id: string;
  ordinal: number;
  run_id: string;
}

interface CertificatesTable {
  id: string;
  tenant_id: string;
  request_id: string;
  target_id: string | null;
  run_id: string | null;
  kid: string;
  jws: string;
  revoked_at: string | null;
  created_at: string;
}

interface LedgerTable {
  seq: number;
  at: string;
  tenant_id: string;
  type: string;
  actor: string;
  data: Json<Record<string, unknown>>;
  previous_hash: string;
  hash: string;
}

interface ProbesTable {
  id: string;
  tenant_id: string;
  model_id: string;
  state: 'waiting' | 'answered' | 'failed';
  sealed_prompts: string;
  max_new_tokens: number;
  sealed_answers: string | null;
  error: string | null;
  expires_at: string;
}

interface UploadsTable {
  id: string;
  tenant_id: string;
  created_at: string;
  expires_at: string;
}

interface UploadFilesTable {
  tenant_id: string;
  upload_id: string;
  name: string;
  /** What it will have when it is complete; how much has arrived is on disk. */
  bytes: number;
}

export interface Database
  extends VaultTables,
    KeyTables,
    WebhookTables,
    WorkerTables,
    EvidenceTables,
    IdentifierTables,
    RestrictionTables,
    ErasureTables,
    ForgettingTables,
    IdempotencyTables,
    QueueTables {
  corpora: CorporaTable;
  record_ids: RecordIdsTable;
  record_subjects: RecordSubjectsTable;
  subject_records: SubjectRecordsTable;
  subject_links: SubjectLinksTable;
  models: ModelsTable;
  model_corpora: ModelCorporaTable;
  checkpoints: CheckpointsTable;
  deletion_requests: DeletionRequestsTable;
  request_subjects: RequestSubjectsTable;
  request_targets: RequestTargetsTable;
  request_events: RequestEventsTable;
  runs: RunsTable & RunForgettingColumns;
  run_targets: RunTargetsTable;
  run_attempts: RunAttemptsTable;
  run_curves: RunCurvesTable;
  erased_records: ErasedRecordsTable;
  certificates: CertificatesTable;
  ledger: LedgerTable;
  probes: ProbesTable;
  influence_analyses: InfluenceAnalysesTable;
  verification_policies: VerificationPoliciesTable;
  verifications: VerificationsTable;
  retrained_references: RetrainedReferencesTable;
  reference_left_out: ReferenceLeftOutTable;
  uploads: UploadsTable;
  upload_files: UploadFilesTable;
}
