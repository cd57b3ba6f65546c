import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { openQueue } from '../../src/queue/connection.ts';
import { eachRedisValue } from '../../src/queue/contents.ts';

const url = process.env.REDIS_URL;
if (!url) throw new Error('Set REDIS_URL to a Redis that the tests may write to');

test('every kind of value is passed by, with its key, and jobs of the queue among them', async () => {
  const redis = new Redis(url);
  const name = `contents-${process.pid}`;
  await redis.set(`${name}-s`, 'in a string');
  await redis.hset(`${name}-h`, 'field', 'in a hash');
  await redis.sadd(`${name}-m`, 'in a set');
  await redis.zadd(`${name}-z`, 1, 'in a sorted set');
  await redis.rpush(`${name}-l`, ...Array.from({ length: 1200 }, (_, i) => `in a list ${i}`));
  await redis.xadd(`${name}-x`, '*', 'field', 'in a stream');
  const queue = openQueue({ redisUrl: url, databaseUrl: null }, 'models', name);
  await queue.add('model', { text: 'in a job' }, { delay: 3_600_000 });
  const found = new Map<string, string[]>();
  try {
    const keys = await eachRedisValue(url, (key, value) => {
      if (key.startsWith(name)) found.set(key, [...(found.get(key) ?? []), Buffer.from(value).toString()]);
    });
    assert.ok(keys >= 6);
  } finally {
    await queue.close();
    for (const key of await redis.keys(`${name}*`)) await redis.del(key);
    redis.disconnect();
  }
  const said = (key: string) => found.get(`${name}-${key}`)!;
  assert.ok(said('s').includes('in a string') && said('h').includes('in a hash') && said('m').includes('in a set'));
  assert.ok(said('z').includes('in a sorted set') && said('x').includes('in a stream'));
  assert.equal(new Set(said('l').filter((text) => text.startsWith('in a list'))).size, 1200);
  assert.ok([...found].some(([key, values]) => key.includes(':models:') && values.join().includes('in a job')));
});
