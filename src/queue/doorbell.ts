// The producer side of the queue. A lost ring is no loss: the sweep rings again for whatever still waits.
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpungeError } from '../errors.ts';
import type { Log } from '../runs/deps.ts';
import type { Doorbell } from '../runs/ports.ts';
import { type AnyQueue, openQueue, type QueueConfig } from './connection.ts';
import { debounced } from './debounce.ts';
import { QUEUES, type QueueKey } from './jobs.ts';

export interface DoorbellConfig extends QueueConfig {
  runs?: { coalesceMs: number };
}
export interface DoorbellOptions {
  /** Keeps tests apart; see connection.ts. */
  namespace?: string;
  onError?: (error: Error) => void;
}

const DEADLINE_MS = 5000;
/** For the rings that still wait when a process ends: the sweep rings where these do not get through. */
const LAST_RINGS_MS = 1000;
const DEFAULT_COALESCE_MS = 200;

const secondAfter = (wait: number): number => Math.ceil((Date.now() + wait) / 1000);

/** Fails instead of waiting: BullMQ waits for a first connection without limit. */
async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw new ExpungeError('service-unavailable', 'The queue does not answer', { cause: error });
  } finally {
    clearTimeout(timer);
    // the loser of the race must not become an unhandled rejection
    work.catch(() => undefined);
  }
}

/**
 * Rings workers. Connects on first use; every call ends within seconds, with `service-unavailable` when the queue
 * is away. Many rings for one model become one job, plus one follow-up when a worker is at it already; those that come
 * within `coalesceMs` of each other do not even reach the queue one by one.
 */
export function createDoorbell(config: DoorbellConfig, options: DoorbellOptions = {}): Doorbell {
  const open = new Map<QueueKey, AnyQueue>();
  const delay = config.runs?.coalesceMs ?? DEFAULT_COALESCE_MS;
  let closed = false;

  async function ready(key: QueueKey): Promise<AnyQueue> {
    if (closed) throw new ExpungeError('service-unavailable', 'The doorbell is closed');
    let queue = open.get(key);
    if (!queue) {
      queue = openQueue(config, QUEUES[key].name, options.namespace);
      queue.on('error', (error) => options.onError?.(error));
      open.set(key, queue);
    }
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      // BullMQ remembers a failed start for good, so the next ring begins with a new queue
      if (open.get(key) === queue) open.delete(key);
      void queue.close().catch(() => undefined);
      throw error;
    }
  }

  async function ring(key: QueueKey, id: string, data: unknown, wait: number): Promise<void> {
    const add = async () => {
      const queue = await ready(key);
      await queue.add(QUEUES[key].job, data, {
        delay: wait,
        deduplication: { id, keepLastIfActive: true },
        removeOnComplete: true,
        removeOnFail: true,
      });
    };
    await withDeadline(add());
  }

  const models = debounced((modelId) => ring('models', modelId, { modelId }, delay), delay);
  return {
    ringModel: (modelId) => models.ring(modelId),
    ringProbe: (probeId) => ring('probes', probeId, { probeId }, 0),
    ringInfluence: (analysisId) => ring('influence', analysisId, { analysisId }, 0),
    ringVerification: (verificationId) => ring('verifications', verificationId, { verificationId }, 0),
    // a ring for later must not swallow the rings until then, so it goes by its own second
    ringWebhook: (endpointId, wait = 0) =>
      ring('webhooks', wait === 0 ? endpointId : `${endpointId}@${secondAfter(wait)}`, { endpointId }, wait),
    ping: () =>
      withDeadline(
        ready('models').then(async (queue) => {
          await queue.getJobCounts('waiting');
        }),
      ),
    async close() {
      await Promise.race([models.flush(), sleep(LAST_RINGS_MS, undefined, { ref: false })]);
      closed = true;
      const queues = [...open.values()];
      open.clear();
      await Promise.all(queues.map((queue) => queue.close().catch(() => undefined)));
    },
  };
}

/** Rings for what a transaction left to be sent. Never rejects: the sweep rings again. */
export const ringWebhooks =
  (doorbell: Doorbell, log: Pick<Log, 'warn'>) =>
  (endpointIds: readonly string[]): void => {
    for (const id of endpointIds)
      void doorbell.ringWebhook(id).catch((err: unknown) => log.warn({ endpoint_id: id, err }, 'doorbell not rung'));
  };
