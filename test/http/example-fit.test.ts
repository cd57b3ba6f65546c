// What a registration says of a classifier's corpora: texts that it cannot take, and words that its tokenizer does not know.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { fitExamples } from '../../src/http/example-fit.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { topologyFolder } from '../helpers/classifiers.ts';

/** A classifier of texts, and what is said of records to it. */
async function open(t: TestContext) {
  const root = await temporaryFolder(t);
  const folder = await topologyFolder(root, 'text');
  const files = createCorpusFiles(join(root, 'corpora'));
  const about = {
    name: 'letters',
    people: 0,
    digest: null,
    subject_rules: null,
    created_at: '2026-01-01T00:00:00.000Z',
  };
  const fit = async (...records: TrainingRecord[]) => {
    await (
      await files.append(
        'c',
        (async function* () {
          yield* records;
        })(),
      )
    ).commit();
    return fitExamples(files, [{ corpus: { id: 'c', records: 9, ...about }, index: 0, records: 9 }], folder);
  };
  return { folder, fit };
}
const known = { id: 'a', input: 'baba kilo', label: 1 };
const ids = { id: 'b', input: Array.from({ length: 12 }, () => 3), label: 'low' };

test('texts and ids are taken side by side', async (t) => {
  assert.deepEqual(await (await open(t)).fit(known, ids), []);
});

test('words without a token are a warning with a place, not with text', async (t) => {
  const { fit } = await open(t);
  const warnings = await fit(known, { ...ids, input: 'baba  Zarnovik kilo' }, { ...known, id: 'c', input: 'Ostrevik' });
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0]!,
    /every word of 2 of the first 3 texts of the corpus letters, .* record 2, input, character 7:/,
  );
  assert.doesNotMatch(warnings[0]!, /Zarnovik/);
});

test('what the model cannot take is refused by line, with what to do', async (t) => {
  const { fit, folder } = await open(t);
  const refused = async (message: RegExp, ...records: TrainingRecord[]) =>
    assert.rejects(fit(...records), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'corpus-unsuited');
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /Zarnovik/);
      return true;
    });
  await refused(/line 2 is no record of input and label/, known, { id: 'b', text: 'Zarnovik' });
  await rm(join(folder, 'tokenizer.json'));
  // of the corpus, which has the records of before as well
  await refused(/line 1 does not fit the model: input is text, and the model has no tokenizer\.json: put the one/, ids);
});
