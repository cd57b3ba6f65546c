import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type VerifyBenchResult, verifyPage } from '../../../bench/verify/page.ts';

const ours = { seconds: 2, cpu_seconds: 1.5, first_seconds: 2.5 };
const scoring = { model: 'demo', parameters: 470_528, threads: 1, rows: 1200, tokens: 4800, ours };
const result: VerifyBenchResult = {
  ...{ date: '2026-01-01', torch: 'PyTorch 9.9', rounds: 3, load: 1.25 },
  scoring: [{ ...scoring, torch: { seconds: 3, cpu_seconds: 3 }, difference: 4e-6 }],
  totals: [
    {
      ...{ people: 10, records: { forget: 100, retain: 1000, holdout: 800 }, seconds: 9, cpu_seconds: 5 },
      parts: [{ part: 'scores', units: 3800, seconds: 4 }],
    },
  ],
  shares: [
    {
      ...{
        people: 10,
        policy: 'standard',
        method: 'stand-in',
        method_seconds: 9,
        verifying_seconds: 6,
        share: 0.4,
        clock_share: 0.5,
      },
      ...{ planned_share: 0.45, left_out: ['relearning shortened'] },
    },
  ],
};

test('rates, ratios above 1 where ours is faster, and what was left out', () => {
  const page = verifyPage(result);
  assert.match(page, /\| demo \| 0\.471M \| 1 \| 1200 \| 4800 \| 600 \| 2\.5 \| 400 \| 1\.5 \| 2 \| 4e-6 \|/);
  assert.match(page, /\| 10 \| 100, 1000, 800 \| 9 \| 5 \| 4 \|/);
  assert.match(page, /\| 40 % \| 50 % \| 45 % \| relearning shortened \|/);
});

test('without PyTorch its columns are left out, and that is said', () => {
  const page = verifyPage({ ...result, torch: null, scoring: [{ ...scoring, torch: null, difference: null }] });
  assert.match(page, /\| demo \| 0\.471M \| 1 \| 1200 \| 4800 \| 600 \| 2\.5 \|\n/);
  assert.match(page, /no Python with torch/);
});
