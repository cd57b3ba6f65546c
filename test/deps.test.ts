import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readConfig } from '../src/config.ts';
import { openDeps } from '../src/deps.ts';
import { createTestDatabase } from './helpers/postgres.ts';

let dir: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'expunge-deps-'));
  database = await createTestDatabase();
});
after(async () => {
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

const configFor = (keyDir: string) =>
  readConfig({ DATA_DIR: dir, KEY_DIR: join(dir, keyDir), DATABASE_URL: database.url, LOG_LEVEL: 'silent' });

test('people keyed with a key that is gone stop the start: a fresh key would never find them again', async () => {
  const open = await openDeps(configFor('keys'));
  const { store, subjectKeys } = open.deps;
  assert.deepEqual(await store.subjectKeyVersions(), []);
  const subjects = [subjectKeys.keyFor('default', { type: 'email', value: 'mirela@example.org' })];
  const outcome = await store.createRequest({
    tenant: 'default',
    actor: 'test',
    external_id: null,
    ground: null,
    subjects,
    model_ids: null,
    method: null,
    submitted_at: new Date().toISOString(),
  });
  assert.equal(outcome.status, 'created');
  assert.deepEqual(await store.subjectKeyVersions(), [{ tenant: 'default', version: 1, destroyed: false }]);
  await open.close();
  await assert.rejects(openDeps(configFor('other-keys')), { code: 'start-refused' });
  await (await openDeps(configFor('keys'))).close();
});
