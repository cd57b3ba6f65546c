import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../../src/cli/command.ts';
import * as commands from '../../src/cli/registry.ts';
import { readKey } from '../../src/evidence/api-key.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** In this process: as a process of its own each would load all modules again. */
async function run(...words: string[]) {
  const said = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    write(text: string) {
      said[name] += text;
    },
  });
  const code = await runProgram(Object.values(commands), ['keys', ...words], { out: to('out'), err: to('err') });
  return { code, ...said };
}

test('the first key is made by a command, and listed, replaced and revoked by others', async (t) => {
  const database = await createTestDatabase();
  const store = createStore({ url: database.url });
  t.after(async () => {
    delete process.env.DATABASE_URL;
    await store.close();
    await database.drop();
  });
  process.env.DATABASE_URL = database.url;
  const early = await run('create', '--name', 'first', '--role', 'admin');
  assert.deepEqual([early.code, early.out], [1, '']);
  assert.match(early.err, /start the service once/);
  await store.migrate();
  const made = await run(
    'create',
    '--name',
    'first',
    '--role',
    'auditor',
    '--scopes',
    'models:ask',
    '--tenant',
    'acme',
  );
  assert.equal(made.code, 0, made.err);
  const { id } = readKey(made.out.trim())!;
  const scopes = (await store.getApiKey('acme', id))!.scopes;
  assert.ok(scopes.includes('certificates:read') && scopes.includes('models:ask') && !scopes.includes('keys:manage'));
  assert.match(made.err, /first key of the tenant acme/);
  assert.ok(made.err.includes(id) && !made.err.includes(made.out.trim()));
  assert.match((await run('list')).out, /has no API key/);

  const rotated = await run('rotate', id, '--tenant', 'acme', '--overlap-hours', '0');
  assert.equal(rotated.code, 0, rotated.err);
  const { id: next } = readKey(rotated.out.trim())!;
  assert.match((await run('revoke', next, '--tenant', 'acme')).out, /is revoked/);
  const listed = (await run('list', '--tenant', 'acme')).out.split('\n').filter((row) => ID.test(row));
  assert.deepEqual(
    listed.map((row) => row.split(/ {2,}/).slice(0, 3)),
    [
      [next, 'first', 'revoked'],
      [id, 'first', 'expired'],
    ],
  );
  assert.equal((await run('revoke', next)).code, 1, 'another tenant’s');
});

test('wrong words are named before the database is asked', async () => {
  const cases: [string[], RegExp][] = [
    [['create', '--role', 'admin'], /--name is missing/],
    [['create', '--name', 'x'], /--role is missing/],
    [['create', '--name', 'x', '--role', 'king'], /there is no king/],
    [['create', '--name', 'Mirela Tandor', '--role', 'admin'], /--name takes/],
    [['create', '--name', 'x', '--role', 'admin', '--days', '9999'], /--days is at most 3650/],
    [['list', '--tenant', '../x'], /--tenant takes/],
    [['revoke', 'x'], /no key’s id/],
  ];
  for (const [words, pattern] of cases) {
    const { code, err } = await run(...words);
    assert.equal(code, 2, err);
    assert.match(err, pattern);
  }
});
