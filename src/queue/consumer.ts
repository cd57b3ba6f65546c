// The worker side of the queue: BullMQ calls, we look the work up in the store.
import { type AnyWorker, openWorker, type QueueConfig } from './connection.ts';
import { parseJob, QUEUES, type QueueKey } from './jobs.ts';

export interface RingHandlers {
  /** Aborted when the consumer closes. The lock of its job may go with the queue: whose the work is says its lease in the store. */
  model(modelId: string, signal: AbortSignal): Promise<void>;
  /** Aborted when the job's lock is lost or the consumer closes; another worker may be at it by then. */
  probe(probeId: string, signal: AbortSignal): Promise<void>;
  influence(analysisId: string, signal: AbortSignal): Promise<void>;
  verification(verificationId: string, signal: AbortSignal): Promise<void>;
  webhook(endpointId: string, signal: AbortSignal): Promise<void>;
}
export interface ConsumeOptions {
  config: QueueConfig;
  handlers: Partial<RingHandlers>;
  onError(error: Error, queue: string): void;
  /** Keeps tests apart; see connection.ts. */
  namespace?: string;
  /** Tests shorten the lock to see its loss sooner. */
  timing?: Partial<Timing>;
}
export interface Timing {
  lockMs: number;
  renewMs: number;
  stalledMs: number;
}
export interface Consumer {
  ready(): Promise<void>;
  /** Takes no more jobs, aborts the running handlers and waits for them. */
  close(): Promise<void>;
}

/** A killed worker's job starts again after the lock plus two checks at most: 15 + 2 x 5 = 25 s. */
const TIMING: Timing = { lockMs: 15_000, renewMs: 5_000, stalledMs: 5_000 };

/** BullMQ gives a job up for good after maxStalledCount kills; our own limit is kept in the store. */
const NEVER = 1_000_000_000;

/** Renewals per job; a lock that was not renewed within its duration is lost, whatever the queue says. */
function watchLocks(worker: AnyWorker, timing: Timing) {
  const renewed = new Map<string, number>();
  worker.on('locksRenewed', ({ jobIds }) => {
    for (const id of jobIds) if (renewed.has(id)) renewed.set(id, Date.now());
  });
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) worker.cancelJob(id, 'the lock of the job is lost');
  });
  const timer = setInterval(() => {
    for (const [id, at] of renewed) {
      if (Date.now() - at > timing.lockMs) worker.cancelJob(id, 'the lock of the job could not be renewed in time');
    }
  }, timing.renewMs / 2);
  return {
    async during<T>(jobId: string, work: () => Promise<T>): Promise<T> {
      renewed.set(jobId, Date.now());
      try {
        return await work();
      } finally {
        renewed.delete(jobId);
      }
    },
    stop: () => clearInterval(timer),
  };
}

const NO_LOCKS = { during: <T>(_jobId: string, work: () => Promise<T>): Promise<T> => work(), stop: () => undefined };

/** Those whose owner a lease in the store tells: hours of work do not end because a queue was wiped or could not be reached. */
const LEASED: readonly QueueKey[] = ['models', 'influence', 'verifications'];

function consume<K extends QueueKey>(
  key: K,
  handle: (data: unknown, signal: AbortSignal) => Promise<void>,
  options: ConsumeOptions,
  concurrency = 1,
) {
  const timing = { ...TIMING, ...options.timing };
  const { name } = QUEUES[key];
  // BullMQ hands a signal over only to a processor that declares three parameters
  const processor = async (job: { id?: string; data: unknown }, _token?: string, signal?: AbortSignal) => {
    await locks.during(job.id ?? '', () => handle(job.data, signal ?? new AbortController().signal));
  };
  const worker = openWorker(
    options.config,
    name,
    processor,
    {
      concurrency,
      lockDuration: timing.lockMs,
      lockRenewTime: timing.renewMs,
      stalledInterval: timing.stalledMs,
      maxStalledCount: NEVER,
      runRetryDelay: 1000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    },
    options.namespace,
  );
  const locks = LEASED.includes(key) ? NO_LOCKS : watchLocks(worker, timing);
  worker.on('error', (error) => options.onError(error, name));
  return {
    ready: () => worker.waitUntilReady(),
    async close() {
      const closing = worker.close();
      worker.cancelAllJobs('the worker is shutting down');
      await closing;
      locks.stop();
    },
  };
}

/** Webhook endpoints that are sent to at a time: waiting for a slow one costs nothing but time. */
const ENDPOINTS_AT_ONCE = 16;

/**
 * Starts to answer rings that there is a handler for: one run, one probe, one analysis and one verification on demand at a time, and
 * several webhook endpoints.
 */
export function consumeRings(options: ConsumeOptions): Consumer {
  const { model, probe, influence, verification, webhook } = options.handlers;
  const workers = [
    model && consume('models', (data, signal) => model(parseJob('models', data).modelId, signal), options),
    probe && consume('probes', (data, signal) => probe(parseJob('probes', data).probeId, signal), options),
    influence &&
      consume('influence', (data, signal) => influence(parseJob('influence', data).analysisId, signal), options),
    verification &&
      consume(
        'verifications',
        (data, signal) => verification(parseJob('verifications', data).verificationId, signal),
        options,
      ),
    webhook &&
      consume(
        'webhooks',
        (data, signal) => webhook(parseJob('webhooks', data).endpointId, signal),
        options,
        ENDPOINTS_AT_ONCE,
      ),
  ].filter((worker) => worker !== undefined);
  return {
    async ready() {
      await Promise.all(workers.map((worker) => worker.ready()));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}
