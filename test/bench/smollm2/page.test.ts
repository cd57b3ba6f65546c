import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HALVES } from '../../../bench/smollm2/halves.ts';
import { type HalfResult, smolPage } from '../../../bench/smollm2/page.ts';
import type { Run } from '../../../src/domain/resources.ts';
import type { VerificationReport } from '../../../src/domain/verification.ts';

const report = { verdict: 'failed', reason: 'it remembers', findings: [] } as unknown as VerificationReport;
const attempt = {
  method: { name: 'grad-diff' },
  seconds: { unlearning: 2 },
  verdict: 'failed',
  peak_memory_bytes: 5e6,
};
const run = { attempts: [attempt] } as unknown as Run;

const result: HalfResult = {
  half: HALVES[0]!,
  ...{ date: '2026-01-01', seconds: 600 },
  training: { steps: 9, seconds: 30, exact_memorization: 1, peak_memory_bytes: 2e9 },
  stage: {
    ...{ name: 'Adapters: one author', authors: 1, state: 'needs_review', run, report, retrained: report },
    ...{ retrainSeconds: 4, truth: null },
  },
  steps: { unlearning: 7, repairing: 3 },
  certificate: null,
  exact: { state: 'completed', run, certificate: { guarantee: 'exact', verdict: 'passed' } },
  answers: [{ about: 'the world', question: 'Which?', truth: null, answers: { base: 'This | and\nthat.' } }],
};
const whole = {
  ...{ parameters: 134e6, records: { train: 40, forgotten: 10, holdout: 400 } },
  halves: [result],
};

test('the page says what ran, what did not pass and what was done then, and what was left out', () => {
  const page = smolPage(whole);
  assert.match(page, /- run on 2026-01-01, 10 minutes in all\n/);
  assert.match(page, /- request needs_review; verdict failed: it remembers\n/);
  assert.match(page, /- steps of the last attempt: unlearning 7, repairing 3\n- no certificate was issued\n/);
  assert.match(page, /asked again with `retrain`.*request completed; certificate: verdict passed, guarantee exact\n/);
  assert.match(page, /\*\*All weights: did not run\.\*\* `npm run bench:smollm2 -- --only full` runs it\./);
  assert.match(page, /\n\| the world \| base \| This \\\| and that\. \|\n/);
  const other = { ...result, half: HALVES[1]! };
  assert.doesNotMatch(smolPage({ ...whole, halves: [result, other] }), /did not run/);
});
