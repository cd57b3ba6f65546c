import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CharacterSample, roundTrip } from '../../src/corpora/round-trip.ts';
import { createTokenizer } from '../../src/corpora/tokenizer.ts';
import type { LanguageRecord } from '../../src/domain/record.ts';

async function tokenizerOf(kind: string) {
  const text = await readFile(new URL(`../fixtures/tokenizers/${kind}.json`, import.meta.url), 'utf8');
  const { tokenizer, config } = JSON.parse(text) as { tokenizer: object; config: object };
  return createTokenizer(tokenizer, config);
}
const sampleOf = (...records: LanguageRecord[]): CharacterSample => {
  const sample = new CharacterSample();
  records.forEach((record, ordinal) => {
    sample.add(record, ordinal);
  });
  return sample;
};
const HARD =
  'Mirela Tandor \u00e9 e\u0301 \u6771\u4eac \u05e9 \ud83c\udfbb\u200d \u0000\ufeff\r\n\t\u2028 <|endoftext|>';

test('tokenizers over bytes give back every character, those with a vocabulary of letters do not', async () => {
  for (const kind of ['gpt2', 'neox', 'smollm', 'llama3', 'qwen2', 'llama2', 'mistral']) {
    const found = await roundTrip(await tokenizerOf(kind), sampleOf({ id: 'a', text: HARD }));
    assert.deepEqual([found.lost, found.first, found.stopped], [0, null, false], kind);
    assert.equal(found.different, new Set(HARD).size);
  }
  for (const kind of ['unigram', 'wordpiece', 'words']) {
    const { lost } = await roundTrip(await tokenizerOf(kind), sampleOf({ id: 'a', text: HARD }));
    assert.ok(lost > 0, kind);
  }
});

test('the first character that is lost is named by record, member and place, in characters', async () => {
  const tokenizer = await tokenizerOf('wordpiece');
  const plain = { id: 'a', prompt: 'the town', answer: ' of the viola' };
  const place = async (...records: LanguageRecord[]) => (await roundTrip(tokenizer, sampleOf(...records))).first;
  assert.equal(await place(plain), null);
  const [position, lost] = ['\ud83c\udfbb', 'M'];
  assert.deepEqual(await place(plain, { ...plain, answer: ` a${lost}` }), { ordinal: 1, field: 'answer', offset: 2 });
  assert.deepEqual(await place({ id: 'b', text: `town ${position}` }), { ordinal: 0, field: 'text', offset: 5 });
  const messages = [
    { role: 'user' as const, content: 'the town' },
    { role: 'assistant' as const, content: `the ${position}${lost}` },
  ];
  const found = await roundTrip(tokenizer, sampleOf({ id: 'c', messages }));
  assert.deepEqual(found.first, { ordinal: 0, field: 'messages/1/content', offset: 4 });
  assert.equal(found.lost, 2);
});

test('a tokenizer that does not end is stopped, and a sample has an end', async () => {
  const endless = {
    encode: (): number[] => {
      for (;;);
    },
    decode: () => '',
  };
  const found = await roundTrip(endless, sampleOf({ id: 'a', text: 'ab' }));
  assert.deepEqual(found, { different: 0, lost: 0, first: null, stopped: true });
  const sample = sampleOf({ id: 'a', text: 'a'.repeat(3_999_999) });
  assert.ok(sample.open);
  sample.add({ id: 'b', text: 'b' }, 1);
  assert.ok(!sample.open);
  const all = String.fromCodePoint(...Array.from({ length: 6000 }, (_, i) => 0x4e00 + i));
  assert.equal(sampleOf({ id: 'a', text: all }).entries().length, 5000);
});
