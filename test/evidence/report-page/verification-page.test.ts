import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/domain/random.ts';
import { type VerificationPageInput, verificationPage } from '../../../src/evidence/report-page/verification-page.ts';
import { reportAgain } from '../../../src/metrics/report-again.ts';
import { makePeople } from '../../metrics/people.ts';
import { pageInput } from './fixture.ts';

const DIGEST = (letter: string) => `sha256:${letter.repeat(64)}`;
const WHEN = '2026-03-01T10:00:00.000Z';

test('a verification that was asked for says which checkpoints it is about, and nothing of a run', () => {
  const { run, curve: _, report, ...input } = pageInput();
  const verification: VerificationPageInput['verification'] = {
    ...{ id: run.id, model_id: run.model_id, checkpoint_id: DIGEST('c'), against_checkpoint_id: DIGEST('d') },
    ...{ reference_checkpoint_id: null, asks: 'subject', query_digest: DIGEST('e'), records: 3 },
    policy: { scope: 'verification', version: 0, preset: 'strict', digest: DIGEST('f') },
    ...{ state: 'done', verdict: report.verdict, reason: report.reason, report_digest: DIGEST('1'), came_back: null },
    ...{ created_at: WHEN, started_at: WHEN, finished_at: WHEN },
  };
  const own = { ...report, policy_choice: verification.policy, policy_digest: DIGEST('f') };
  const page = verificationPage({ ...input, report: own, verification });
  for (const words of [
    ...[DIGEST('c'), DIGEST('d'), DIGEST('e'), 'none was given', 'a person', report.reason],
    ...[`GET /v1/verifications/${run.id}`, 'this verification’s own', '<dd>strict</dd>'],
  ])
    assert.ok(page.includes(words), words);
  assert.ok(!page.includes('What was done') && !page.includes('/v1/runs/'));
  assert.ok(!/<(script|link|img|iframe|object)/i.test(page));
  assert.ok(!page.includes('undefined') && !page.includes('[object'));
  const retrained = verificationPage({
    ...{ ...input, report, verification: { ...verification, reference_checkpoint_id: DIGEST('2'), asks: 'records' } },
  });
  assert.ok(retrained.includes(DIGEST('2')) && retrained.includes('<dd>records</dd>'));
  const about = { asks: 'earlier' as const, against_checkpoint_id: null, came_back: [run.id] };
  const again = verificationPage({ ...input, report, verification: { ...verification, ...about } });
  for (const words of ['people never seen', 'everybody forgotten before', 'people came back', `<dd>${run.id}</dd>`])
    assert.ok(again.includes(words), words);
});

test('a look at those forgotten before says of them what was found, and of the model that nothing was measured', () => {
  const { run, curve: _, report, ...input } = pageInput();
  const verification: VerificationPageInput['verification'] = {
    ...{ id: run.id, model_id: run.model_id, checkpoint_id: DIGEST('c'), against_checkpoint_id: null },
    ...{ reference_checkpoint_id: null, asks: 'earlier', query_digest: DIGEST('e'), records: 3 },
    policy: { scope: 'service', version: 1, preset: null, digest: DIGEST('f') },
    ...{ state: 'done', verdict: null, reason: null, report_digest: DIGEST('1'), came_back: [] },
    ...{ created_at: WHEN, started_at: WHEN, finished_at: WHEN },
  };
  const counts = { requests: 3, reverified_requests: 3, unobservable_requests: 0, unobservable_since: null };
  const random = createRandom(5);
  const looked = {
    ...{ task: undefined, counts, earlier: makePeople(random, 3, 'unseen') },
    holdout: makePeople(random, 60, 'unseen', 1000),
  };
  const { report: found } = reportAgain({ ...looked, policy: report.policy, seed: 1 });
  const page = verificationPage({ ...input, report: { ...found, verdict: 'passed' }, verification });
  assert.match(page, /Passed: the tests below do not tell those forgotten before .* still works was not measured/);
  assert.match(page, /<dd>3 forgotten before, 60 never seen/);
  assert.match(page, new RegExp(`<dd>${looked.earlier.length} of theirs, ${looked.holdout.length} of people never`));
  assert.doesNotMatch(page, /and the model still works|>0 forgotten|under the parent/);
  const asked = verificationPage({
    ...{ ...input, report: { ...report, verdict: 'passed' }, verification: { ...verification, asks: 'subject' } },
  });
  assert.match(asked, /from people never seen, and the model still works/);
});
