import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFactorFiles, saveFactors } from '../../src/checkpoints/factors.ts';
import { float32 } from '../../src/domain/engine.ts';
import { temporaryFolder } from './temporary.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const none = async () => [];

test('factors stay while a model keeps their checkpoint and no more of its records are destroyed', async (t) => {
  const dir = await temporaryFolder(t);
  const { path, sweep } = createFactorFiles(dir);
  const [one, other] = [
    { model_id: 'one', destroyed: 2 },
    { model_id: 'other', destroyed: 3 },
  ];
  const paths = [one, other, { ...one, destroyed: 3 }].map((then) => path(DIGEST, then, ['c', 8]));
  assert.equal(new Set([...paths, path(DIGEST, one, ['c', 4])]).size, 4);
  for (const file of paths) await saveFactors(file, { a: float32(Float32Array.of(1), [1]) });
  await writeFile(join(dir, 'notes'), 'of somebody else');
  // the other model has as many as the first had later on
  assert.equal(await sweep(async (digest) => (digest === DIGEST ? [one, other] : [])), 1);
  assert.deepEqual(
    (await readdir(dir)).map((name) => join(dir, name)).sort(),
    [...paths.slice(0, 2), join(dir, 'notes')].sort(),
  );
  assert.equal(await sweep(none), 2);
});

test('what is swept while it is written is not there afterwards, and whoever wrote it goes on', async (t) => {
  const dir = await temporaryFolder(t);
  const { path, sweep } = createFactorFiles(dir);
  const large = float32(new Float32Array(1 << 24), [1 << 24]);
  const written = saveFactors(path(DIGEST, { model_id: 'one', destroyed: 0 }, []), { large });
  while ((await sweep(none)) === 0);
  await written;
  assert.deepEqual(await readdir(dir), []);
});
