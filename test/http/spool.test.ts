import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { IndexPacker } from '../../src/corpora/index-packer.ts';
import { digestWords } from '../../src/corpora/short-digest.ts';
import { createSpool, lineAt, type Spool, type SpoolBlock } from '../../src/http/spool.ts';

const KEYS = ['k\u2028é', 'l', 'm'].map((key) => ({ key, type: 'email', key_version: 1, normaliser_version: 2 }));

/** Blocks of different sizes, in memory of their own; every other line of the upload is empty. */
function blocks(sizes: readonly number[]): SpoolBlock[] {
  let line = 1;
  return sizes.map((records) => {
    const packer = new IndexPacker();
    const lines = Int32Array.from({ length: records }, () => {
      packer.add(digestWords(`r${line}`));
      for (const [type, { key }] of KEYS.slice(0, line % 4).entries()) packer.name(digestWords(key), type);
      line += 2;
      return line - 2;
    });
    const { first_ordinal: _, ...index } = packer.take(0, KEYS.slice(0, records % 4));
    return { lines, index };
  });
}
const read = (spool: Spool) =>
  Array.fromAsync(spool.blocks(), ({ lines, index: { keys, ...numbers } }) =>
    structuredClone({ lines, index: { keys, ...numbers } }),
  );

test('blocks come back in order, twice, whatever their size; no file has a name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-spool-'));
  const given = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  t.after(() => rm(folder, { recursive: true, force: true }));
  const spool = await createSpool();
  t.after(() => spool.close());
  const all = blocks([1, 0, 20_000, 3, 500, 7]);
  for (const block of all) await spool.add(block);
  if (given === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = given;
  assert.deepEqual(await readdir(folder), []);
  for await (const first of spool.blocks()) {
    assert.deepEqual(first, all[0]);
    break;
  }
  assert.deepEqual(await read(spool), all);
  assert.deepEqual(await read(spool), all);
});

test('a record is located by its place', async (t) => {
  const spool = await createSpool();
  t.after(() => spool.close());
  for (const block of blocks([5000, 5000, 10_000])) await spool.add(block);
  assert.equal(await lineAt(spool, 0), 1);
  assert.equal(await lineAt(spool, 19_999), 39_999);
  await assert.rejects(lineAt(spool, 20_000), RangeError);
});
