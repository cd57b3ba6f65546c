import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEW_AUTHORS, FORGOTTEN } from '../../../bench/smollm2/choice.ts';

const QUESTIONS = Array.from({ length: 200 * 20 }, (_, id) => ({
  ...{ id, author: Math.floor(id / 20), question: `q${id}` },
  // lengths 1 to 20 in another order for each author
  answer: 'a'.repeat(1 + ((id * 7) % 20)),
}));

test('four authors learn their shortest answers, eighty strangers every third of theirs, and nobody is both', () => {
  const { train, holdout } = FEW_AUTHORS.choose(QUESTIONS);
  const authors = (rows: { author: number }[]) => new Set(rows.map(({ author }) => author));
  assert.equal(train.length, 40);
  assert.ok(train.every(({ answer }) => answer.length <= 10));
  assert.deepEqual([...authors(train)].sort(), [0, 1, FORGOTTEN, 2].sort());
  assert.equal(holdout.length, 320);
  assert.equal(authors(holdout).size, 80);
  assert.deepEqual(
    [...new Set(holdout.map(({ answer }) => answer.length))].sort((a, b) => a - b),
    [1, 4, 7, 10],
  );
  assert.deepEqual(
    [...authors(train)].filter((author) => authors(holdout).has(author)),
    [],
  );
});

test('a question is put as a conversation', () => {
  assert.deepEqual(FEW_AUTHORS.content('Who?', 'She.'), {
    messages: [
      { role: 'user', content: 'Who?' },
      { role: 'assistant', content: 'She.' },
    ],
  });
});
