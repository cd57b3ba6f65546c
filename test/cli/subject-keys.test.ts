import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram } from '../../src/cli/command.ts';
import { subjectKeysDestroy } from '../../src/cli/commands/subject-keys-destroy.ts';
import { describeVersions, subjectKeysList } from '../../src/cli/commands/subject-keys-list.ts';
import { subjectKeysRotate } from '../../src/cli/commands/subject-keys-rotate.ts';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { openWorld } from '../store/fixture.ts';

test('a list says of each version what it is for', () => {
  const one = (version: number, created_at: string | null, destroyed_at: string | null = null) => ({
    ...{ version, created_at, destroyed_at, record_keys: version, requests: 0, open_requests: 0 },
  });
  const now = Date.parse('2026-03-01T10:00:00Z');
  const stored = [
    one(1, null, '2026-02-01T10:00:00.000Z'),
    one(2, null),
    one(3, '2026-02-02T10:00:00.000Z'),
    one(4, '2026-03-01T09:59:50.000Z'),
    one(6, null),
  ];
  assert.deepEqual(
    describeVersions(stored, [2, 3, 4], now).map(([version, state]) => `${version} ${state}`),
    ['1 destroyed 2026-02-01 10:00', '2 looked up', '3 current', '4 about to be current', '6 missing'],
  );
});

test('keys are rotated and destroyed by command; destroying takes the exact words', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-cli-keys-'));
  const world = await openWorld();
  t.after(async () => {
    await world.close();
    await rm(dir, { recursive: true });
  });
  await createSubjectKeys({ keys: { dir: join(dir, 'keys'), subjectKeyFile: null, signingKeyFile: null } });
  Object.assign(process.env, { DATA_DIR: dir, DATABASE_URL: world.url });
  const commands = [subjectKeysDestroy, subjectKeysList, subjectKeysRotate];
  const run = async (...words: string[]) => {
    const [out, err]: string[][] = [[], []];
    const code = await runProgram(commands, ['subject-keys', ...words], {
      out: { write: (text) => out!.push(text) },
      err: { write: (text) => err!.push(text) },
    });
    return { code, out: out!.join(''), err: err!.join('') };
  };
  const rotated = await run('rotate');
  assert.match(rotated.out, /Version 2 .*subject-default-2\.key/, rotated.err);
  const asked = await run('destroy', '1');
  assert.equal(asked.code, 1);
  assert.match(asked.err, /cannot be undone[\s\S]*--confirm "destroy default 1"/);
  assert.equal((await run('destroy', '2', '--confirm', 'destroy default 2')).code, 1);
  const early = await run('destroy', '1', '--confirm', 'destroy default 1');
  assert.equal(early.code, 1);
  assert.match(early.err, /may still be stored under.*try again in 4\d s/);
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(join(dir, 'keys', 'subject-default-2.key'), minuteAgo, minuteAgo);
  const done = await run('destroy', '1', '--confirm', 'destroy default 1');
  assert.deepEqual([done.code, done.err], [0, '']);
  const listed = await run('list');
  assert.match(listed.out, /1 +destroyed [\s\S]*2 +/);
  assert.equal((await run('list', '--tenant', '../x')).code, 2);
});
