import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metaResults } from '../../../bench/verifier/meta.ts';
import { KINDS, verifierPage } from '../../../bench/verifier/page.ts';
import type { Play } from '../../../bench/verifier/strangers.ts';

const judged = (verdict: 'passed' | 'failed', probability: number, reason = 'The memory rule failed: x.') => ({
  verdicts: { standard: { verdict, reason } },
  values: { probability },
});

test('wrong verdicts are counted by what a candidate is, and metrics by what they tell apart', () => {
  const found = Object.fromEntries(KINDS.map((kind) => [kind, [judged('failed', 1), judged('failed', 0.9)]]));
  const play = { policy: 'standard', against: 40, rule: null };
  const plays: Play[] = [
    ...Array.from({ length: 18 }, () => ({ ...play, verdict: 'passed' as const })),
    { ...play, verdict: 'inconclusive' },
    { ...play, verdict: 'failed', rule: 'memory' },
    { ...play, verdict: 'failed', rule: 'memory' },
  ];
  const result = {
    ...{ date: '2026-03-01', plays },
    found: {
      ...found,
      retrained: [judged('passed', 0.1), judged('failed', 0.2)],
      unlearned: [judged('passed', 0.2)],
      'left as it was': [judged('failed', 1), judged('passed', 1)],
      'retrained, relearned': [judged('failed', 0.4)],
      'unlearned, relearned': [judged('failed', 0.8)],
      'unlearned, 4 bits': [judged('failed', 0.4)],
    },
  };
  const page = verifierPage(result);
  const row = (name: string) => page.split('\n').find((line) => line.includes(`| ${name} |`))!;
  assert.match(row('retrained'), /\| pass \| 2 \| 1 \| 1 \| 0 \| 1 of 2 \| memory 1 \|/);
  assert.match(row('left as it was'), /\| fail \| 2 \| 1 \| 1 \| 0 \| 1 of 2 \|/);
  assert.match(row('unlearned'), /\| either \| 1 \| 1 \| 0 \| 0 \| – \| – \|/);
  // two of the twenty that were decided; the interval is SciPy's
  assert.match(page, /\| standard \| 40 \| 21 \| 1 \| 2 \| 10\.0 % \[1\.2 %, 31\.7 %\] \| memory 2 \|/);
  // gains of 0.3 and 0.6, of the first model of each kind; 0.2 of 0.4 are left after rounding
  assert.match(row('`probability`'), /\| 1\.00 \| 0\.50 \| 0\.50 \| 0\.50 \| 0\.67 \|/);
  const { people, changed, metrics } = metaResults(result);
  assert.deepEqual([people, changed, Object.keys(metrics)], [2, 1, ['probability']]);
  assert.deepEqual(Object.values(metrics.probability!), [1, 0.5, 0.5, 0.5, 0.6667]);
  // of a metric that no retrained model has a value of, nothing is claimed
  found['left as it was']![0]!.values = { ...found['left as it was']![0]!.values, 'u-lira': 1 } as never;
  const unknown = metaResults({ date: '', found: { ...result.found, 'left as it was': found['left as it was']! } });
  assert.deepEqual(new Set(Object.values(unknown.metrics['u-lira']!)), new Set([null]));
});
