import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import { splitLines } from '../../src/corpora/lines.ts';
import { readRecords, toLine } from '../../src/corpora/records.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { anyText } from '../helpers/any-text.ts';

const ID = '01980000-0000-7000-8000-000000000001';
const record = (id: string): TrainingRecord => ({ id, prompt: `prompt ${id}`, answer: ` answer ${id}.` });
async function* stream(records: TrainingRecord[], failure?: Error) {
  yield* records;
  if (failure) throw failure;
}
const all = <T>(from: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(from);

test('what is appended is read, in canonical lines, with the digest of the whole file', async (t) => {
  const dir = join(await temporaryFolder(t), 'corpora');
  const files = createCorpusFiles(dir);
  assert.deepEqual(await all(files.read(ID)), []);
  const first = await files.append(ID, stream([record('a'), Object.assign(record('b'), { extra: 1 })]));
  assert.deepEqual([first.first_ordinal, first.count], [0, 2]);
  await first.commit();
  const second = await files.append(ID, stream([record('c')]));
  assert.deepEqual([second.first_ordinal, second.count], [2, 1]);
  assert.equal((await all(files.read(ID))).length, 2, 'nothing is visible before commit');
  await second.commit();
  assert.deepEqual(await all(files.read(ID)), [record('a'), record('b'), record('c')]);
  const text = await readFile(files.path(ID), 'utf8');
  assert.equal(text.split('\n')[1], '{"id":"b","prompt":"prompt b","answer":" answer b."}');
  assert.equal(second.digest, `sha256:${createHash('sha256').update(text).digest('hex')}`);
  assert.equal((await stat(dir)).mode & 0o777, 0o700);
  assert.equal((await stat(files.path(ID))).mode & 0o777, 0o600);
  assert.deepEqual((await readdir(dir)).sort(), [`${ID}.ndjson`, `${ID}.ndjson.idx`]);
});

test('a stream that throws, a rollback and an upload left behind leave the file as it was', async (t) => {
  const dir = await temporaryFolder(t);
  const files = createCorpusFiles(dir);
  await (await files.append(ID, stream([record('a')]))).commit();
  await assert.rejects(files.append(ID, stream([record('b')], new Error('line 2'))), { message: 'line 2' });
  await (await files.append(ID, stream([record('c')]))).rollback();
  const left = join(dir, `${ID}.0.upload`);
  await writeFile(left, 'x');
  await utimes(left, 1, 1);
  await (await files.append(ID, stream([]))).rollback();
  assert.deepEqual(await all(files.read(ID)), [record('a')]);
  assert.deepEqual((await readdir(dir)).sort(), [`${ID}.ndjson`, `${ID}.ndjson.idx`]);
});

test('lines that the index does not know are dropped; lines that it misses are an error', async (t) => {
  const files = createCorpusFiles(await temporaryFolder(t));
  await (await files.append(ID, stream([record('a'), record('b'), record('c')]))).commit();
  const healed = await files.append(ID, stream([record('d')]), 1);
  assert.equal(healed.first_ordinal, 1);
  await healed.commit();
  assert.deepEqual(await all(files.read(ID)), [record('a'), record('d')]);
  await assert.rejects(files.append(ID, stream([]), 3), { code: 'corpus-mismatch' });
  await (await files.append(ID, stream([record('e')]), 0)).commit();
  assert.deepEqual(await all(files.read(ID)), [record('e')]);
});

test('of two uploads at once the second to end is refused', async (t) => {
  const dir = await temporaryFolder(t);
  const files = createCorpusFiles(dir);
  const one = await files.append(ID, stream([record('a')]));
  const two = await files.append(ID, stream([record('b')]));
  await one.commit();
  await assert.rejects(two.commit(), { code: 'precondition-failed' });
  assert.deepEqual(await all(files.read(ID)), [record('a')]);
  assert.deepEqual((await readdir(dir)).sort(), [`${ID}.ndjson`, `${ID}.ndjson.idx`]);
});

test('chosen lines are read, and the text of a broken line is not repeated', async (t) => {
  const files = createCorpusFiles(await temporaryFolder(t));
  await (await files.append(ID, stream(['a', 'b', 'c', 'd'].map(record)))).commit();
  const path = files.path(ID);
  assert.deepEqual(await all(readRecords(path, new Set([3, 1]))), [
    { ordinal: 1, ...record('b') },
    { ordinal: 3, ...record('d') },
  ]);
  assert.deepEqual(await all(readRecords(path, new Set())), []);
  await assert.rejects(all(readRecords(path, new Set([0, 4, 9]))), {
    code: 'corpus-mismatch',
    message: /2 of 3 records asked for lie beyond its 4 lines/,
  });
  await appendFile(path, 'Mirela Tandor\n');
  await assert.rejects(all(readRecords(path)), (error: Error) => {
    assert.match(error.message, /line 5 is not a record/);
    assert.doesNotMatch(error.message, /Mirela/);
    return true;
  });
});

test('an id that is no id never becomes a path', async (t) => {
  const files = createCorpusFiles(await temporaryFolder(t));
  for (const id of ['..', '../x', 'a/b', '', 'a.b']) assert.throws(() => files.path(id), { code: 'unknown-corpus' });
});

test('any text survives storage: line separators, surrogates, zero bytes', async (t) => {
  const files = createCorpusFiles(await temporaryFolder(t));
  const text = anyText(30);
  const odd = fc.constantFrom('\u2028', 'a\r\nb', '\ud800', '\u0000', '\u0085');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ id: text, prompt: fc.oneof(odd, text), answer: fc.oneof(odd, text) }), {
        maxLength: 8,
      }),
      async (records) => {
        await (await files.append(ID, stream(records), 0)).commit();
        assert.deepEqual(
          await all(files.read(ID)),
          records.map((one) => ({ ...one })),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('lines do not depend on how the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', '\n', 'é', '\r') }),
      fc.integer({ min: 1, max: 5 }),
      async (text, n) => {
        const bytes = Buffer.from(text);
        async function* chunks() {
          for (let i = 0; i < bytes.length; i += n) yield bytes.subarray(i, i + n);
        }
        const lines = (await all(splitLines(chunks()))).map(String);
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        assert.deepEqual(lines, expected);
      },
    ),
  );
});

test('records of every form come back as they were stored; a damaged one is named by its line', async (t) => {
  const path = join(await temporaryFolder(t), 'forms.ndjson');
  const forms: TrainingRecord[] = [
    record('a'),
    { id: 'b', text: 'Ostrevik\u2028lies by a lake.' },
    { id: 'c', messages: [{ role: 'assistant', content: 'In Ostrevik.' }] },
    { id: 'd', input: { town: 'Ostrevik', age: 41 }, label: 'person' },
    { id: 'e', input: [[0, 1]], label: 0 },
  ];
  await writeFile(path, forms.map(toLine).join(''));
  const found = (await all(readRecords(path))).map(({ ordinal, ...one }) => [ordinal, one]);
  assert.deepEqual(found, [...forms.entries()]);
  const damaged = ['"text":1', '"text":"a","id":2', '"messages":[{"role":"user"}]', '"input":"a"', '"prompt":"a"'];
  for (const members of damaged) {
    await writeFile(path, `${toLine(forms[0]!)}{"id":"x",${members}}\n`);
    await assert.rejects(
      all(readRecords(path)),
      { code: 'corpus-mismatch', message: /line 2 is not a record/ },
      members,
    );
  }
});
