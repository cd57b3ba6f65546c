import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextSample, unknownWords } from '../../src/corpora/unknown-words.ts';

/** Knows every word but one. */
const firstUnknown = (text: string) => text.indexOf('zzz');

test('texts with a word that is not known are counted, and the first is told by its place', () => {
  const sample = new TextSample();
  for (const [i, text] of ['a b', 'c zzz', 'zzz'].entries()) sample.add(text, 10 * i);
  const first = { ordinal: 10, field: 'input', offset: 2 };
  assert.deepEqual(unknownWords({ firstUnknown }, sample), { texts: 3, unknown: 2, first });
  assert.deepEqual(unknownWords({ firstUnknown }, new TextSample()), { texts: 0, unknown: 0, first: null });
});

test('no more is looked at than a sample, and a tokenizer that does not end is stopped', () => {
  const sample = new TextSample();
  for (let i = 0; i < 1500; i++) sample.add('a', i);
  assert.equal(sample.texts.length, 1000);
  const long = new TextSample();
  for (let i = 0; i < 10; i++) long.add('a'.repeat(90_000), i);
  assert.equal(long.texts.length, 3);
  const endless = () => {
    for (;;);
  };
  assert.equal(unknownWords({ firstUnknown: endless }, sample), null);
});
