// Verifications on demand as the store keeps them.
import type { Checkpoint } from '../domain/checkpoint.ts';
import type { ListedVerification } from '../domain/checkpoint-verification.ts';
import type { PolicyVersion } from '../domain/policies.ts';
import type { SetRow } from '../domain/record.ts';
import type { VerificationReport } from '../domain/verification.ts';
import type { RecordPlace } from './influence-port.ts';
import type { RunSets } from './sets-port.ts';
import type { Page, PageQuery } from './store-port.ts';

/** What is asked about: the keys of one person, or none, and the train records. */
export interface VerificationQuestion {
  subject_keys: string[];
  places: RecordPlace[];
}

export type StoredVerification = Omit<ListedVerification, 'links' | 'policy'> & {
  tenant: string;
  /** As it was when the verification was asked for. */
  policy: PolicyVersion;
};
export type NewVerification = Pick<
  StoredVerification,
  | 'id'
  | 'tenant'
  | 'model_id'
  | 'checkpoint_id'
  | 'against_checkpoint_id'
  | 'reference_checkpoint_id'
  | 'asks'
  | 'query_digest'
  | 'policy'
> & { question: VerificationQuestion };

/** A verification that one worker has; every later write carries `fence`, and a stale one is refused. */
export interface VerificationClaim {
  verification: StoredVerification;
  question: VerificationQuestion;
  fence: number;
}

export type CreateVerificationOutcome =
  | { status: 'created' }
  /** As many as there may be have not ended. */
  | { status: 'too_many' }
  /** Its files went since they were looked for. */
  | { status: 'checkpoint_gone'; digest: string };

/** A model that has not been looked at again for as long as its policy says. */
export interface DueReverification {
  tenant: string;
  model_id: string;
  /** In use. */
  checkpoint_id: string;
  /** That are kept. */
  records: number;
}

export interface VerificationStore {
  /** The same bytes may be a checkpoint of several models: one entry for each. */
  checkpointsAt(tenant: string, digest: string): Promise<Checkpoint[]>;
  /** Train records of the model by id; an id may stand in several of its corpora. */
  recordsWithIds(tenant: string, modelId: string, ids: string[]): Promise<(RecordPlace & { record_id: string })[]>;
  /** Records of a corpus by id; none of a corpus that is not there. */
  recordsOfCorpus(tenant: string, corpusId: string, ids: string[]): Promise<(RecordPlace & { record_id: string })[]>;
  /** Corpora that these models, or all, were trained on, and how many of their records at most. */
  trainCorpora(tenant: string, models: string[] | null): Promise<{ corpus_id: string; records: number }[]>;
  /** When the last of these records was erased from the model; null where none was. */
  erasedAt(tenant: string, modelId: string, places: RecordPlace[]): Promise<string | null>;
  /** Whether all these records had been erased by the line that a run's checkpoint belongs to when that one was made. */
  erasedBefore(tenant: string, modelId: string, digest: string, places: RecordPlace[]): Promise<boolean>;
  /** With an entry of the ledger. `open`: how many of a tenant may wait or run. */
  createVerification(verification: NewVerification, open: number, actor: string): Promise<CreateVerificationOutcome>;
  getCheckpointVerification(
    tenant: string,
    id: string,
  ): Promise<{ verification: StoredVerification; report: VerificationReport | null } | null>;
  /** Of a checkpoint, in all models that have it; newest first. */
  listVerifications(tenant: string, digest: string, query: PageQuery): Promise<Page<StoredVerification>>;
  /** As `claimInfluence`. */
  claimVerification(
    id: string,
    worker: string,
    options: { lease_ms: number; max_restarts: number },
  ): Promise<VerificationClaim | null>;
  renewVerification(id: string, fence: number, lease_ms: number): Promise<boolean>;
  releaseVerification(id: string, fence: number): Promise<boolean>;
  /** Writes the end with an entry of the ledger, and takes the question away. False when the fence is stale. */
  finishVerification(
    id: string,
    fence: number,
    end: { report: VerificationReport; report_digest: string; came_back?: string[] } | { reason: string },
    actor: string,
  ): Promise<boolean>;
  /**
   * Models of which something is kept of somebody forgotten, whose checkpoint in use was looked at longer ago than their policy says, and
   * that nobody works on or waits for. `every_days`: what applies where neither model nor tenant has a policy.
   */
  dueReverifications(every_days: number | null): Promise<DueReverification[]>;
  /** With an entry of the ledger; false where one is open already, or another checkpoint is in use by now. */
  queueReverification(
    one: DueReverification & Pick<NewVerification, 'id' | 'policy' | 'query_digest'>,
    actor: string,
  ): Promise<boolean>;
  /** Those that wait, or whose worker was lost; of those by schedule, only of models without a run under way. */
  verificationsToRing(): Promise<string[]>;
  /** As `runSets`, of what is asked about; what was erased before is asked about all the same. */
  verificationSets(
    tenant: string,
    modelId: string,
    question: VerificationQuestion,
    retain: (rows: SetRow[]) => Promise<void>,
  ): Promise<RunSets>;
}
