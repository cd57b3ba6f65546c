import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readConfig } from '../src/config.ts';
import { openDeps } from '../src/deps.ts';
import { rotateSigningKey } from '../src/evidence/signing-keys.ts';
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

test('a signing key that certificates were signed with and that is gone stops the start, until its public half is back', async () => {
  const config = configFor('keys');
  const file = join(dir, 'keys', 'signing-1.jwk');
  const open = await openDeps(config);
  const { store, signer } = open.deps;
  const [request] = await store.uncertified();
  const about = { id: randomUUID(), request_id: request!.request_id, target_id: null, run_id: null, kid: signer.kid };
  await store.saveCertificate('default', { ...about, jws: 'a.b.c', created_at: new Date().toISOString() });
  const [{ kid: _, use, alg, ...publicHalf }] = (await signer.jwks()).keys as [Record<string, string>];
  await open.close();
  await rm(file);
  await assert.rejects(openDeps(config), { code: 'start-refused', message: /signing-1\.jwk is missing; .*rotate/ });
  await assert.rejects(stat(file), { code: 'ENOENT' });
  await writeFile(file, JSON.stringify(publicHalf), { mode: 0o600 });
  await rotateSigningKey(config, new Date());
  const again = await openDeps(config);
  const kids = (await again.deps.signer.jwks()).keys.map(({ kid }) => kid);
  assert.deepEqual([kids.length, kids[1]], [2, about.kid]);
  await again.close();
});
