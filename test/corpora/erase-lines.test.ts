import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { erasedLine, isErasedLine } from '../../src/corpora/erased-line.ts';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import { indexPath } from '../../src/corpora/line-index.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const ID = '01980000-0000-7000-8000-000000000001';
const COUNT = 150;
const record = (i: number): TrainingRecord => ({ id: `r${i}`, text: `Ostrevik ${i} Ž东京. `.repeat(1 + (i % 5)) });
async function stored(t: TestContext) {
  const files = createCorpusFiles(await temporaryFolder(t));
  async function* records() {
    for (let i = 0; i < COUNT; i++) yield record(i);
  }
  await (await files.append(ID, records())).commit();
  return files;
}
const left = (erased: ReadonlySet<number>) => Array.from({ length: COUNT }, (_, i) => i).filter((i) => !erased.has(i));

test('whatever is erased, every other record is read as before, by its ordinal, and nothing of the erased is in the file', async (t) => {
  const files = await stored(t);
  const [size, index] = [(await stat(files.path(ID))).size, await stat(indexPath(files.path(ID)))];
  const erased = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: COUNT - 1 }), { maxLength: 9 }), async (ordinals) => {
      const fresh = ordinals.filter((one) => !erased.has(one)).length;
      assert.equal(await files.erase(ID, new Set(ordinals)), fresh);
      for (const one of ordinals) erased.add(one);
      const all = await Array.fromAsync(files.readLines(ID));
      assert.deepEqual(
        all.map(({ ordinal }) => ordinal),
        left(erased),
      );
      const some = await Array.fromAsync(files.readLines(ID, new Set([3, 64, 65, COUNT - 1, ...ordinals])));
      assert.deepEqual(
        some,
        left(erased)
          .filter((i) => [3, 64, 65, COUNT - 1].includes(i))
          .map((i) => ({ ordinal: i, ...record(i) })),
      );
    }),
    { numRuns: 6 },
  );
  const text = await readFile(files.path(ID), 'utf8');
  for (const one of erased) assert.ok(!text.includes(`"r${one}"`) && !text.includes(`Ostrevik ${one} `));
  assert.equal((await stat(files.path(ID))).size, size, 'every line keeps its place');
  const kept = await stat(indexPath(files.path(ID)));
  assert.equal(kept.size, index.size);
  assert.deepEqual(
    (await Array.fromAsync(files.read(ID))).map(({ id }) => id),
    left(erased).map((i) => `r${i}`),
  );
});

test('a line that is not there is refused, and a mark is never taken for a record nor a record for a mark', async (t) => {
  const files = await stored(t);
  await assert.rejects(files.erase(ID, new Set([COUNT])), { code: 'corpus-mismatch' });
  assert.equal(erasedLine(14), null);
  for (const bytes of [15, 16, 300]) {
    assert.ok(isErasedLine(erasedLine(bytes)!));
    assert.equal(erasedLine(bytes)!.length, bytes);
    assert.deepEqual(JSON.parse(erasedLine(bytes)!.toString()), { erased: true });
  }
  assert.ok(!isErasedLine(Buffer.from('{"erased":true} x')));
  assert.ok(!isErasedLine(Buffer.from('{"id":"r","text":"erased"}')));
});
