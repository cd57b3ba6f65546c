// Analyses of influence as the store keeps them.
import type { InfluenceAnalysis } from '../domain/influence.ts';
import type { SubjectKey } from './intake-port.ts';

/** A line of a corpus. */
export interface RecordPlace {
  corpus_id: string;
  ordinal: number;
}

/** A model, and how many of the records that it was trained on are or are being destroyed. */
export interface DestroyedRecords {
  model_id: string;
  destroyed: number;
}

/** What the store knows of an analysis: question and findings are sealed. */
export type StoredInfluence = Omit<InfluenceAnalysis, 'findings'> & {
  tenant: string;
  /** Null once the analysis has ended. */
  sealed_query: string | null;
  sealed_findings: string | null;
};

export type NewInfluence = Pick<StoredInfluence, 'id' | 'tenant' | 'model_id' | 'asks' | 'options' | 'expires_at'> & {
  sealed_query: string;
};

/** An analysis that one worker has; every later write carries `fence`, and a stale one is refused. */
export interface InfluenceClaim {
  analysis: StoredInfluence & { sealed_query: string };
  fence: number;
}

export interface InfluenceStore {
  /** False: `open` of the tenant have not ended, and nothing is stored. */
  createInfluence(analysis: NewInfluence, open: number): Promise<boolean>;
  getInfluence(tenant: string, modelId: string, id: string): Promise<StoredInfluence | null>;
  /**
   * Takes one that waits, or whose worker was lost (a restart). Null: there is nothing to do. One that was restarted too often
   * ends `failed`.
   */
  claimInfluence(
    id: string,
    worker: string,
    options: { lease_ms: number; max_restarts: number },
  ): Promise<InfluenceClaim | null>;
  renewInfluence(id: string, fence: number, lease_ms: number): Promise<boolean>;
  /** Writes the end, and takes the question away. False when the fence is stale. */
  finishInfluence(
    id: string,
    fence: number,
    end: { checkpoint: string | null } & ({ sealed_findings: string } | { reason: string }),
  ): Promise<boolean>;
  /** Gives it back untouched; not a restart. */
  releaseInfluence(id: string, fence: number): Promise<boolean>;
  /** Those that wait, or whose worker was lost. */
  influenceToRing(): Promise<string[]>;
  deleteExpiredInfluence(): Promise<number>;
  /** The models that keep a checkpoint: whose files of it are or may be there. */
  keepersOf(digest: string): Promise<DestroyedRecords[]>;
  /** Train records of the model that name one of these people, erased ones among them. */
  recordsNaming(tenant: string, modelId: string, subjects: SubjectKey[]): Promise<RecordPlace[]>;
  /** Those of these records that a run of the model has erased. */
  erasedAmong(tenant: string, modelId: string, records: RecordPlace[]): Promise<RecordPlace[]>;
}
