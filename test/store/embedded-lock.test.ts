// One starter at a time, and a lock whose holder is gone.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withLock } from '../../src/store/embedded/lock.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

test('one holds it at a time, and it is gone afterwards', async (t) => {
  const path = join(await temporaryFolder(t), 'lock');
  let inside = 0;
  const work = async () => {
    assert.equal(++inside, 1);
    await readFile(path, 'utf8');
    inside--;
  };
  await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)]);
  await assert.rejects(readFile(path), { code: 'ENOENT' });
});

test('a lock of somebody who is gone is broken, also where their number is ours now', {
  timeout: 10_000,
}, async (t) => {
  const path = join(await temporaryFolder(t), 'lock');
  for (const pid of [process.pid, 2 ** 22 + 1]) {
    await writeFile(path, `${pid} 0198a000-0000-7000-8000-000000000001`);
    assert.equal(await withLock(path, async () => 'done'), 'done');
  }
});
