import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLikely } from '../../src/compute/likely-file.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const keyOf = ({ type, value, sha256 }: { type: string; value?: string; sha256?: string }) =>
  `${type}/${sha256 ?? value}`;

test('people and how likely they ask; a line that is wrong is named by its number and never shown', async (t) => {
  const path = join(await temporaryFolder(t), 'likely.ndjson');
  const line = (more: object) =>
    JSON.stringify({ type: 'email', value: 'ottilie@example.org', likelihood: 0.2, ...more });
  const other = JSON.stringify({ type: 'phone', sha256: 'a'.repeat(64), likelihood: 1 });
  await writeFile(path, `${line({})}\n${other}\n\n${line({ likelihood: 0.1 })}\n`);
  assert.deepEqual(
    [...(await readLikely(path, keyOf))],
    [
      ['email/ottilie@example.org', 0.2],
      [`phone/${'a'.repeat(64)}`, 1],
    ],
  );
  for (const wrong of [
    line({ likelihood: 0 }),
    line({ likelihood: 1.1 }),
    line({ sha256: 'b'.repeat(64) }),
    '{"ottilie',
    line({ x: 1 }),
  ]) {
    await writeFile(path, `${other}\n${wrong}\n`);
    await assert.rejects(readLikely(path, keyOf), (error: Error) => {
      assert.match(error.message, /^likely: line 2 /);
      assert.ok(!error.message.includes('ottilie'));
      return true;
    });
  }
});
