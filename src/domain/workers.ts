// Which workers there are: each says so every few seconds, with what it can do.
import type { Capabilities } from './capabilities.ts';

/** A worker that has said nothing for so long is taken for gone. */
export const WORKER_SILENCE_SECONDS = 30;

export interface GpuMemory {
  /** The driver's name of the card, the same in every process. */
  uuid: string;
  used_bytes: number;
  total_bytes: number;
}

export interface WorkerNote extends Capabilities {
  worker: string;
  tasks: 'all' | 'runs' | 'webhooks';
  device: string;
  /** Empty where nobody can tell. */
  gpus: GpuMemory[];
  /** What it computes on, where nobody else may meanwhile; null: it may be shared, as cores are. */
  accelerator: string | null;
}

/** How many of them do each kind of work. */
export function workersByTask(workers: readonly WorkerNote[]): { runs: number; webhooks: number } {
  const doing = (task: 'runs' | 'webhooks') => workers.filter(({ tasks }) => tasks === 'all' || tasks === task).length;
  return { runs: doing('runs'), webhooks: doing('webhooks') };
}
