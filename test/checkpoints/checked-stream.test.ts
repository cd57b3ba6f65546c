import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { checkDigest } from '../../src/checkpoints/checked-stream.ts';

const pieces = ['abc', 'defg', 'hi'].map((text) => Buffer.from(text));
const sha256 = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');

async function through(given: Buffer[], arrived: Buffer[]): Promise<void> {
  await pipeline(Readable.from(given), checkDigest(sha256, 'a file'), async (source) => {
    for await (const piece of source) arrived.push(piece as Buffer);
  });
}

test('what is whole passes unchanged; of what is not the last piece never arrives', async () => {
  const whole: Buffer[] = [];
  await through(pieces, whole);
  assert.deepEqual(Buffer.concat(whole), Buffer.concat(pieces));
  for (const changed of [pieces.with(0, Buffer.from('abC')), pieces.with(2, Buffer.from('hI')), pieces.slice(0, 2)]) {
    const arrived: Buffer[] = [];
    await assert.rejects(through(changed, arrived), /a file of a checkpoint was changed on disk/);
    assert.ok(Buffer.concat(arrived).length < Buffer.concat(changed).length);
  }
});

test('an empty file is one too', async () => {
  const empty = createHash('sha256').digest('hex');
  const arrived: unknown[] = [];
  await pipeline(Readable.from([]), checkDigest(empty, 'a file'), async (source) => {
    for await (const piece of source) arrived.push(piece);
  });
  assert.deepEqual(arrived, []);
});
