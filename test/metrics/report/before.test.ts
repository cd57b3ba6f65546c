import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { createRandom } from '../../../src/domain/random.ts';
import { type RowScore, VerificationPolicy, VerificationReport } from '../../../src/domain/verification.ts';
import { buildReport } from '../../../src/metrics/report.ts';
import { type Kind, makePeople } from '../people.ts';

const policy = Value.Default(VerificationPolicy, {}) as VerificationPolicy;
const COUNTS = { requests: 3, reverified_requests: 3, unobservable_requests: 0, unobservable_since: null };
const SINCE = '2026-03-01T10:00:00.000Z';

/** A run that forgot its own, with people of earlier runs as given. */
function report(earlier: RowScore[], counts = {}, { forget = 'unseen' as Kind, holdout = 60 } = {}) {
  const random = createRandom(5);
  const sets = (kind: Kind) => ({
    forget: makePeople(random, 1, kind),
    retain: makePeople(random, 20, 'known').map((row) => ({ ...row, person: -1 })),
    holdout: makePeople(random, holdout, 'unseen', 1000),
  });
  const given = { policy, exact: false, baseline: null, seed: 7, seconds: 1 };
  const after = { ...sets(forget), earlier };
  const made = buildReport({ before: sets('known'), after, ...given, earlier: { ...COUNTS, ...counts } });
  assert.deepEqual([...Value.Errors(VerificationReport, made)], []);
  assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
  return { ...made, before: made.before! };
}
const people = (count: number, kind: Kind, first = 0) => makePeople(createRandom(count + first), count, kind, first);

test('people of earlier runs who look like people never seen pass, by every metric and attack that is asked of everybody', () => {
  const { verdict, before } = report(people(3, 'unseen'));
  assert.equal(verdict, 'passed');
  assert.deepEqual([before.verdict, before.people, before.records, before.people_above], ['passed', 3, 15, 0]);
  assert.deepEqual(
    before.findings.map(({ metric }) => metric),
    [
      ...['exact-memorization', 'extraction-strength', 'probability', 'rouge-l-recall'],
      ...['grad-norm', 'iam', 'loss', 'min-k', 'min-k-plus-plus', 'reference', 'rmia', 'u-lira', 'zlib'],
    ],
  );
  for (const one of before.findings) assert.deepEqual([one.set, one.before, one.verdict], ['earlier', null, 'passed']);
  const { threshold } = before.findings.find(({ metric }) => metric === 'loss')!;
  assert.match(threshold!, /over-forgetting left out \(who comes back is looked for\)$/);
});

test('one of them who came back fails the run, named by count', () => {
  const { verdict, reason, before } = report([...people(2, 'unseen'), ...people(1, 'known', 2)]);
  assert.equal(verdict, 'failed');
  assert.deepEqual([before.verdict, before.people_above], ['failed', 1]);
  assert.match(
    reason,
    /^The rule of people forgotten before failed: 1 of 3 people forgotten by earlier runs came back/,
  );
  assert.match(reason, /probability/);
});

test('a run that failed by itself says both', () => {
  const { reason } = report(people(1, 'known'), {}, { forget: 'known' });
  assert.match(reason, /^The memory rule failed: .* The rule of people forgotten before failed: 1 of 1 person/);
});

test('who is further from the model than people never seen has not come back', () => {
  const { verdict, before } = report(people(3, 'over-forgotten'));
  assert.deepEqual([verdict, before.verdict], ['passed', 'passed']);
});

test('what so few people cannot decide is said, and decides nothing about the run', () => {
  // two strangers would leave the run's own attacks undecided as well, so that only the section is looked at
  const { before } = report(people(1, 'unseen'), {}, { holdout: 20 });
  assert.equal(before.verdict, 'inconclusive');
  assert.match(before.reason, /Too few people to decide by grad-norm/);
});

test('nobody can be looked at again: how many, and since when; no claim about them', () => {
  const gone = { reverified_requests: 0, unobservable_requests: 3, unobservable_since: SINCE };
  const { verdict, before } = report([], gone);
  assert.deepEqual([verdict, before.verdict, before.people], ['passed', null, 0]);
  assert.deepEqual([before.findings, before.unobservable_since], [[], SINCE]);
  assert.equal(before.reason, 'Nobody was looked at again. Of 3 of 3 earlier requests nothing is kept to look with.');
});

test('what was not measured of these people is left out', () => {
  const bare = people(3, 'unseen').map(({ referenceNlls: _, zlibBytes: __, ...row }) => row);
  const attacks = report(bare).before.findings.map(({ metric }) => metric);
  assert.ok(attacks.includes('loss') && !attacks.includes('reference') && !attacks.includes('zlib'));
});

test('numbers that are not finite fail', () => {
  const broken = people(1, 'unseen').map((row) => ({ ...row, logProbs: row.logProbs.map(() => Number.NaN) }));
  assert.equal(report(broken).verdict, 'failed');
});
