import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../../src/cli/doctor/findings.ts';
import { createSigner, createSubjectKeys } from '../../../src/evidence/keys.ts';
import { rotateSigningKey } from '../../../src/evidence/signing-keys.ts';
import { createTestDatabase } from '../../helpers/postgres.ts';
import { openWorld } from '../../store/fixture.ts';
import { runCli } from '../run-cli.ts';

test('the command looks at this machine, and its exit code says whether the service would run', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-doctor-'));
  const database = await createTestDatabase();
  t.after(async () => {
    await database.drop();
    await rm(dir, { recursive: true });
  });
  const env = {
    DATA_DIR: dir,
    DATABASE_URL: database.url,
    COMPUTE_BACKEND: 'onnxruntime/cpu',
    REDIS_URL: '',
    MIN_FREE_BYTES: '0',
  };
  const well = await runCli(['doctor', '--json'], env);
  const { ok, findings } = JSON.parse(well.out) as { ok: boolean; findings: Finding[] };
  assert.deepEqual([well.code, ok], [0, true], well.out);
  const levels = Object.fromEntries(findings.map(({ check, level }) => [check, level]));
  assert.deepEqual(levels, {
    ...{ node: 'ok', auth: 'note', database: 'note', clock: 'ok', queue: 'ok', 'signing key': 'note' },
    ...{
      'subject key': 'note',
      DATA_DIR: 'ok',
      CHECKPOINT_DIR: 'ok',
      CORPUS_DIR: 'ok',
      UPLOAD_DIR: 'ok',
      backend: 'note',
      traces: 'ok',
    },
  });
  const ill = await runCli(['doctor'], { ...env, REDIS_URL: 'redis://127.0.0.1:1', HOST: '0.0.0.0' });
  assert.equal(ill.code, 1);
  assert.match(ill.out, /^problem {2}auth .*AUTH is none/m);
  assert.match(ill.out, /^problem {2}queue .*Redis/m);
  const erased = await runCli(['doctor', '--erased', '01980000-0000-7000-8000-000000000001'], env);
  assert.notEqual(erased.code, 0);
  assert.match(erased.err, /start the service once/);
  const wrong = await runCli(['doctor', '--json'], { ...env, PORT: 'http' });
  assert.deepEqual([wrong.code, JSON.parse(wrong.out).findings[0].check], [1, 'settings']);
});

test('what a start refuses is found before it: a lost subject key, half of a restore, a signing key for all', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-doctor-'));
  const world = await openWorld();
  t.after(async () => {
    await world.close();
    await rm(dir, { recursive: true });
  });
  const keysIn = (name: string) => ({
    keys: { dir: join(dir, name), subjectKeyFile: null, signingKeyFile: null },
  });
  const ada = (await createSubjectKeys(keysIn('lost'))).keyFor('default', { type: 'email', value: 'ada@example.org' });
  await world.store.placeRestriction({
    ...{ id: '0198a000-0000-7000-8000-000000000001', tenant: 'default', of: { subjects: [ada] } },
    ...{ ground: 'accuracy_contested', reason: 'It is looked into.', actor: 'tester' },
  });
  await createSigner(keysIn('keys'));
  await rotateSigningKey(keysIn('keys'), new Date());
  await chmod(join(dir, 'keys', 'signing-2.jwk'), 0o644);
  await writeFile(join(dir, 'restore.json'), '{"backup_id":"0198a000-0000-7000-8000-000000000002"}');
  const env = {
    ...{ DATA_DIR: dir, DATABASE_URL: world.url, REDIS_URL: '', MIN_FREE_BYTES: '0' },
    ...{ KEY_DIR: join(dir, 'keys'), COMPUTE_BACKEND: 'onnxruntime/cpu' },
  };
  const { code, out } = await runCli(['doctor'], env);
  assert.equal(code, 1);
  const problems = out.split('\n').filter((line) => line.startsWith('problem'));
  assert.equal(problems.length, 3, out);
  assert.match(problems[0]!, /restore .*cut off; run expunge backup restore again/);
  assert.match(problems[1]!, /signing 2 key .*0644/);
  assert.match(problems[2]!, /subject key .*missing in KEY_DIR.*does not start/);
  assert.deepEqual((await readdir(join(dir, 'keys'))).sort(), ['signing-1.jwk', 'signing-2.jwk']);
});
