import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSpool, entryText, lineAt, type Spool } from '../../src/http/spool.ts';

const subjects = [
  { key: 'k', type: 'email', key_version: 1, normaliser_version: 1 },
  { key: 'l', type: 'name', key_version: 2, normaliser_version: 3 },
];
const read = async (spool: Spool) => (await Array.fromAsync(spool.batches())).flat();

test('entries come back in order, twice, whatever their ids hold; no file has a name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-spool-'));
  const given = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  t.after(() => rm(folder, { recursive: true, force: true }));
  const spool = await createSpool();
  t.after(() => spool.close());
  const entries = Array.from({ length: 30_000 }, (_, i) => ({
    ...{ line: i + 1, record_id: `r\u2028${i}é`, subjects: subjects.slice(0, i % 3) },
  }));
  for (const entry of entries) await spool.add(Buffer.from(entryText(entry)));
  if (given === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = given;
  assert.deepEqual(await readdir(folder), []);
  for await (const [first] of spool.batches()) {
    assert.deepEqual(first, entries[0]);
    break;
  }
  assert.deepEqual(await read(spool), entries);
  assert.deepEqual(await read(spool), entries);
});

test('an entry is located by its place', async (t) => {
  const spool = await createSpool();
  t.after(() => spool.close());
  for (let i = 0; i < 20_000; i++)
    await spool.add(Buffer.from(entryText({ line: 2 * i + 1, record_id: `r${i}`, subjects })));
  assert.equal(await lineAt(spool, 0), 1);
  assert.equal(await lineAt(spool, 19_999), 39_999);
  await assert.rejects(lineAt(spool, 20_000), RangeError);
});
