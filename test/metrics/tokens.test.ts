import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowScore } from '../../src/domain/verification.ts';
import { minK } from '../../src/metrics/membership/min-k.ts';
import { minKPlusPlus } from '../../src/metrics/membership/min-k-plus-plus.ts';
import { exactMemorization } from '../../src/metrics/memory/exact-memorization.ts';
import { extractionStrength } from '../../src/metrics/memory/extraction-strength.ts';
import { tokensWithoutEnd } from '../../src/metrics/tokens.ts';

/** Sure and right but for its last token. */
function row(tokens: number, more: Partial<RowScore> = {}): RowScore {
  const but = (last: number) => Float32Array.from({ length: tokens }, (_, i) => (i === tokens - 1 ? last : 0));
  const correct = Uint8Array.from({ length: tokens }, (_, i) => Number(i < tokens - 1));
  return { index: 0, person: 0, logProbs: but(-8), correct, mu: but(0), variance: but(4), ...more };
}

test('the end is left out, but where it is all there is; the last token of a row that is cut is one of the text', () => {
  const counts = [1, 2, 5].map((tokens) => [
    tokensWithoutEnd(row(tokens)),
    tokensWithoutEnd(row(tokens, { cut: true })),
  ]);
  assert.deepEqual(counts, [
    [1, 1],
    [1, 2],
    [4, 5],
  ]);
  const [ended, cut] = [row(5), row(5, { cut: true })];
  const scores = (one: RowScore) =>
    [exactMemorization, extractionStrength, minK, minKPlusPlus].map((metric) => metric.score(one));
  assert.deepEqual(scores(ended).map(Math.abs), [1, 1, 0, 0]);
  // of the lowest two of five one is the last: -8, which lies four deviations below what was expected
  assert.deepEqual(scores(cut), [0.8, 0, 4, 2]);
});
