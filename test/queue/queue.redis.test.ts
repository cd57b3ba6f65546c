import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { v7 as uuid } from 'uuid';
import { assertQueueSafe, refuseEviction } from '../../src/queue/connection.ts';
import { createDoorbell } from '../../src/queue/doorbell.ts';
import { queueContract } from './contract.ts';

const redisUrl = process.env.REDIS_URL;
if (!redisUrl) throw new Error('Set REDIS_URL to a Redis that the tests may write to');

/** Removes the keys of one namespace: what FLUSHALL does, without harm to tests that run beside this one. */
async function wipe(prefix: string): Promise<void> {
  const redis = new Redis(redisUrl as string);
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
}

queueContract('redis', async () => {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  return {
    name: 'redis',
    config: { redisUrl, databaseUrl: null, runs: { coalesceMs: 100 } },
    namespace,
    wipe: () => wipe(namespace),
    close: () => wipe(namespace),
  };
});

test('a Redis that may evict keys is refused, with the setting to change', async () => {
  await assertQueueSafe({ redisUrl, databaseUrl: null });
  const redis = new Redis(redisUrl);
  // the real text of this server; its real setting stays, since other tests start workers on it
  const info = await redis.info('memory');
  redis.disconnect();
  assert.match(info, /maxmemory_policy:noeviction/);
  assert.throws(() => refuseEviction(info.replace('policy:noeviction', 'policy:allkeys-lru')), {
    code: 'start-refused',
    message: /allkeys-lru.*noeviction/,
  });
});

test('a Redis that is away: rings fail within seconds, the start check says so, close does not hang', async () => {
  const config = { redisUrl: 'redis://127.0.0.1:1', databaseUrl: null };
  await assert.rejects(assertQueueSafe(config), { code: 'start-refused', message: /does not answer/ });
  await assertQueueSafe(config, 'allowed');
  const bell = createDoorbell(config);
  const start = Date.now();
  await assert.rejects(bell.ringModel(uuid()), { code: 'service-unavailable' });
  await bell.close();
  assert.ok(Date.now() - start < 10_000);
});
