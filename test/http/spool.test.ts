import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSpool, locateDuplicate } from '../../src/http/spool.ts';

const subjects = [{ key: 'k', type: 'email', key_version: 1, normaliser_version: 1 }];

test('entries come back in order, twice, whatever their ids hold; no file has a name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-spool-'));
  const given = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  t.after(() => rm(folder, { recursive: true, force: true }));
  const spool = await createSpool();
  t.after(() => spool.close());
  const entries = Array.from({ length: 3000 }, (_, i) => ({ line: i + 1, record_id: `r\u2028${i}é`, subjects }));
  for (const entry of entries) await spool.add(entry);
  if (given === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = given;
  assert.deepEqual(await readdir(folder), []);
  for await (const entry of spool.read()) {
    assert.deepEqual(entry, entries[0]);
    break;
  }
  assert.deepEqual(await Array.fromAsync(spool.read()), entries);
  assert.deepEqual(await Array.fromAsync(spool.read()), entries);
});

test('a duplicate is located at its second line, or at its only one', async (t) => {
  const spool = await createSpool();
  t.after(() => spool.close());
  for (const [line, record_id] of [
    [1, 'a'],
    [3, 'b'],
    [4, 'a'],
  ] as const)
    await spool.add({ line, record_id, subjects: [] });
  assert.deepEqual(await locateDuplicate(spool, 'a'), { line: 4, first: 1 });
  assert.deepEqual(await locateDuplicate(spool, 'b'), { line: 3, first: null });
  assert.equal(await locateDuplicate(spool, 'c'), null);
});
