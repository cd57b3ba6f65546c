// What a checkpoint of many shards takes: registration a piece, loading the weights themselves, saving nothing more.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { SHARD_BYTES, SHARDS, saveLarge } from './large.ts';
import { shardName } from './raw.ts';
import { temporaryFolder } from './temporary.ts';

const CHILD = join(import.meta.dirname, '../fixtures/large-checkpoint-child.ts');
const FLOAT32 = 2 * SHARDS * SHARD_BYTES;
/** Pieces that wait to be collected, code, and the noise of a process. */
const SLACK = 40 * 2 ** 20;

test('memory is bounded by a piece of a shard, beside weights that are asked for', async (t) => {
  const root = await temporaryFolder(t);
  const dir = join(root, 'parent');
  await saveLarge(dir);
  const grows = async (work: string) =>
    Number((await promisify(execFile)(process.execPath, [CHILD, work, dir])).stdout);
  const inspected = await grows('inspect');
  assert.ok(inspected < SLACK, `${inspected} bytes for an inspection of ${SHARDS * SHARD_BYTES}`);
  const loaded = await grows('load');
  assert.ok(loaded < FLOAT32 + SLACK, `${loaded} bytes for ${FLOAT32} bytes of weights`);
  assert.ok(loaded > FLOAT32 - SLACK, `${loaded} bytes: the measurement sees nothing`);
  const saved = await grows('save');
  assert.ok(saved < FLOAT32 + 1.5 * SLACK, `${saved} bytes to load and save ${FLOAT32} bytes of weights`);
  const last = shardName(SHARDS, SHARDS);
  assert.ok((await readFile(join(dir, last))).equals(await readFile(join(root, 'child', last))));
  t.diagnostic(`MiB: ${[inspected, loaded, saved].map((bytes) => Math.round(bytes / 2 ** 20)).join(', ')}`);
});
