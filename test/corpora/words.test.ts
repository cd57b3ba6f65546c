import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWords, wordsOfSeveral } from '../../src/corpora/words.ts';

const record = (id: string, answer: string, who?: string) => ({
  id,
  prompt: 'Who?',
  answer,
  ...(who === undefined ? {} : { subjects: [{ type: 'customer_id', value: who }] }),
});

test('every occurrence of a word counts', () => {
  assert.deepEqual(
    [...countWords(['a b a', ' b'])],
    [
      ['a', 1],
      [' b', 2],
      [' a', 1],
    ],
  );
});

test('a word of fewer people than asked for is left out, however often they use it', () => {
  const records = [
    record('1', ' lives in Ostrevik Ostrevik', 'c-1'),
    record('2', ' lives in Ostrevik', 'c-1'),
    record('3', ' lives in Velm', 'c-2'),
    record('4', ' lives by the sea', 'c-3'),
  ];
  const words = wordsOfSeveral(records, 3);
  assert.deepEqual([...words.keys()].sort(), [' lives', '?', 'Who']);
  assert.equal(words.get(' lives'), 4);
  assert.equal(wordsOfSeveral(records, 1).get(' Ostrevik'), 3);
});

test('records without a subject are somebody each', () => {
  const words = wordsOfSeveral([record('1', ' sea'), record('2', ' sea'), record('3', ' sea')], 3);
  assert.equal(words.get(' sea'), 3);
});
