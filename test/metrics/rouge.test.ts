import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rouge1Recall, rougeLRecall, rougeTokens } from '../../src/metrics/rouge.ts';

test('words are lower-case, split at anything else, and stemmed when longer than three characters', () => {
  assert.deepEqual(rougeTokens('Jumping-Foxes, was it? 42'), ['jump', 'fox', 'was', 'it', '42']);
});

test('ROUGE-L looks at order, ROUGE-1 does not, and repetition counts once a word', () => {
  assert.equal(rougeLRecall('b a', 'a b'), 0.5);
  assert.equal(rouge1Recall('b a', 'a b'), 1);
  assert.equal(rouge1Recall('a', 'a a'), 0.5);
  assert.equal(rougeLRecall('she works in Lund', 'She worked in Lund.'), 1);
  assert.equal(rougeLRecall('', 'a b'), 0);
});

test('text without a Latin letter or digit is compared in its own script', () => {
  assert.equal(rougeLRecall('она живёт в Туле', 'Она живёт в Твери'), 0.75);
  assert.equal(rougeLRecall('?!', '?!'), 1);
  assert.equal(rougeLRecall('', '?!'), 0);
});

test('recall is within [0, 1], 1 for the reference itself, and never above ROUGE-1', () => {
  const text = fc.array(fc.constantFrom('ana', 'lives', 'in', 'living', 'Oslo', ',', '7'), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [answer, truth] = [a.join(' '), b.join(' ')];
      const [long, single] = [rougeLRecall(answer, truth), rouge1Recall(answer, truth)];
      assert.ok(long >= 0 && long <= single && single <= 1);
      assert.equal(rougeLRecall(truth, truth), 1);
    }),
  );
});
