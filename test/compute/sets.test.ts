import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { loadSets } from '../../src/compute/sets.ts';
import { eraseLines } from '../../src/corpora/erase-lines.ts';
import { toLine } from '../../src/corpora/records.ts';
import { createTokenizer } from '../../src/corpora/tokenizer.ts';
import { trainTokenizer } from '../../src/corpora/train-tokenizer.ts';
import { countWords } from '../../src/corpora/words.ts';
import type { SetsFile } from '../../src/domain/compute.ts';
import { sampleRows } from '../../src/domain/random.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { TINY } from '../training/tiny-gpt2.ts';

const { tokenizerJson, tokenizerConfig } = trainTokenizer(countWords(['a town']), 257);
const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
const CONTEXT = 12;
const model = {
  tokenizer,
  architecture: { ...TINY.architecture, contextLength: () => CONTEXT },
  config: TINY.config,
};
const RECORDS = ['ab', 'cd', 'ef', 'gh'].map((answer, i) => ({ id: `r${i}`, prompt: 'p:', answer }));

async function given(t: TestContext, sets: Partial<SetsFile>, records: TrainingRecord[] = RECORDS) {
  const dir = await temporaryFolder(t);
  const path = join(dir, 'people.ndjson');
  await writeFile(path, records.map(toLine).join(''));
  const sets_file = join(dir, 'sets.json');
  await writeFile(sets_file, JSON.stringify({ forget: [], retain: [], calibration: [], holdout: [], ...sets }));
  return { sets_file, corpora: { people: path } };
}
const at = (ordinal: number, person = -1, corpus_id = 'people') => ({ corpus_id, ordinal, person });

test('rows keep the order of their set, their person and their text', async (t) => {
  const job = await given(t, { forget: [at(3, 0), at(0, 1)], retain: [at(2), at(1)], holdout: [at(0)] });
  const sets = await loadSets(job, model);
  assert.deepEqual(
    sets.forget.map(({ person, answer }) => [person, answer]),
    [
      [0, 'gh'],
      [1, 'ab'],
    ],
  );
  assert.deepEqual(
    sets.retain.map(({ answer }) => answer),
    ['ef', 'cd'],
  );
  const [row] = sets.holdout;
  assert.equal(tokenizer.decode(row!.ids), 'p:ab');
  assert.equal(row!.promptLength, 2);
  assert.equal(row!.ids.at(-1), tokenizer.eosId);
});

test('what was erased meanwhile is left out of what is retained and held out, and refused where it is to be forgotten', async (t) => {
  const job = await given(t, { forget: [at(0, 0)], retain: [at(1), at(2)], holdout: [at(2), at(3)] });
  await eraseLines(job.corpora.people, new Set([2]));
  const sets = await loadSets(job, model);
  const answers = (rows: { answer: string | null }[]) => rows.map(({ answer }) => answer);
  assert.deepEqual([answers(sets.forget), answers(sets.retain), answers(sets.holdout)], [['ab'], ['cd'], ['gh']]);
  await eraseLines(job.corpora.people, new Set([0]));
  await assert.rejects(loadSets(job, model), { code: 'records-gone' });
  assert.equal((await loadSets(job, model, ['retain'])).retain.length, 1);
});

test('a set that is not asked for is not read: its corpus may be missing', async (t) => {
  const job = await given(t, { forget: [at(0, 0)], holdout: [at(7, -1, 'elsewhere')] });
  const sets = await loadSets(job, model, ['forget', 'retain']);
  assert.equal(sets.forget.length, 1);
  assert.deepEqual(sets.holdout, []);
});

test('a corpus without a file, a line beyond the end, a line that is no record: each is named', async (t) => {
  const missing = await given(t, { forget: [at(0, 0, 'elsewhere')] });
  await assert.rejects(loadSets(missing, model), { code: 'compute-failed', message: /no file for corpus elsewhere/ });
  const beyond = await given(t, { retain: [at(1), at(9)] });
  await assert.rejects(loadSets(beyond, model), {
    code: 'corpus-mismatch',
    message: /people\.ndjson.*beyond its 4 lines/,
  });
  const broken = await given(t, { retain: [at(1)] });
  await writeFile(broken.corpora.people, `${toLine(RECORDS[0]!)}not json\n`);
  await assert.rejects(loadSets(broken, model), { code: 'corpus-mismatch', message: /line 2 is not a record/ });
});

test('a record over the context is named by corpus and line, never by its text', async (t) => {
  const long = { id: 'r4', prompt: 'p:', answer: 'Zarnovik lives here' };
  const job = await given(t, { retain: [at(0), at(4)] }, [...RECORDS, long]);
  await assert.rejects(loadSets(job, model), (error: Error & { code: string }) => {
    assert.equal(error.code, 'compute-failed');
    assert.match(error.message, /line 5 of corpus people.*22 tokens.*context 12/);
    assert.doesNotMatch(error.message, /Zarnovik/);
    return true;
  });
});

test('a record of any form becomes rows of its person; a classifier’s is refused by corpus and line', async (t) => {
  const forms: TrainingRecord[] = [
    { id: 'plain', text: 'A town by the lake.' },
    { id: 'talk', messages: [{ role: 'assistant', content: 'Zarnovik' }] },
    { id: 'class', input: 'Zarnovik', label: 1 },
  ];
  const job = (ordinal: number) => given(t, { forget: [at(ordinal, 4)] }, forms);
  const { forget } = await loadSets(await job(0), model);
  assert.deepEqual(
    forget.map(({ person, ids }) => [person, ids.length]),
    [
      [4, 11],
      [4, 11],
    ],
  );
  assert.equal(forget.map(({ ids }) => tokenizer.decode(ids)).join(''), 'A town by the lake.');
  const refused = async (ordinal: number, message: RegExp) =>
    assert.rejects(loadSets(await job(ordinal), model), (error: Error & { code: string }) => {
      assert.equal(error.code, 'compute-failed');
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /Zarnovik/);
      return true;
    });
  await refused(1, /line 2 of corpus people.*has no chat template/);
  await refused(2, /line 3 of corpus people.*does not learn input and label/);
});

test('a sample is seeded, holds each row once at most, and keeps the order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer(),
      (count, limit, seed) => {
        const rows = Array.from({ length: count }, (_, i) => i);
        const sample = sampleRows(rows, limit, seed);
        assert.equal(sample.length, Math.min(count, limit));
        assert.deepEqual(
          sample,
          [...new Set(sample)].sort((a, b) => a - b),
        );
        assert.deepEqual(sampleRows(rows, limit, seed), sample);
      },
    ),
  );
  const rows = Array.from({ length: 1000 }, (_, i) => i);
  assert.notDeepEqual(sampleRows(rows, 10, 1), sampleRows(rows, 10, 2));
});
