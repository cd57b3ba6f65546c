import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisCounter } from '../../src/queue/counter.ts';

const redisUrl = process.env.REDIS_URL;
if (!redisUrl) throw new Error('Set REDIS_URL to a Redis that the tests may write to');

test('two processes count together, and a window ends', async (t) => {
  const [one, other] = [createRedisCounter(redisUrl), createRedisCounter(redisUrl)];
  t.after(() => {
    one.close();
    other.close();
  });
  await sleep(200);
  const name = randomBytes(6).toString('hex');
  assert.equal((await one.hit(name, 400)).count, 1);
  const second = await other.hit(name, 400);
  assert.equal(second.count, 2);
  assert.ok(second.left_ms > 0 && second.left_ms <= 400);
  await sleep(450);
  assert.equal((await one.hit(name, 400)).count, 1);
});

test('a Redis that is away rejects soon', async (t) => {
  const away = createRedisCounter('redis://127.0.0.1:1');
  t.after(() => away.close());
  await assert.rejects(away.hit('x', 1000));
});
