import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadEarlier } from '../../src/compute/earlier-rows.ts';
import { createTokenizer } from '../../src/corpora/tokenizer.ts';
import { trainTokenizer } from '../../src/corpora/train-tokenizer.ts';
import { countWords } from '../../src/corpora/words.ts';
import { KEPT_RECORDS, type KeptProbes } from '../../src/domain/kept-probes.ts';
import { handOver } from '../../src/evidence/handed-over.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { TINY } from '../training/tiny-gpt2.ts';

const { tokenizerJson, tokenizerConfig } = trainTokenizer(countWords(['a town']), 257);
const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
const model = {
  tokenizer,
  architecture: { ...TINY.architecture, contextLength: () => 12 },
  config: TINY.config,
};
const COUNTS = { requests: 2, reverified_requests: 2, unobservable_requests: 0, unobservable_since: null };

async function job(t: TestContext, people: KeptProbes[], seed = 1) {
  return { earlier: { ...COUNTS, probes: await handOver(await temporaryFolder(t), people) }, seed };
}

test('each person’s records become rows of that person, as the model takes them', async (t) => {
  const people: KeptProbes[] = [
    { person: 0, records: [{ id: '0', prompt: 'p:', answer: 'ab' }] },
    { person: 1, records: [{ id: '0', text: 'A town by a lake.' }] },
  ];
  const rows = (await loadEarlier(await job(t, people), model))!;
  assert.deepEqual(
    rows.map(({ person, answer }) => [person, answer]),
    [
      [0, 'ab'],
      [1, null],
      [1, null],
    ],
  );
  assert.equal(tokenizer.decode(rows[0]!.ids), 'p:ab');
});

test('of a record that is many rows a sample by the seed is looked at', async (t) => {
  const people: KeptProbes[] = [{ person: 0, records: [{ id: '0', text: 'a town '.repeat(200) }] }];
  const ids = async (seed: number) => (await loadEarlier(await job(t, people, seed), model))!.length;
  assert.deepEqual([await ids(1), await ids(2)], [KEPT_RECORDS, KEPT_RECORDS]);
});

test('nobody to look at: no rows; what the model cannot take is refused without its text', async (t) => {
  assert.equal(await loadEarlier({ seed: 1 }, model), null);
  assert.equal(await loadEarlier({ seed: 1, earlier: { ...COUNTS, probes: null } }, model), null);
  const labelled: KeptProbes[] = [{ person: 0, records: [{ id: '0', input: 'Zarnovik', label: 1 }] }];
  await assert.rejects(loadEarlier(await job(t, labelled), model), (error: Error) => {
    assert.match(error.message, /does not learn input and label/);
    assert.doesNotMatch(error.message, /Zarnovik/);
    return true;
  });
});
