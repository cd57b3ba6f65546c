// What the use cases of a worker are given. worker-deps.ts puts it together.
import type { DeletionBatch } from '../domain/backup.ts';
import type { UnusualLimits, WeightTypes } from '../domain/compute.ts';
import type { SetRow } from '../domain/record.ts';
import type { VerificationPolicy } from '../domain/verification.ts';
import type { WindowPolicy } from '../domain/window.ts';
import type { CertificateFacts } from './certify.ts';
import type {
  CheckpointFiles,
  Compute,
  CorpusFiles,
  DeletionsFile,
  Doorbell,
  FactorFiles,
  FillSets,
  ProbeVault,
  RecordPrinter,
  Signer,
  Store,
  SubjectKeys,
  UploadFiles,
  Webhooks,
} from './ports.ts';
import type { Tracing } from './tracing-port.ts';

/** Ids and counts only, never content. */
export interface Log {
  info(about: object, text: string): void;
  warn(about: object, text: string): void;
  error(about: object, text: string): void;
}

export interface RunDeps {
  store: Store;
  doorbell: Doorbell;
  compute: Compute;
  checkpoints: CheckpointFiles;
  uploads: UploadFiles;
  corpora: CorpusFiles;
  factors: FactorFiles;
  /** What is kept of the forgotten. */
  probes: ProbeVault;
  deletions: DeletionsFile;
  signDeletions(batch: DeletionBatch): Promise<string>;
  printer: RecordPrinter;
  signer: Signer;
  subjectKeys: SubjectKeys;
  webhooks: Webhooks;
  /** Halves the holdout by person: one half for the stop rule, the other for verification alone. */
  splitHoldout(rows: SetRow[], seed: number): { calibration: SetRow[]; holdout: SetRow[] };
  /** Writes the sets into a folder of the run; `fill` hands on what is retained, then returns the rest. Returns the path. */
  writeSets(folder: string, fill: FillSets): Promise<string>;
  buildStatement(facts: CertificateFacts): unknown;
  policy: VerificationPolicy;
  /** Name of this worker in leases and in the ledger. */
  worker: string;
  softwareVersion: string;
  settings: RunSettings;
  clock(): Date;
  log: Log;
  /** Left out: nobody follows what is going on. */
  tracing?: Tracing;
}

export interface RunSettings {
  leaseMs: number;
  maxRestarts: number;
  /** Of one run, all its methods and verifications together. */
  timeLimitSeconds: number;
  /** Rollback window of a replaced checkpoint. */
  parentRetentionMs: number;
  /** Whether what passed is published at once, as by default, or waits for somebody to promote it. */
  promotion?: 'automatic' | 'manual';
  /** How long people may be looked at again whose request does not say; 0: nothing is kept. */
  reverifyForMs: number;
  /** How long after a request ended the text of its records is destroyed at the earliest; null: never. */
  eraseAfterMs: number | null;
  /** How long fingerprints of erased records are kept; 0: none are. */
  fingerprintMs: number;
  /** How long a retrained model is kept that no verification asks for. */
  referenceRetentionMs: number;
  /** What all of them may take on disk; those that were used last stay. */
  referenceBytes: number;
  /** How long entries of the ledger wait for a signed checkpoint at most, while there is a worker. */
  ledgerCheckpointMs: number;
  threads: number;
  backend: string;
  weightTypes: WeightTypes;
  /** How long requests wait for others to come; left out: not at all. */
  window?: WindowPolicy;
  /** Runs of a tenant at a time; left out, or 0: any number. */
  tenantRuns?: number;
  /** From which on a run holds requests for approval; left out: nothing is looked at. */
  unusual?: UnusualLimits;
  /** Weights of the largest model that this worker takes; null or left out: any. */
  maxParameters?: number | null;
  /** What it computes on, where nobody else may meanwhile. */
  accelerator?: string | null;
  /** Of a compute process; null: no limit. */
  memoryBudgetBytes: number | null;
}
