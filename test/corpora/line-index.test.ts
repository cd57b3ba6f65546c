import assert from 'node:assert/strict';
import { appendFile, chmod, open, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import { indexOf, indexPath, STRIDE } from '../../src/corpora/line-index.ts';
import { readRecords, toLine } from '../../src/corpora/records.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const ID = '01980000-0000-7000-8000-000000000001';
const records = (count: number, first = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${first + i}`, text: 'Ostrevik. '.repeat(1 + ((first + i) % 7)) }));
async function* stream(count: number, first = 0) {
  yield* records(count, first);
}
async function stored(t: TestContext, count: number) {
  const files = createCorpusFiles(await temporaryFolder(t));
  await (await files.append(ID, stream(count))).commit();
  return { files, path: files.path(ID) };
}
const idsAt = async (path: string, ordinals: number[]) =>
  (await Array.fromAsync(readRecords(path, new Set(ordinals)))).map(({ ordinal, id }) => `${ordinal}:${id}`);
const expected = (ordinals: number[]) => [...new Set(ordinals)].sort((a, b) => a - b).map((one) => `${one}:r${one}`);
async function indexed(path: string) {
  const file = await open(path, 'r');
  try {
    return await indexOf(file, path);
  } finally {
    await file.close();
  }
}

test('whatever lines are asked for, they are those of the file, in order', async (t) => {
  const count = 40 * STRIDE + 5;
  const { path } = await stored(t, count);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: count - 1 }), { maxLength: 30 }), async (ordinals) => {
      assert.deepEqual(await idsAt(path, ordinals), expected(ordinals));
    }),
    { numRuns: 40 },
  );
  const edges = [0, STRIDE - 1, STRIDE, 2 * STRIDE, count - 1];
  assert.deepEqual(await idsAt(path, edges), expected(edges));
  await assert.rejects(idsAt(path, [1, count, count + 7]), {
    code: 'corpus-mismatch',
    message: new RegExp(`2 of 3 records asked for lie beyond its ${count} lines`),
  });
});

test('the index that an upload leaves is the one that the text gives, after appending and cutting back too', async (t) => {
  const { files, path } = await stored(t, 3 * STRIDE - 1);
  const check = async (lines: number) => {
    const written = await readFile(indexPath(path));
    assert.equal((await stat(indexPath(path))).mode & 0o777, 0o600);
    await rm(indexPath(path));
    assert.equal((await indexed(path)).lines, lines);
    assert.deepEqual(await readFile(indexPath(path)), written);
  };
  await check(3 * STRIDE - 1);
  await (await files.append(ID, stream(2 * STRIDE, 3 * STRIDE - 1))).commit();
  await check(5 * STRIDE - 1);
  await (await files.append(ID, stream(3, STRIDE + 7), STRIDE + 7)).commit();
  await check(STRIDE + 10);
  assert.deepEqual(await idsAt(path, [STRIDE + 9]), expected([STRIDE + 9]));
});

test('an index that is missing, damaged, cut off or of another text is not believed', async (t) => {
  const count = 4 * STRIDE;
  const { path } = await stored(t, count);
  const sound = await readFile(indexPath(path));
  const flipped = Buffer.from(sound);
  flipped[flipped.length - 3]! ^= 1;
  const wanted = [3 * STRIDE + 1, count - 1];
  for (const bytes of [flipped, sound.subarray(0, 50), Buffer.alloc(0), Buffer.from('x'.repeat(80))]) {
    await writeFile(indexPath(path), bytes);
    assert.deepEqual(await idsAt(path, wanted), expected(wanted));
    assert.deepEqual(await readFile(indexPath(path)), sound, 'it is made again');
  }
  // a crash between the text's renaming and the index's: the text is another one
  const longer = records(STRIDE, count).map(toLine).join('');
  await writeFile(path, longer + records(count).map(toLine).join(''));
  assert.deepEqual(await idsAt(path, [0, STRIDE]), [`0:r${count}`, `${STRIDE}:r0`]);
  // of the same size, at another time
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(`{"id":"r${count}"`, `{"id":"q${count}"`));
  await utimes(path, 1, 1);
  assert.deepEqual(await idsAt(path, [0]), [`0:q${count}`]);
});

test('a text whose last line is not ended, and one without lines', async (t) => {
  const path = join(await temporaryFolder(t), 'text.ndjson');
  await writeFile(path, '');
  assert.deepEqual((await indexed(path)).lines, 0);
  await assert.rejects(idsAt(path, [0]), { code: 'corpus-mismatch', message: /1 of 1 .* its 0 lines/ });
  await appendFile(
    path,
    records(STRIDE + 1)
      .map(toLine)
      .join('')
      .slice(0, -1),
  );
  assert.equal((await indexed(path)).lines, STRIDE + 1);
  assert.deepEqual(await idsAt(path, [STRIDE]), expected([STRIDE]));
});

test('where nothing can be written, lines are found all the same', async (t) => {
  const { path } = await stored(t, 2 * STRIDE);
  await rm(indexPath(path));
  const folder = join(path, '..');
  await chmod(folder, 0o500);
  try {
    assert.deepEqual(await idsAt(path, [STRIDE + 1]), expected([STRIDE + 1]));
  } finally {
    await chmod(folder, 0o700);
  }
});

test('it holds no text', async (t) => {
  const { path } = await stored(t, 3 * STRIDE);
  const bytes = await readFile(indexPath(path));
  assert.equal(bytes.length, 40 + 3 * 8);
  assert.doesNotMatch(bytes.toString('latin1'), /Ostrevik|r1/);
});
