// What the use cases need from the outside. Adapters live in store/, queue/, checkpoints/, corpora/, evidence/.
import type { ComputeJob, ComputeResult, FromCompute } from '../domain/compute.ts';
import type { TrainingRecord } from '../domain/record.ts';
import type { NewCheckpoint, SubjectKey } from './store-port.ts';

export type * from './store-port.ts';

/** Uploaded training text on disk, one file a corpus, mode 0600. */
export interface CorpusFiles {
  path(corpusId: string): string;
  /**
   * Appends a validated stream atomically: what `lines` throws leaves the stored file as it was.
   * Returns the digest of the whole file and the ordinal of the first new line.
   * `keep`: the number of stored lines that the index knows. A crash between commit() and the index leaves more;
   * those are dropped, so that the new lines follow the last indexed one. Fewer lines than that: an error.
   */
  append(
    corpusId: string,
    records: AsyncIterable<TrainingRecord>,
    keep?: number,
  ): Promise<{
    digest: string;
    first_ordinal: number;
    count: number;
    commit(): Promise<void>;
    rollback(): Promise<void>;
  }>;
  read(corpusId: string): AsyncIterable<TrainingRecord>;
}

/** Content-addressed checkpoint folders. */
export interface CheckpointFiles {
  path(digest: string): string;
  /** A new empty folder on the same file system, for a candidate; removed by `discard`. */
  workFolder(runId: string): Promise<string>;
  discard(folder: string): Promise<void>;
  /** Hashes, fsyncs and renames a finished folder to its address. Idempotent. */
  adopt(
    folder: string,
    about: { architecture: string; parent: string | null; run_id: string | null },
  ): Promise<NewCheckpoint>;
  /** Every check of a checkpoint folder from outside; throws an ExpungeError that names the file and the remedy. */
  inspect(
    folder: string,
  ): Promise<{ architecture: string; parameters: number; has_recipe: boolean; vocab_size: number }>;
  /** Checks a path from a client against the allowed root (no links, no `..`) and copies it into a work folder. */
  importFrom(path: string): Promise<{ folder: string }>;
  /** Recomputes every file's digest and compares. */
  verify(digest: string): Promise<boolean>;
  remove(digest: string): Promise<void>;
  /** Work folders that no live run owns (a killed worker left them). */
  sweepWorkFolders(isLive: (runId: string) => Promise<boolean>): Promise<number>;
  /** Checkpoints that a run made and `isOrphan` says nobody can need any more (a killed worker left them). */
  sweepCandidates(isOrphan: (runId: string, digest: string) => Promise<boolean>): Promise<number>;
}

/** The doorbell. Losing a ring loses nothing: the sweep rings again. */
export interface Doorbell {
  ringModel(modelId: string): Promise<void>;
  ringProbe(probeId: string): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a compute process and supervises it. */
export interface Compute {
  /**
   * Resolves with the result; rejects with an ExpungeError (`compute-crashed`, `compute-timeout`,
   * `compute-failed`, `cancelled`). `signal` ends the process.
   */
  run(
    job: ComputeJob,
    on: { progress(message: Extract<FromCompute, { type: 'progress' }>): void; signal: AbortSignal },
  ): Promise<ComputeResult>;
}

/** Signs certificates; keeps the private key. */
export interface Signer {
  kid: string;
  sign(statement: unknown): Promise<string>;
  jwks(): Promise<{ keys: Record<string, unknown>[] }>;
}

/** Makes subject keys from identifiers (HMAC); seals probes. */
export interface SubjectKeys {
  keyFor(tenant: string, identifier: { type: string; value?: string; sha256?: string }): SubjectKey;
  seal(text: string): string;
  open(sealed: string): string;
}
