import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { personOf } from '../../../bench/api/calls.ts';
import { configOf } from '../../../bench/api/config.ts';
import { makeScene } from '../../../bench/api/scene.ts';
import { openDeps } from '../../../src/deps.ts';
import { createTestDatabase } from '../../helpers/postgres.ts';

test('the scene of the benchmark is a database as the service has it: requests that ended, people who can be asked for', async () => {
  const database = await createTestDatabase();
  const home = await mkdtemp(join(tmpdir(), 'expunge-scene-'));
  const place = { home, databaseUrl: database.url, redisUrl: '' };
  const key = await makeScene(place, { requests: 100, records: 48, people: 40 });
  assert.match(key, /^\S{40,}$/);
  const { deps, close } = await openDeps(configOf(place, 'none'));
  try {
    const { items } = await deps.store.listRequests('default', { limit: 1, state: 'cancelled' });
    assert.equal(items[0]?.external_id, 'filled-100');
    const outcomes = await Promise.all(
      [0, 1].map((i) =>
        deps.store.createRequest({
          ...{ tenant: 'default', actor: 'bench', external_id: null, ground: null, model_ids: null, method: null },
          ...{ submitted_at: new Date().toISOString(), subjects: deps.subjectKeys.keysFor('default', personOf(i)) },
        }),
      ),
    );
    const targets = outcomes.map((outcome) => (outcome.status === 'created' ? outcome.request.targets.length : 0));
    // every fourth person is known to two models
    assert.deepEqual(targets.sort(), [1, 2]);
  } finally {
    await close();
    await database.drop();
    await rm(home, { recursive: true });
  }
});
