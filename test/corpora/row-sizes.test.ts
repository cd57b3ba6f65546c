import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowSizes, SizeSample } from '../../src/corpora/row-sizes.ts';
import type { LanguageRecord } from '../../src/domain/record.ts';

/** A token a letter. */
const letters = { encode: (text: string) => Array.from(text, () => 1) };
const sized = (records: LanguageRecord[], context = 100) => {
  const sample = new SizeSample();
  for (const record of records) sample.add(record);
  return rowSizes(letters, sample, context);
};
const answer = (length: number) => ({ id: 'a', prompt: 'xx', answer: 'y'.repeat(length) });

test('sizes are those of rows: prompt, answer and the end; pieces of a text; turns with all before them', () => {
  assert.deepEqual(sized([answer(7), answer(17)]), { mean: 15, longest: 20, per_record: 1 });
  assert.deepEqual(sized([{ id: 't', text: 'z'.repeat(149) }]), { mean: 75, longest: 75, per_record: 2 });
  const say = (role: 'user' | 'assistant', content: string) => ({ role, content });
  const talk = {
    id: 'm',
    messages: [say('user', 'ab'), say('assistant', 'c'), say('user', 'd'), say('assistant', 'e')],
  };
  assert.deepEqual(sized([talk]), { mean: 28, longest: 37, per_record: 2 });
});

test('the longest is found behind the sample of the first; nothing is longer than the context', () => {
  const many = Array.from({ length: 600 }, () => answer(7));
  assert.equal(sized([...many, answer(60), ...many])?.longest, 63);
  assert.equal(sized([...many, answer(600)])?.longest, 100);
});

test('nothing is said of no records, nor by a tokenizer that does not end', () => {
  assert.equal(sized([]), null);
  const sample = new SizeSample();
  sample.add(answer(3));
  const endless = {
    encode(): number[] {
      for (;;);
    },
  };
  assert.equal(rowSizes(endless, sample, 100), null);
});
