import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../../src/cli/doctor/findings.ts';
import { createTestDatabase } from '../../helpers/postgres.ts';
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
