// Where the queue lives: Redis when REDIS_URL is set, BullMQ's own Postgres backend when it is not.
import {
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  type Processor,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import { ExpungeError } from '../errors.ts';

export interface QueueConfig {
  redisUrl: string | null;
  /** Postgres for the queue when there is no Redis. */
  databaseUrl: string | null;
}

/** Keeps installations (and tests) apart: the schema on Postgres, the key prefix on Redis. */
export const DEFAULT_NAMESPACE = 'bullmq';

/** What our code uses of a BullMQ queue and worker, whatever stands behind it. */
export type AnyQueue = Pick<Queue<unknown, void, string>, 'add' | 'close' | 'waitUntilReady' | 'getJobCounts'> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
};
export interface AnyWorker {
  close(force?: boolean): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  cancelJob(jobId: string, reason?: string): boolean;
  cancelAllJobs(reason?: string): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
  on(event: 'locksRenewed', listener: (data: { jobIds: string[] }) => void): unknown;
}

type Role = 'producer' | 'consumer';

function redisConnection(url: string, role: Role) {
  if (role === 'consumer') return { url, maxRetriesPerRequest: null };
  // An HTTP request must not wait through an outage: the sweep rings later anyway.
  return { url, enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: 2000, commandTimeout: 3000 };
}

/** `migrate` is safe from several processes at once: BullMQ takes an advisory lock per schema. */
function postgresConnection(connectionString: string, schema: string, role: Role) {
  const timeouts = role === 'producer' ? { connectionTimeoutMillis: 2000, query_timeout: 3000 } : {};
  return { connectionString, schema, migrate: true, max: 2, application_name: `expunge-queue-${role}`, ...timeouts };
}

function location(config: QueueConfig): { redis: string } | { postgres: string } {
  if (config.redisUrl !== null) return { redis: config.redisUrl };
  if (config.databaseUrl !== null) return { postgres: config.databaseUrl };
  throw new ExpungeError('start-refused', 'The queue has no store: set REDIS_URL, or give the URL of Postgres');
}

/** Opens a producer. The caller closes it. */
export function openQueue(config: QueueConfig, name: string, namespace = DEFAULT_NAMESPACE): AnyQueue {
  const at = location(config);
  if ('redis' in at) {
    const options: QueueOptions = { connection: redisConnection(at.redis, 'producer'), prefix: namespace };
    return new Queue<unknown, void, string>(name, options, createRedisBackend);
  }
  const connection = postgresConnection(at.postgres, namespace, 'producer');
  return new Queue(name, { connection }, createPostgresBackend) as unknown as AnyQueue;
}

/** Opens a consumer that starts at once. The caller closes it. */
export function openWorker(
  config: QueueConfig,
  name: string,
  processor: Processor<unknown, void, string>,
  options: Omit<WorkerOptions, 'connection' | 'prefix'>,
  namespace = DEFAULT_NAMESPACE,
): AnyWorker {
  const at = location(config);
  if ('redis' in at) {
    const connection = redisConnection(at.redis, 'consumer');
    return new Worker<unknown, void, string>(
      name,
      processor,
      { ...options, connection, prefix: namespace },
      createRedisBackend,
    );
  }
  const connection = postgresConnection(at.postgres, namespace, 'consumer');
  return new Worker<unknown, void, string, IQueueBackend, number, typeof connection>(
    name,
    processor as never,
    { ...options, connection },
    createPostgresBackend as never,
  );
}

/** Throws `start-refused` when a Redis with this INFO may evict keys, which would drop jobs in silence. */
export function refuseEviction(info: string): void {
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  throw new ExpungeError(
    'start-refused',
    `Redis at REDIS_URL has maxmemory-policy ${policy}, which drops jobs: set it to noeviction`,
  );
}

/**
 * The check of a start: throws `start-refused` for a Redis that may evict keys, and for one that does not answer unless
 * `away` allows it (the API takes requests without a queue; the sweep rings later). Reads INFO rather than CONFIG,
 * which hosted services often forbid.
 */
export async function assertQueueSafe(config: QueueConfig, away: 'refused' | 'allowed' = 'refused'): Promise<void> {
  if (config.redisUrl === null) return;
  const redis = new Redis(config.redisUrl, {
    lazyConnect: true,
    connectTimeout: 3000,
    commandTimeout: 3000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // without a listener ioredis prints the error by itself; connect() rejects with it anyway
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    refuseEviction(await redis.info('memory'));
  } catch (error) {
    if (error instanceof ExpungeError) throw error;
    if (away === 'allowed') return;
    throw new ExpungeError('start-refused', 'Redis at REDIS_URL does not answer: start it or unset REDIS_URL', {
      cause: error,
    });
  } finally {
    redis.disconnect();
  }
}
