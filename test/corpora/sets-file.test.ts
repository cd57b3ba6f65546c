import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { readSets, writeSets } from '../../src/corpora/sets-file.ts';
import type { SetRow } from '../../src/domain/record.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const row = (ordinal: number): SetRow => ({ corpus_id: 'c', ordinal, person: ordinal % 3 });
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, i) => row(from + i));
const rest = { forget: [row(7)], calibration: [], holdout: [row(8), row(9)] };

test('what was written is read, all or a sample of what is retained; the file is plain JSON', async (t) => {
  for (const blocks of [[], [rows(3), [], rows(2, 3)]]) {
    const path = await writeSets(await temporaryFolder(t), async (retain) => {
      for (const block of blocks) await retain(block);
      return rest;
    });
    const sets = { ...rest, retain: blocks.flat() };
    assert.deepEqual(await readSets(path), sets);
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), sets);
    const { retain } = await readSets(path, { most: 2, seed: 3 });
    assert.equal(retain.length, Math.min(2, sets.retain.length));
    assert.deepEqual((await readSets(path, { most: 0, seed: 3 })).retain, []);
  }
});

test('JSON in one line is read too; a file that breaks off is not', async (t) => {
  const path = join(await temporaryFolder(t), 'sets.json');
  const sets = { ...rest, retain: rows(5) };
  await writeFile(path, JSON.stringify(sets));
  assert.deepEqual(await readSets(path), sets);
  await writeFile(path, '{"retain":[\n{"corpus_id":"c","ordinal":1,"person":0},\n');
  await assert.rejects(readSets(path), SyntaxError);
});

test('a sample of many rows is read where all of them have no place', async (t) => {
  const path = await writeSets(await temporaryFolder(t), async (retain) => {
    for (let from = 0; from < 300_000; from += 10_000) await retain(rows(10_000, from));
    return rest;
  });
  const reader = new Worker(new URL('../fixtures/sets-child.ts', import.meta.url), {
    workerData: path,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
  });
  const [read] = await once(reader, 'message');
  assert.equal(read, 10);
});
