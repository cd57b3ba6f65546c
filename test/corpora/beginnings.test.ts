import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestsOfFirst } from '../../src/corpora/beginnings.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

test('digests of the first lines are those that the file had when it ended there', async (t) => {
  const path = join(await temporaryFolder(t), 'corpus.ndjson');
  // lines over the border of a block, and one that a reader of text would part
  const lines = ['{"a":1}', `{"b":"${'x'.repeat(300_000)}"}`, '{"c":"\u2028"}', '{}'].map((line) => `${line}\n`);
  await writeFile(path, lines.join(''));
  const digest = (count: number) =>
    `sha256:${createHash('sha256').update(lines.slice(0, count).join('')).digest('hex')}`;
  assert.deepEqual(
    [...(await digestsOfFirst(path, [3, 1, 9]))],
    [
      [1, digest(1)],
      [3, digest(3)],
    ],
  );
  assert.equal((await digestsOfFirst(path, [4])).get(4), digest(4));
  assert.equal((await digestsOfFirst(path, [])).size, 0);
  assert.equal((await digestsOfFirst(path, [0])).size, 0);
});
