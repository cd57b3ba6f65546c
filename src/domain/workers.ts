// Which workers there are: each says so every few seconds, with what it can do.

/** A worker that has said nothing for so long is taken for gone. */
export const WORKER_SILENCE_SECONDS = 30;

export interface GpuMemory {
  /** The driver's name of the card, the same in every process. */
  uuid: string;
  used_bytes: number;
  total_bytes: number;
}

export interface WorkerNote {
  worker: string;
  tasks: 'all' | 'runs' | 'webhooks';
  /** What its compute processes run on. */
  backend: string;
  device: string;
  /** Empty where nobody can tell. */
  gpus: GpuMemory[];
}

/** How many of them do each kind of work. */
export function workersByTask(workers: readonly WorkerNote[]): { runs: number; webhooks: number } {
  const doing = (task: 'runs' | 'webhooks') => workers.filter(({ tasks }) => tasks === 'all' || tasks === task).length;
  return { runs: doing('runs'), webhooks: doing('webhooks') };
}
