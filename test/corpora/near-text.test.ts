import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sketchOf, TextMatcher } from '../../src/corpora/near-text.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';

const LONG =
  'Ottilie Quennell was born in Vale in 1950 and has written nine novels about lighthouses and the people who keep them, of which the third, about a winter without ships, is read in schools.';
const matcher = (texts: string[], similarity = 0.8) =>
  new TextMatcher(texts.map((text) => ({ sketch: sketchOf(text)!, similarity })));
const plain = (text: string): TrainingRecord => ({ id: 'r', text });

test('the same words are the same text, whatever stands between them, in any field or in all of them', () => {
  const record: TrainingRecord = { id: 'r', prompt: 'Who wrote it?', answer: ' Ottilie  QUENNELL, in 1950.' };
  for (const text of ['who wrote it', 'Ottilie Quennell in 1950', 'Who wrote it? Ottilie Quennell, in 1950!'])
    assert.deepEqual([...matcher([text], 1).match(record)], [[0, 'exact']], text);
  assert.equal(matcher(['Ottilie Quennell'], 1).match(record).size, 0);
  const spoken: TrainingRecord = { id: 'r', messages: [{ role: 'assistant', content: 'In the year 1950' }] };
  assert.equal(matcher(['in the year 1950']).match(spoken).get(0), 'exact');
  const labelled: TrainingRecord = { id: 'r', input: 'A letter', label: 1 };
  assert.equal(matcher(['a letter']).match(labelled).get(0), 'exact');
  assert.equal(matcher(['1']).match({ id: 'r', input: [1], label: 1 }).size, 0);
});

test('a word changed is near, many are not, and similarity 1 takes the same words alone', () => {
  const once = LONG.replace('nine', 'ten');
  const often = LONG.replace('nine', 'ten')
    .replace('winter', 'summer')
    .replace('schools', 'prisons')
    .replace('Vale', 'Kent');
  assert.deepEqual([...matcher([LONG]).match(plain(once))], [[0, 'near']]);
  assert.deepEqual([...matcher([LONG]).match(plain(LONG))], [[0, 'exact']]);
  assert.equal(matcher([LONG]).match(plain(often)).size, 0);
  assert.equal(matcher([LONG], 0.5).match(plain(often)).get(0), 'near');
  assert.equal(matcher([LONG], 1).match(plain(once)).size, 0);
});

test('each of several texts is found by its number; other order and part of a text are other texts', () => {
  const many = matcher(['one two three', LONG, 'Straße 東京に行く']);
  assert.deepEqual([...many.match(plain('One, two, three.'))], [[0, 'exact']]);
  assert.equal(many.match(plain('three two one')).size, 0);
  assert.equal(many.match(plain(LONG.slice(0, 60))).size, 0);
  assert.deepEqual([...many.match(plain('straße 東京に行く。'))], [[2, 'exact']]);
});

test('text without a letter or digit has no sketch, and a sketch holds no word', () => {
  assert.equal(sketchOf(' …!? '), null);
  assert.doesNotMatch(JSON.stringify({ ...sketchOf(LONG), shingles: [...sketchOf(LONG)!.shingles] }), /quennell/i);
});
