import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { createDoorbell } from '../../src/queue/doorbell.ts';
import { parseJob } from '../../src/queue/jobs.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { wipePostgresQueue } from '../helpers/queues.ts';
import { queueContract } from './contract.ts';

queueContract('postgres', async () => {
  const database = await createTestDatabase();
  return {
    name: 'postgres',
    config: { redisUrl: null, databaseUrl: database.url, runs: { coalesceMs: 100 } },
    namespace: 'bullmq',
    wipe: () => wipePostgresQueue(database.url),
    close: () => database.drop(),
  };
});

test('several doorbells may set the schema up at the same time', async () => {
  const database = await createTestDatabase();
  const config = { redisUrl: null, databaseUrl: database.url };
  const bells = Array.from({ length: 4 }, () => createDoorbell(config));
  await Promise.all(bells.map((bell) => bell.ringModel(uuid())));
  await Promise.all(bells.map((bell) => bell.close()));
  await database.drop();
});

test('a doorbell whose store is away says so within seconds, and does not hang on close', async () => {
  const bell = createDoorbell({ redisUrl: null, databaseUrl: 'postgres://nobody:nothing@127.0.0.1:1/none' });
  const start = Date.now();
  await assert.rejects(bell.ringModel(uuid()), { code: 'service-unavailable' });
  await assert.rejects(bell.ping(), { code: 'service-unavailable' });
  await bell.close();
  assert.ok(Date.now() - start < 15_000);
});

test('a queue without any store is refused with the variable to set', async () => {
  const bell = createDoorbell({ redisUrl: null, databaseUrl: null });
  await assert.rejects(bell.ping(), (error: Error) => /REDIS_URL/.test(String(error.cause)));
});

test('jobs carry one id and nothing else', () => {
  const id = uuid();
  assert.deepEqual(parseJob('models', { modelId: id }), { modelId: id });
  for (const data of [null, {}, { modelId: 7 }, { modelId: 'x' }, { modelId: id, name: 'x' }, { probeId: id }]) {
    assert.throws(() => parseJob('models', data), { code: 'validation-failed' });
  }
});
