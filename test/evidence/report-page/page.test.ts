import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportPage } from '../../../src/evidence/report-page/page.ts';
import { pageInput } from './fixture.ts';

test('every finding, threshold and attempt of the report is in the page, and the verdict first', () => {
  const input = pageInput();
  const page = reportPage(input);
  const { report, run } = input;
  for (const { metric, threshold } of report.findings) {
    assert.ok(page.includes(`<th scope="row">${metric}</th>`), metric);
    if (threshold !== null) assert.ok(page.includes(threshold), threshold);
  }
  for (const words of [report.reason, run.id, run.parent, 'grad-diff', 'naturalness.length_factor', 'repairing'])
    assert.ok(page.includes(words), words);
  assert.ok(page.indexOf('class="verdict passed"') < page.indexOf('<table>'));
  assert.ok(page.includes('nobody has two answers'));
  assert.match(page, /<td class="number">62<\/td><td>stop rule<\/td>/);
  assert.match(page, /Distance to retraining[\s\S]*<th scope="row">truth-ratio[\s\S]*PrivLeak: /);
  assert.match(
    page,
    /Asked for: 2; compared with: 2\.[\s\S]*p by models[\s\S]*NeurIPS 2023 challenge: needs 20 candidates/,
  );
  assert.match(page, /with 4 forgotten and 60 people never seen an AUC under 0\.\d+/);
  // a histogram before and one after and a curve for each attack, an attack on the weights, and the losses
  const pictures = page.match(/<svg [^>]*role="img"/g)!.length;
  assert.equal(pictures, 3 * report.distributions!.length + 2);
  assert.match(reportPage(pageInput('known')), /class="verdict failed"/);
});

test('whose policy it was, by version, preset and digest; robustness as a list', () => {
  const input = pageInput();
  const digest = `sha256:${'c'.repeat(64)}`;
  const choice = { scope: 'model', version: 3, preset: 'strict', digest } as const;
  const page = reportPage({ ...input, report: { ...input.report, policy_choice: choice, policy_digest: digest } });
  for (const words of [
    'the model’s, version 3',
    '<dd>strict</dd>',
    digest,
    '<dt>robustness</dt><dd>quantisation, relearning</dd>',
  ])
    assert.ok(page.includes(words), words);
});

test('what it took by part, and what there was no time for, with the remedy', () => {
  const input = pageInput();
  const planned = { seconds: 20, share_of_run: 0.48 };
  const extent = { other_answers: 5, wrapped_prompts: 4, samples: 10, attacks: { relearning: 0 } };
  const parts = [{ part: 'scores', units: 1200, seconds: 3.25 }];
  const missed = { part: 'relearning', done: 'left out', asked_for: 40, measured: 0 } as const;
  const left_out = [{ ...missed, reason: 'No time.', remedy: 'More time.' }];
  const cost = { parts, extent, planned, share_of_run: 0.415 };
  const page = reportPage({ ...input, report: { ...input.report, cost, left_out } });
  for (const words of [
    '41.5 %',
    'expected 20 s, 48 %',
    '3.25 s',
    'relearning: left out, 0 of 40',
    'No time. More time.',
  ])
    assert.ok(page.includes(words), words);
  assert.ok(!reportPage(input).includes('What it took'), 'a report of before does not say');
});

test('everybody forgotten before: who was looked at again, and since when nobody could', () => {
  const input = pageInput();
  assert.ok(!reportPage(input).includes('Forgotten before'));
  const counts = { requests: 4, reverified_requests: 3, unobservable_requests: 1 };
  const before = {
    ...{ ...counts, unobservable_since: '2026-02-01T10:00:00.000Z', people: 3, records: 60, people_above: 0 },
    ...{ verdict: 'passed' as const, reason: 'Nobody <came> back.' },
    findings: input.report.findings.filter(({ metric, set }) => metric === 'loss' && set === 'forget'),
  };
  const page = reportPage({ ...input, report: { ...input.report, before } });
  for (const words of [
    'Forgotten before',
    '(3 people, 60 records)',
    '2026-02-01 10:00:00 UTC',
    'Nobody &lt;came&gt; back.',
  ])
    assert.ok(page.includes(words), words);
  assert.equal(
    page.match(/<th scope="row">loss</g)!.length,
    2 + reportPage(input).match(/<th scope="row">loss</g)!.length - 1,
  );
});

test('nothing is loaded or run, and names are text', () => {
  const page = reportPage(pageInput('unseen', '<script>alert(1)</script>'));
  assert.ok(!/<(script|link|img|iframe|object|style [^>])/i.test(page));
  assert.ok(
    !/\b(src|href|url|style|on\w+)\s*=/i.test(page.replace(/<style>[\s\S]*<\/style>/, '')),
    'no attribute that loads or runs',
  );
  assert.ok(!/@import|url\(/.test(page));
  assert.ok(page.includes('&lt;script&gt;'));
  assert.ok(!page.includes('NaN') && !page.includes('undefined') && !page.includes('[object'));
});

test('a report of before, without spreads, and of a classifier, with classes', () => {
  const input = pageInput();
  const { distributions: _, robustness: __, ...older } = input.report;
  const share = { records: 9, before: 1, after: 0.25 };
  const classes = [{ class: 'a <b>', forget: share, retain: share, holdout: null }];
  const page = reportPage({ ...input, report: { ...older, classes }, curve: [] });
  const { retraining: ___, ...untrained } = older;
  const why = { asked: 1, compared: 0, note: 'none could be trained: recipe-missing (no recipe <b>)' };
  assert.match(
    reportPage({ ...input, report: { ...untrained, references: why } }),
    /none could be trained: [^<]*&lt;b&gt;/,
  );
  assert.ok(!page.includes('<svg') && page.includes('Accuracy by class') && page.includes('a &lt;b&gt;'));
});
