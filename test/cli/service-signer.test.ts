// In a process of its own: it sets variables of the environment.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram } from '../../src/cli/command.ts';
import * as commands from '../../src/cli/registry.ts';
import { corpusWith, line, openService } from '../http/service.ts';

test('commands beside a service sign and check with its keys, and make none where these are not', async (t) => {
  const { app, deps } = await openService(t);
  const { config, store } = deps;
  await corpusWith(app, 'people', [line('a', 'anna@example.org')]);
  const keys = join(config.dataDir, 'other');
  await mkdir(keys);
  Object.assign(process.env, { DATA_DIR: config.dataDir, DATABASE_URL: config.databaseUrl, KEY_DIR: keys });
  const run = async (words: string) => {
    const [out, err]: string[][] = [[], []];
    const code = await runProgram(Object.values(commands), words.split(' '), {
      out: { write: (text) => out!.push(text) },
      err: { write: (text) => err!.push(text) },
    });
    return { code, out: out!.join(''), err: err!.join('') };
  };
  const entries = async () => (await store.readLedger({ limit: 100 })).length;
  const before = await entries();
  const [dir, list] = [join(config.dataDir, 'backup'), join(config.dataDir, 'list.jws')];
  const reading = ['ledger verify', 'keys export-jwks', 'signing-keys list', 'signing-keys rotate'];
  const writing = [`backup create ${dir}`, `backup deletions --out ${list}`];
  for (const words of [...reading, ...writing]) {
    const { code, err } = await run(words);
    assert.equal(code, 1, words);
    assert.match(err, reading.includes(words) ? /signing-1\.jwk is missing; set KEY_DIR/ : /subject-default-1\.key is/);
  }
  await copyFile(join(config.keys.dir, 'subject-default-1.key'), join(keys, 'subject-default-1.key'));
  for (const words of writing) assert.match((await run(words)).err, /signing-1\.jwk is missing; set KEY_DIR/);
  assert.deepEqual(await readdir(keys), ['subject-default-1.key']);
  assert.equal(await entries(), before);
  for (const path of [dir, list]) await assert.rejects(stat(path), { code: 'ENOENT' });

  process.env.KEY_DIR = config.keys.dir;
  for (const words of [...reading, ...writing]) assert.equal((await run(words)).code, 0, words);
});
