// What the use cases need from the outside. Adapters live in store/, queue/, checkpoints/, corpora/, evidence/.
import type { Architecture, Classifier } from '../domain/architecture.ts';
import type { LineBlock } from '../domain/batches.ts';
import type { ComputeJob, ComputeResult, FromCompute, SetsFile } from '../domain/compute.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { SetRow, TrainingRecord } from '../domain/record.ts';
import type { DestroyedRecords } from './influence-port.ts';
import type { SubjectKey } from './intake-port.ts';
import type { NewTreeHead } from './ledger-port.ts';
import type { NewCheckpoint } from './store-port.ts';

export type * from './api-key-port.ts';
export type * from './checkpoint-port.ts';
export type * from './corpus-port.ts';
export type * from './counter-port.ts';
export type * from './deletions-port.ts';
export type * from './ending-port.ts';
export type * from './erasure-port.ts';
export type * from './figures-port.ts';
export type * from './influence-port.ts';
export type * from './intake-port.ts';
export type * from './kept-probes-port.ts';
export type * from './ledger-port.ts';
export type * from './lifecycle-port.ts';
export type * from './probe-port.ts';
export type * from './queue-port.ts';
export type * from './recipient-port.ts';
export type * from './reference-port.ts';
export type * from './request-list-port.ts';
export type * from './restriction-port.ts';
export type * from './sets-port.ts';
export type * from './store-port.ts';
export type * from './subject-key-port.ts';
export type * from './suppression-port.ts';
export type * from './tenant-port.ts';
export type * from './upload-port.ts';
export type * from './verification-port.ts';
export type * from './watch-port.ts';
export type * from './webhook-port.ts';
export type * from './worker-port.ts';

/** Uploaded training text on disk, one file a corpus, mode 0600. */
export interface CorpusFiles {
  path(corpusId: string): string;
  /**
   * Appends a validated stream, of records or of what they are stored as, atomically: what it throws leaves the stored
   * file as it was.
   * Returns the digest of the whole file and the ordinal of the first new line.
   * `keep`: the number of stored lines that the index knows. A crash between commit() and the index leaves more;
   * those are dropped, so that the new lines follow the last indexed one. Fewer lines than that: an error.
   */
  append(
    corpusId: string,
    records: AsyncIterable<TrainingRecord | LineBlock>,
    keep?: number,
  ): Promise<{
    digest: string;
    first_ordinal: number;
    count: number;
    commit(): Promise<void>;
    rollback(): Promise<void>;
  }>;
  /** All that was not erased, in order. */
  read(corpusId: string): AsyncIterable<TrainingRecord>;
  /**
   * These lines alone, or all, in order of their ordinals; those whose record was erased are not in it. Throws `corpus-mismatch` for one
   * that is not there.
   */
  readLines(corpusId: string, ordinals?: ReadonlySet<number>): AsyncIterable<TrainingRecord & { ordinal: number }>;
  /** Overwrites these records where they stand, durably; returns how many were still there. Throws `corpus-mismatch`. */
  erase(corpusId: string, ordinals: ReadonlySet<number>): Promise<number>;
  /** Removes what uploads left that were cut off long ago. */
  sweep(): Promise<void>;
  /** Size of its text; null where that is not there. */
  bytes(corpusId: string): Promise<number | null>;
  /** Whether its text is there. */
  holds(corpusId: string): Promise<boolean>;
  /** Takes the text and its index away. Idempotent. */
  remove(corpusId: string): Promise<void>;
  /** What `append` would have called the digest when the corpus had so many lines, by their number. */
  digestsOfFirst(corpusId: string, counts: readonly number[]): Promise<Map<number, string>>;
}

/** Hands on the rows that are retained, some at a time, and returns the other sets. */
export type FillSets = (retain: (rows: SetRow[]) => Promise<void>) => Promise<Omit<SetsFile, 'retain'>>;

/** A piece of what is stored for a checkpoint: equal `content` is stored once, whoever holds it. */
export interface StoredContent {
  content: string;
  bytes: number;
}

/** What a checkpoint's configuration says of it: shapes and layers, but no weight. */
export interface StoredModel {
  architecture: Architecture | Classifier;
  config: unknown;
  recipe: Recipe | null;
}

/**
 * Checkpoints by content address: immutable, whole or absent, a file that several of them hold stored once. Work folders
 * are local, whatever the store is; no other path leaves it. Every method may throw `insufficient-storage` and
 * `storage-not-writable`; what is stored is as it was then.
 */
export interface CheckpointFiles {
  /** A local folder with the files of a checkpoint, to be read only: where it is stored, or a copy of it. */
  materialise(digest: string): Promise<string>;
  /** A new empty folder for a candidate, which a run owns; removed by `discard`, or swept when the run is over. */
  workFolder(runId: string): Promise<string>;
  discard(folder: string): Promise<void>;
  /** Makes a finished work folder a checkpoint: hashed, flushed, then visible at its address at once. Idempotent. */
  adopt(
    folder: string,
    about: { architecture: string; parent: string | null; run_id: string | null },
  ): Promise<NewCheckpoint>;
  /** Every check of a checkpoint folder from outside; throws an ExpungeError that names the file and the remedy. */
  inspect(
    folder: string,
  ): Promise<{ architecture: string; parameters: number; has_recipe: boolean; vocab_size: number }>;
  /** Where a folder that was inspected is another model than a checkpoint, weights aside; null: they are of one kind. */
  differenceFrom(folder: string, digest: string): Promise<{ file: string; why: string } | null>;
  /** Checks a path from a client against the allowed root (no links, no `..`) and copies it into a work folder. */
  importFrom(path: string): Promise<{ folder: string }>;
  /** The same for the files of an upload, through the same checks; the upload stays as it is. */
  importUpload(id: string): Promise<{ folder: string }>;
  /** Recomputes every file's digest and compares. */
  verify(digest: string): Promise<boolean>;
  /** Address of the checkpoint that the recipe of this one starts from; null where it starts from none, or is not there. */
  baseOf(digest: string): Promise<string | null>;
  /** The recipe of a checkpoint; null where it has none that can be followed, or is not there. Throws `checkpoint-invalid`. */
  recipe(digest: string): Promise<Recipe | null>;
  /** What the configuration of a checkpoint says; null where there is none at that address, or none that can be read. */
  model(digest: string): Promise<StoredModel | null>;
  /** Whether this one has the checkpoints of its slices beside its weights, which `sisa` goes on from. */
  hasSlices(digest: string): Promise<boolean>;
  /** Whether it has the log of what each step of its training changed, which `amnesiac` takes back. */
  hasUpdates(digest: string): Promise<boolean>;
  /** What is stored for a checkpoint now; null when there is none at that address. */
  contents(digest: string): Promise<StoredContent[] | null>;
  /** Takes a checkpoint away, and frees what no other one holds. Idempotent. */
  remove(digest: string): Promise<void>;
  /** Work folders that no live run owns (a killed worker left them). */
  sweepWorkFolders(isLive: (runId: string) => Promise<boolean>): Promise<number>;
  /** Checkpoints that a run made and `isOrphan` says nobody can need any more, and content that no checkpoint holds. */
  sweepCandidates(isOrphan: (runId: string, digest: string) => Promise<boolean>): Promise<number>;
}

/** Factors of EK-FAC on disk, by checkpoint. */
export interface FactorFiles {
  /** Where those of a checkpoint, measured for a model when so much was destroyed, on what `of` names, are or will be. */
  path(digest: string, then: DestroyedRecords, of: readonly unknown[]): string;
  /**
   * Removes those that may hold traces of what is gone; returns how many. `keepers`: the models that keep a checkpoint. Those of no model are
   * removed, and those that were measured when fewer records were destroyed than now.
   */
  sweep(keepers: (digest: string) => Promise<DestroyedRecords[]>): Promise<number>;
}

/** The doorbell. Losing a ring loses nothing: the sweep rings again. */
export interface Doorbell {
  ringModel(modelId: string): Promise<void>;
  ringProbe(probeId: string): Promise<void>;
  ringInfluence(analysisId: string): Promise<void>;
  ringVerification(verificationId: string): Promise<void>;
  /** Something is to be sent to a webhook endpoint, now or after `wait_ms`. */
  ringWebhook(endpointId: string, wait_ms?: number): Promise<void>;
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

/** Signs certificates and checkpoints of the ledger; keeps the private key. */
export interface Signer {
  /** Of the key that signed last, or will next. */
  readonly kid: string;
  sign(statement: unknown): Promise<string>;
  /** A checkpoint of the ledger, and the name that the ledger goes by. */
  signTree(head: NewTreeHead): Promise<{ origin: string; checkpoint: string }>;
  /** The public half of every key there was, the one in use first. */
  jwks(): Promise<{ keys: Record<string, unknown>[] }>;
}

/** Makes subject keys from identifiers (HMAC); seals probes. */
export interface SubjectKeys {
  /** Under the version of the tenant's key that is stored with. */
  keyFor(tenant: string, identifier: { type: string; value?: string; sha256?: string }): SubjectKey;
  /** Under every version that is there, newest first: what is stored may be under any of them. */
  keysFor(tenant: string, identifier: { type: string; value?: string; sha256?: string }): SubjectKey[];
  /**
   * The same text of a tenant for the same purpose gives the same, 43 letters that nobody can make who has not the installation's key; they
   * outlive every version of a subject key. For what must be recognised and may name somebody who is no data subject.
   */
  pseudonym(tenant: string, purpose: string, text: string): string;
  seal(text: string): string;
  open(sealed: string): string;
}
