// Numbers of the field's reference implementation (float32 sums): |a - b| <= 1e-6 + 1e-5 |b|.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ksTest } from '../../src/metrics/ks-test.ts';
import { loss } from '../../src/metrics/membership/loss.ts';
import { minK } from '../../src/metrics/membership/min-k.ts';
import { minKPlusPlus } from '../../src/metrics/membership/min-k-plus-plus.ts';
import { exactMemorization } from '../../src/metrics/memory/exact-memorization.ts';
import { extractionStrength, extractionStrengthAsPublished } from '../../src/metrics/memory/extraction-strength.ts';
import { probability } from '../../src/metrics/memory/probability.ts';
import { privLeak } from '../../src/metrics/privleak.ts';
import { auc } from '../../src/metrics/rank-test.ts';
import { scoreLogits } from '../../src/metrics/score-logits.ts';
import { harmonicMean } from '../../src/metrics/statistics.ts';

interface Golden {
  shape: { batch: number; time: number; vocab: number };
  batch: { labels: number[][] };
  logits: number[];
  expected: {
    prob: number;
    avgLoss: number;
    tokenLogProbs: number[];
    minK: number;
    minKPlusPlus: number;
    exactMemorization: number;
    extractionStrength: number;
  }[];
  auc: { forgetScores: number[]; holdoutScores: number[]; auc: number; 'privleakVsRetainAuc0.5': number };
  ks: { a: number[]; b: number[]; statistic: number; pvalue: number };
  hmean: { values: number[]; value: number };
}

const golden = JSON.parse(readFileSync(new URL('../fixtures/golden/metrics.json', import.meta.url), 'utf8')) as Golden;

const close = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= 1e-6 + 1e-5 * Math.abs(expected), `${what}: ${actual} is not ${expected}`);

test('metrics of single rows', () => {
  const rows = scoreLogits(golden.logits, golden.batch.labels.flat(), golden.shape);
  assert.equal(rows.length, golden.expected.length);
  golden.expected.forEach((expected, i) => {
    const row = rows[i]!;
    close(probability.score(row), expected.prob, `probability ${i}`);
    close(loss.score(row), expected.avgLoss, `loss ${i}`);
    assert.equal(row.logProbs.length - 1, expected.tokenLogProbs.length, 'the last label is dropped');
    expected.tokenLogProbs.forEach((value, t) => {
      close(row.logProbs[t]!, value, `token ${t} of row ${i}`);
    });
    close(minK.score(row), expected.minK, `min-k ${i}`);
    close(minKPlusPlus.score(row), expected.minKPlusPlus, `min-k++ ${i}`);
    close(exactMemorization.score(row), expected.exactMemorization, `exact memorization ${i}`);
    close(extractionStrengthAsPublished(row), expected.extractionStrength, `extraction strength ${i}`);
    assert.ok(extractionStrength.score(row) <= extractionStrengthAsPublished(row));
  });
});

test('extraction strength is 0 when even the last token is wrong', () => {
  const rows = scoreLogits(golden.logits, golden.batch.labels.flat(), golden.shape);
  assert.equal(extractionStrength.score(rows[1]!), 0);
  close(extractionStrengthAsPublished(rows[1]!), 1 / 6, 'the published floor');
  close(extractionStrength.score(rows[3]!), 5 / 7, 'unchanged where the last token is right');
});

test('AUC, PrivLeak, Kolmogorov-Smirnov, harmonic mean', () => {
  const value = auc(golden.auc.forgetScores, golden.auc.holdoutScores);
  close(value, golden.auc.auc, 'AUC');
  close(privLeak(value), golden.auc['privleakVsRetainAuc0.5'], 'PrivLeak');
  const ks = ksTest(golden.ks.a, golden.ks.b);
  assert.ok(Math.abs(ks.statistic - golden.ks.statistic) < 1e-12);
  assert.ok(Math.abs(ks.p / golden.ks.pvalue - 1) < 1e-12);
  close(harmonicMean(golden.hmean.values), golden.hmean.value, 'harmonic mean');
});

test('logits that do not fit their shape are refused', () => {
  const shape = { batch: 1, time: 2, vocab: 2 };
  assert.throws(() => scoreLogits([0, 0, 0], [-100, 1], shape), { code: 'validation-failed' });
  assert.throws(() => scoreLogits([0, 0, 0, 0], [-100, 2], shape), { code: 'validation-failed' });
  assert.throws(() => scoreLogits([0, 0, 0, 0], [1, -100], shape), { code: 'validation-failed' });
});
