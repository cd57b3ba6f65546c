// The store's list of workers.
import type { WorkerNote } from '../domain/workers.ts';

export interface WorkerStore {
  /** It is there, by the database's clock. */
  noteWorker(note: WorkerNote): Promise<void>;
  /** It ends. */
  forgetWorker(worker: string): Promise<void>;
  /** Those that have not been silent for too long. */
  workersSeen(): Promise<WorkerNote[]>;
}
