// What the use cases need from the store. Its adapter lives in store/.

import type { CheckpointManifest } from '../domain/checkpoint.ts';
import type { CorpusRole, SetRow } from '../domain/record.ts';
import type {
  Attempt,
  Certificate,
  CurvePoint,
  DeletionRequest,
  Model,
  PlanStep,
  RowSizes,
  Run,
  RunProgress,
} from '../domain/resources.ts';
import type { RunCounts } from '../domain/run-counts.ts';
import type { RunState, TargetState } from '../domain/states.ts';
import type { Suspicion } from '../domain/suspicion.ts';
import type { Verdict, VerificationReport } from '../domain/verification.ts';
import type { WindowPolicy } from '../domain/window.ts';
import type { ApiKeyStore } from './api-key-port.ts';
import type { CheckpointStore } from './checkpoint-port.ts';
import type { CorpusStore } from './corpus-port.ts';
import type { DeletionsStore } from './deletions-port.ts';
import type { EndingStore } from './ending-port.ts';
import type { ErasureStore } from './erasure-port.ts';
import type { FiguresStore } from './figures-port.ts';
import type { ForgettingStore } from './forgetting-port.ts';
import type { IdempotencyStore } from './idempotency-port.ts';
import type { InfluenceStore } from './influence-port.ts';
import type { ForgottenBy, IntakeStore, Whose } from './intake-port.ts';
import type { KeptProbesStore, NewKeptProbes } from './kept-probes-port.ts';
import type { LedgerStore } from './ledger-port.ts';
import type { LifecycleStore } from './lifecycle-port.ts';
import type { PastAttempt } from './plan/facts.ts';
import type { PolicyStore } from './policy-port.ts';
import type { ProbeStore } from './probe-port.ts';
import type { QueueStore } from './queue-port.ts';
import type { RecipientStore } from './recipient-port.ts';
import type { ReferenceStore } from './reference-port.ts';
import type { RequestFilters } from './request-list-port.ts';
import type { RestrictionStore } from './restriction-port.ts';
import type { RunSets } from './sets-port.ts';
import type { SubjectKeyStore, SubjectLookupStore } from './subject-key-port.ts';
import type { SuppressionStore } from './suppression-port.ts';
import type { TenantStore } from './tenant-port.ts';
import type { TraceStore } from './tracing-port.ts';
import type { UploadStore } from './upload-port.ts';
import type { VerificationStore } from './verification-port.ts';
import type { WatchStore } from './watch-port.ts';
import type { OpenDsrStore, WebhookStore } from './webhook-port.ts';
import type { WorkerStore } from './worker-port.ts';

export interface Page<T> {
  items: T[];
  /** Position after the last item; null at the end. Signed and made opaque by http/. */
  next: { created_at: string; id: string } | null;
}
export interface PageQuery {
  limit: number;
  after?: { created_at: string; id: string };
}

export interface NewCheckpoint {
  digest: string;
  parent_digest: string | null;
  run_id: string | null;
  manifest: CheckpointManifest;
  bytes: number;
}

/** A run claimed by one worker. Every later write carries `fence`; a stale fence is refused. */
export interface Claim {
  run: Run;
  fence: number;
  tenant: string;
  model: Model;
  /** Of its requests, when the first is due; null where nobody plans. */
  due_at: string | null;
  /** Checkpoints that its plan was approved on; null: it was not approved, and is made by the run. */
  approved_on: string[] | null;
}
export interface ClaimOptions {
  lease_ms: number;
  max_restarts: number;
  /** How long requests wait for others to come; left out: not at all. */
  window?: WindowPolicy;
  /** Runs of a tenant at a time; left out, or 0: any number. */
  tenant_runs?: number;
  /** What the worker computes on, where nobody else may meanwhile; left out, or null: it may be shared. */
  accelerator?: string | null;
}
export type ClaimOutcome =
  | { status: 'claimed'; claim: Claim }
  /** Another worker's lease is still valid, or there are as many runs of the tenant or on the accelerator as there may be. */
  | { status: 'busy' }
  | { status: 'nothing' }
  /** Requests wait for others to come, until then at the latest. */
  | { status: 'waits'; until: string }
  /** The run was restarted too often; it has been ended `failed`, or `split` where it was of several requests. */
  | { status: 'gave_up'; run_id: string };

export interface Publication {
  run_id: string;
  fence: number;
  checkpoint: NewCheckpoint;
  report: VerificationReport;
  /** Rollback window of the parent, milliseconds. */
  parent_retention_ms: number;
  /** What is kept of its people, on disk already. */
  kept?: NewKeptProbes[];
  actor: string;
}
export type PublishOutcome =
  | { status: 'published'; ledger_seq: number; published_at: string }
  /** Somebody moved the alias first: the run is `superseded`, its targets wait again. */
  | { status: 'superseded' }
  /** The fencing token is stale: another worker owns the run. */
  | { status: 'fenced' };

/** Every method takes the tenant first, or a claim that carries it. Times are RFC 3339 strings in UTC. */
export interface Store
  extends ApiKeyStore,
    CorpusStore,
    CheckpointStore,
    DeletionsStore,
    EndingStore,
    UploadStore,
    InfluenceStore,
    VerificationStore,
    WatchStore,
    WorkerStore,
    ErasureStore,
    FiguresStore,
    ForgettingStore,
    PolicyStore,
    QueueStore,
    IdempotencyStore,
    LifecycleStore,
    IntakeStore,
    KeptProbesStore,
    LedgerStore,
    ProbeStore,
    RecipientStore,
    ReferenceStore,
    RestrictionStore,
    SubjectKeyStore,
    SubjectLookupStore,
    SuppressionStore,
    TenantStore,
    TraceStore,
    WebhookStore,
    OpenDsrStore {
  migrate(): Promise<void>;
  /** Throws when Postgres does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;

  createModel(
    tenant: string,
    model: {
      /** Left out: a new one. */
      id?: string;
      name: string;
      architecture: string;
      parameters: number;
      /** `records`: how many of the corpus, from the first, count; left out: all that it holds now. */
      corpora: { corpus_id: string; role: CorpusRole; records?: number }[];
      has_recipe: boolean;
      /** Absent: not measured. */
      rows?: RowSizes | null;
      warnings: string[];
      checkpoint: NewCheckpoint;
    },
    actor: string,
    /** Whether the files are there; asked when nobody can take them away any more. */
    present?: () => Promise<boolean>,
  ): Promise<
    | { status: 'created'; model: Model }
    /** The files were taken away since they were adopted, with another model that had them. */
    | { status: 'checkpoint_gone' }
    | { status: 'name_taken'; id: string }
    | { status: 'unknown_corpus'; corpus_id: string }
  >;
  /** `deleted`: one that was deleted as well. */
  getModel(tenant: string, id: string, deleted?: boolean): Promise<Model | null>;
  listModels(tenant: string, query: PageQuery): Promise<Page<Model>>;

  getRequest(tenant: string, id: string): Promise<DeletionRequest | null>;
  /** Of a request only what its mark is made of. All who ask at a time ask the database once. */
  requestSeen(tenant: string, id: string): Promise<Pick<DeletionRequest, 'state' | 'version'> | null>;
  listRequests(tenant: string, query: PageQuery & RequestFilters): Promise<Page<DeletionRequest>>;
  /** HMAC-free digest of a request's subjects for the certificate: sha256 over its sorted subject keys. */
  subjectDigest(tenant: string, requestId: string): Promise<string | null>;
  /** How many of these records a checkpoint was trained on, by the corpora of the models that it belongs to; 0 for a stranger. */
  recordsSeen(tenant: string, whose: Whose | ForgottenBy, checkpoint: string): Promise<number>;
  /** As that, but of one that came into a line from outside the line tells nothing: anybody may have trained it, on anything. */
  knownToHaveSeen(tenant: string, whose: Whose, checkpoint: string): Promise<boolean>;

  getRun(tenant: string, id: string): Promise<Run | null>;
  listRuns(tenant: string, query: PageQuery & { model_id?: string }): Promise<Page<Run>>;
  getCurve(tenant: string, runId: string): Promise<CurvePoint[]>;
  getVerification(tenant: string, runId: string): Promise<VerificationReport | null>;
  /** What the latest runs of a model that have ended tried, newest first. */
  pastAttempts(tenant: string, modelId: string): Promise<PastAttempt[]>;
  /**
   * The earliest report that measured the model's checkpoint as it was registered; null where there is none, and for a
   * run that starts from that checkpoint itself.
   */
  registeredReport(
    claim: Pick<Claim, 'tenant' | 'model'> & { run: Pick<Run, 'parent'> },
  ): Promise<VerificationReport | null>;

  /** Candidates of `retrain` that failed verification in earlier runs that ended in review, of any request of this run on its model. */
  exactTries(claim: Pick<Claim, 'tenant' | 'run'>): Promise<number>;

  /** One leader among the workers, by advisory lock; returns false when another one has it. */
  withSweepLock(work: () => Promise<void>): Promise<boolean>;

  /**
   * Takes all waiting requests of the model (that name the same method, or are the same half of a run that was split) into one run,
   * once their window is over, or takes over a run whose lease ran out (restarts + 1, fence + 1, state back to `planned`).
   */
  claim(modelId: string, worker: string, options: ClaimOptions): Promise<ClaimOutcome>;
  /**
   * Ends a run that failed for all its requests together, `split`: two parts of them wait for a run of their own. `suspects`: requests whose
   * people stand out, worst first. False where it is not to be split any more (`src/domain/splitting.ts`), and nothing has changed;
   * null when the fence is stale.
   */
  splitRun(
    claim: Claim,
    change: { reason: string; verdict: Verdict | null; suspects: readonly string[] },
    actor: string,
  ): Promise<boolean | null>;
  /** False when the fence is stale. */
  renewLease(runId: string, fence: number, lease_ms: number): Promise<boolean>;
  /** The run broke off: its lease ends at once, so the next claim takes it over; why is kept for when it is given up. */
  breakOff(runId: string, fence: number, reason: string): Promise<boolean>;
  /** Gives the run back untouched (shutdown, lost lock): state `planned`, targets `queued`, lease gone; not a restart. */
  releaseRun(runId: string, fence: number, reason: string): Promise<boolean>;
  /** `retain` takes the rows of the retain set, in order, some at a time. */
  runSets(claim: Claim, retain: (rows: SetRow[]) => Promise<void>): Promise<RunSets>;
  /** Moves the run and its targets together, with a ledger entry; false when the fence is stale. */
  moveRun(
    claim: Claim,
    to: RunState,
    change: {
      targets?: TargetState;
      reason?: string | null;
      plan?: PlanStep[];
      counts?: RunCounts;
      candidate?: string | null;
      verdict?: string | null;
    },
    actor: string,
  ): Promise<boolean>;
  /**
   * The approved plan is not what would be made now, on another checkpoint: the run ends `cancelled`, its targets await approval again,
   * with a ledger entry. False when the fence is stale.
   */
  lapseApproval(claim: Claim, reason: string, actor: string): Promise<boolean>;
  /**
   * What these requests are about is unusual: the run ends `cancelled`, they await approval with their `suspicion`, and the others wait for
   * another run; a ledger entry for each (`request.unusual`). False when the fence is stale.
   */
  holdUnusual(
    claim: Claim,
    unusual: readonly { request_id: string; suspicion: Suspicion }[],
    reason: string,
    actor: string,
  ): Promise<boolean>;
  saveProgress(runId: string, fence: number, progress: RunProgress, points: CurvePoint[]): Promise<boolean>;
  saveAttempt(runId: string, fence: number, attempt: Attempt, report: VerificationReport | null): Promise<boolean>;
  /** Compare-and-swap of the alias, lineage, erased records, targets and ledger in one transaction. */
  publish(claim: Claim, publication: Publication): Promise<PublishOutcome>;

  saveCertificate(tenant: string, certificate: Omit<Certificate, 'revoked_at'>): Promise<void>;
  getCertificate(tenant: string, id: string): Promise<Certificate | null>;
  listCertificates(tenant: string, query: PageQuery & { request_id?: string }): Promise<Page<Certificate>>;
  /** Whether any tenant has one: a process that lacks the key must not start, and make another. */
  hasCertificates(): Promise<boolean>;
  /** Final targets that have no certificate yet: published ones, and requests that found no data. */
  uncertified(
    /** Of a run alone; of requests after one, in the order of their ids; so many at most. Left out: all. */
    query?: { run_id?: string; after?: string; limit?: number },
  ): Promise<{ tenant: string; request_id: string; target_id: string | null; run_id: string | null }[]>;

  /** True until the run or verification has ended, whoever holds it; false for an id that is neither. */
  runIsOpen(runId: string): Promise<boolean>;

  /** A model or a kept reference has these files, whatever run made them. */
  isNamed(digest: string): Promise<boolean>;

  /** Of what a run made that has ended: no model and no reference names it. False for an unknown run, which may be younger than a backup. */
  isOrphan(runId: string, digest: string): Promise<boolean>;
}
