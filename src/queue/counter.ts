// Counts calls in Redis, so that several API processes keep one limit together.
import { Redis } from 'ioredis';
import type { Counter } from '../runs/ports.ts';

const PREFIX = 'expunge:calls:';

/** Connects at once; every call ends within a second, and rejects where Redis is away. The caller closes it. */
export function createRedisCounter(url: string): Counter & { close(): void } {
  const quick = { connectTimeout: 1000, commandTimeout: 1000, maxRetriesPerRequest: 1, enableOfflineQueue: false };
  const redis = new Redis(url, quick);
  // without a listener ioredis prints the error by itself; commands reject with it anyway
  redis.on('error', () => undefined);
  return {
    async hit(name, window_ms) {
      const key = PREFIX + name;
      const results = await redis.multi().set(key, 0, 'PX', window_ms, 'NX').incr(key).pttl(key).exec();
      const [count, left] = [results?.[1]?.[1], results?.[2]?.[1]];
      if (typeof count !== 'number' || typeof left !== 'number') throw new Error('Redis did not count');
      return { count, left_ms: Math.max(0, left) };
    },
    close: () => redis.disconnect(),
  };
}
