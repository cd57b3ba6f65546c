import assert from 'node:assert/strict';
import { chmod, link, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSynced } from '../../src/checkpoints/disk.ts';
import { temporaryFolder } from './temporary.ts';

test('what is written takes the place of a read-only file, and whoever else has a link to that keeps it', async (t) => {
  const dir = await temporaryFolder(t);
  const [own, other] = [join(dir, 'recipe.json'), join(dir, 'of-the-parent')];
  await writeFile(own, 'before');
  await chmod(own, 0o400);
  await link(own, other);
  await writeSynced(own, 'after');
  assert.deepEqual([await readFile(own, 'utf8'), await readFile(other, 'utf8')], ['after', 'before']);
});
