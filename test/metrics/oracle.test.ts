// Statistics against SciPy and scikit-learn: scripts/fixtures/make-statistics.py wrote what these have.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RowScore } from '../../src/domain/verification.ts';
import { clopperPearson } from '../../src/metrics/binomial.ts';
import { bootstrapInterval } from '../../src/metrics/bootstrap.ts';
import { fitting, outSignal, signal, spreadOf } from '../../src/metrics/interpolation.ts';
import { ksAsymptoticP, ksTest } from '../../src/metrics/ks-test.ts';
import { iam } from '../../src/metrics/membership/iam.ts';
import { rmia } from '../../src/metrics/membership/rmia.ts';
import { uLira } from '../../src/metrics/membership/u-lira.ts';
import { auc, rankTest } from '../../src/metrics/rank-test.ts';
import { operatingPoints } from '../../src/metrics/report/operating-points.ts';
import { mean } from '../../src/metrics/statistics.ts';

interface Samples {
  a: number[];
  b: number[];
}
interface Bounds {
  level: number;
  low: number;
  high: number;
}
interface Oracle {
  kolmogorov_smirnov: (Samples & { statistic: number; exact: number; asymptotic: number })[];
  curves: (Samples & { auc: number; exact: boolean; p: number; at_1_percent: number })[];
  clopper_pearson: (Bounds & { k: number; n: number })[];
  bootstrap: (Bounds & { values: number[] })[];
  interpolation: { out: number[]; own: number[]; spread: number; fitting: number[] };
  shadows: { own: number[]; unlearned: number[][]; unseen: number[][]; spreads: [number, number]; ratio: number[] };
  relative: { out: number[][]; own: number[]; ratio: number[]; counted: number[] };
}
const oracle = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/statistics.json'), 'utf8')) as Oracle;

const close = (found: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1e-12, Math.abs(expected)), `${found}, not ${expected}`);

test('Kolmogorov-Smirnov: distance, exact p and the limit of large samples are SciPy’s', () => {
  for (const { a, b, statistic, exact, asymptotic } of oracle.kolmogorov_smirnov) {
    const found = ksTest(a, b);
    close(found.statistic, statistic);
    close(found.p, exact, 1e-6);
    close(ksAsymptoticP(a.length, b.length, statistic), asymptotic, 1e-6);
  }
  assert.equal(ksAsymptoticP(10, 10, 0), 1);
});

test('AUC with ties is scikit-learn’s, p of the rank test SciPy’s', () => {
  for (const { a, b, ...expected } of oracle.curves) {
    close(auc(a, b), expected.auc);
    close(rankTest(a, b, expected.exact ? 1e9 : 0).p, expected.p, 1e-6);
  }
});

test('the share found at 1 % is that of scikit-learn’s curve; with fewer than a hundred others there is none', () => {
  for (const { a, b, at_1_percent } of oracle.curves) {
    const [one, tenth] = operatingPoints(null, { forget: a, holdout: b });
    assert.equal(one!.fpr, 0.01);
    assert.equal(one!.before, null);
    if (b.length < 100) assert.deepEqual([one!.after, one!.interval], [null, null]);
    else {
      close(one!.after!, at_1_percent);
      assert.ok(one!.interval!.low <= one!.after! && one!.after! <= one!.interval!.high);
    }
    assert.deepEqual([tenth!.fpr, tenth!.after], [0.001, null]);
  }
});

test('the exact interval of a share is SciPy’s', () => {
  for (const { k, n, level, low, high } of oracle.clopper_pearson) {
    const found = clopperPearson(k, n, level)!;
    close(found.low, low);
    close(found.high, high);
  }
  assert.equal(clopperPearson(0, 0), null);
});

test('the percentile bootstrap is SciPy’s, but for the draws', () => {
  for (const { values, level, low, high } of oracle.bootstrap) {
    const found = bootstrapInterval([values], ([drawn]) => mean(drawn!), { seed: 1, level, resamples: 20_000 })!;
    close(found.low, low, 0.02);
    close(found.high, high, 0.02);
  }
});

/** A row that says only what it costs, under a model and under others that never saw it. */
const costing = (nll: number, referenceNlls: number[], referenceSpread = 0) =>
  ({ logProbs: Float64Array.of(-nll), referenceNlls, referenceSpread }) as unknown as RowScore;

test('IAM: the way from what a model gives a record that never saw it to a probability of 1, by SciPy’s Gumbel distribution', () => {
  const { out, own, spread, fitting: expected } = oracle.interpolation;
  close(spreadOf(out.map((nll) => outSignal([nll]))), spread);
  expected.forEach((fits, i) => {
    close(fitting(signal(Math.exp(-own[i]!)), outSignal([out[i]!]), spread), fits);
    close(iam.score(costing(own[i]!, [out[i]!], spread)), 1 - fits);
  });
  assert.deepEqual([fitting(1, 2, 0), Math.round(100 * fitting(signal(1), 0, 0.5))], [0, 100]);
});

test('RMIA: the offline ratio, which orders records as the count over a population does', () => {
  const { out, own, ratio, counted } = oracle.relative;
  const scores = own.map((nll, i) => rmia.score(costing(nll, out[i]!)));
  scores.forEach((score, i) => {
    close(score, -Math.log(ratio[i]!));
  });
  const order = (values: number[]) => values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  assert.deepEqual(order(scores), order(counted).reverse());
});

test('U-LiRA: the ratio of SciPy’s normal densities', () => {
  const { own, unlearned, unseen, spreads, ratio } = oracle.shadows;
  ratio.forEach((expected, i) => {
    const kinds = {
      unlearned: { scores: unlearned[i]!, spread: spreads[0] },
      unseen: { scores: unseen[i]!, spread: spreads[1] },
    };
    close(uLira.score({ ...costing(own[i]!, []), shadows: kinds }), -expected, 1e-6);
  });
});
