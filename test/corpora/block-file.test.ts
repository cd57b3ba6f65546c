import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BlockFile } from '../../src/corpora/block-file.ts';
import { GrowingBytes } from '../../src/corpora/growing.ts';
import { readAgain } from '../../src/corpora/lines.ts';

test('pieces of every size are written in order, and shown', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'expunge-block-file-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'file');
  const file = await open(path, 'wx+');
  const seen: Buffer[] = [];
  const blocks = new BlockFile(file, 16, (block) => void seen.push(Buffer.from(block)));
  const piece = new GrowingBytes();
  let all = '';
  for (const size of [0, 3, 13, 1, 40, 16, 5]) {
    piece.length = 0;
    piece.text(String(size % 10).repeat(size));
    all += piece.view().toString();
    await blocks.add(piece.view());
  }
  assert.equal(blocks.size, all.length);
  await blocks.flush();
  assert.equal(await readFile(path, 'utf8'), all);
  assert.equal(Buffer.concat(seen).toString(), all);
  const read = await Array.fromAsync(readAgain(file, 7), (block) => block.toString());
  assert.equal(read.join(''), all);
  await file.close();
});

test('bytes that grow keep what they hold, and drop what was used', () => {
  const bytes = new GrowingBytes();
  bytes.text('é'.repeat(4000));
  bytes.copy(Buffer.from('xyz'), 1, 3);
  assert.equal(bytes.view().toString(), `${'é'.repeat(4000)}yz`);
  bytes.drop(8000);
  assert.equal(bytes.view().toString(), 'yz');
});
