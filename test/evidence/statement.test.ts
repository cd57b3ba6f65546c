import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VerificationPolicy } from '../../src/domain/verification.ts';
import { buildStatement, type StatementInput } from '../../src/evidence/statement.ts';
import type { UnlearningStatement } from '../../src/evidence/statement-schema.ts';
import { policyDigest } from '../../src/runs/policy.ts';
import { PERSONAL, searchInput, unlearningInput, uuid } from './statement-fixture.ts';

const unlearning = (change: (input: StatementInput) => void = () => {}) => {
  const input = unlearningInput();
  change(input);
  return buildStatement(input) as UnlearningStatement;
};

test('states the new checkpoint as its subject and the way from the parent to it', () => {
  const { subject, predicate } = unlearning();
  assert.deepEqual(subject, [{ name: 'model/letters', digest: { sha256: 'b'.repeat(64) } }]);
  assert.equal(predicate.scope.parent_checkpoint, `sha256:${'a'.repeat(64)}`);
  assert.deepEqual(predicate.scope.corpora, { train: 1, holdout: 1 });
  assert.equal(predicate.law.article, '17(1)(b)');
  assert.deepEqual(predicate.data_subject?.identifier_types, ['email', 'name']);
  assert.equal(predicate.verification.findings[0]?.interval?.high, 0.4);
  assert.equal(predicate.disposition.kept_until, '2026-03-04T10:00:00.000Z');
});

test('names the policy that was applied by its digest, and refuses one that is not its own', () => {
  const policy_choice = { scope: 'model' as const, version: 2, preset: null, digest: `sha256:${'c'.repeat(64)}` };
  const stated = (of: (policy: VerificationPolicy) => string) =>
    unlearning(({ report }) => Object.assign(report!, { policy_digest: of(report!.policy), policy_choice }));
  const { verification } = stated(policyDigest).predicate;
  assert.equal(verification.policy_digest, policyDigest(verification.policy));
  assert.deepEqual(verification.policy_choice, policy_choice);
  assert.throws(() => stated(() => `sha256:${'d'.repeat(64)}`), /the digest of the policy is not its own/);
});

test('says that the time was extended and that the plan was approved, but not by whom or why', () => {
  assert.deepEqual([unlearning().predicate.law.extension, unlearning().predicate.approval], [undefined, undefined]);
  const [at, plan_digest] = ['2026-03-02T10:00:00.000Z', `sha256:${'e'.repeat(64)}`];
  const statement = unlearning(({ request }) => {
    request.approval = { plan_digest, by: 'olga.officer', at };
    request.extension = { months: 2, notified_at: at, reason: 'Olga is away.', by: 'olga.officer', at };
  });
  assert.deepEqual(statement.predicate.law.extension, { months: 2, notified_at: at });
  assert.deepEqual(statement.predicate.approval, { plan_digest, at });
  assert.doesNotMatch(JSON.stringify(statement), /olga/i);
});

test('claims exact only for retraining from a recipe, all of it or a part', () => {
  assert.equal(unlearning().predicate.guarantee.class, 'empirical');
  const retrain = (recipe: boolean, name = 'retrain') =>
    unlearning(({ attempt, model }) => {
      attempt!.method = { name, params: {} };
      model!.has_recipe = recipe;
    }).predicate;
  assert.equal(retrain(true).guarantee.class, 'exact');
  assert.deepEqual(retrain(true, 'sisa').guarantee, {
    ...{ class: 'exact', basis: 'The shards that held the records trained again by the recorded recipe without them' },
  });
  const again = unlearning(({ attempt, model }) => {
    Object.assign(attempt!, { method: { name: 'retrain', params: {} }, start: 2 });
    model!.has_recipe = true;
  }).predicate.guarantee;
  assert.equal(again.class, 'exact');
  assert.match(again.basis, /from other seeds than the recipe’s: 2 such candidates of earlier runs did not pass/);
  assert.equal(retrain(false).guarantee.class, 'empirical');
  assert.ok(retrain(false).does_not_attest.some((limit) => limit.includes('evidence, not proof')));
  assert.ok(!retrain(true).does_not_attest.some((limit) => limit.includes('evidence, not proof')));
});

test('an exact training without records that nobody can measure any more says so', () => {
  const limitsOf = (unmeasured_records?: number) =>
    unlearning(({ run, attempt, model }) => {
      Object.assign(run!.counts, unmeasured_records === undefined ? {} : { unmeasured_records });
      attempt!.method = { name: 'retrain', params: {} };
      model!.has_recipe = true;
    }).predicate.does_not_attest;
  assert.match(limitsOf(3)[0]!, /3 of the records .* removed them by another method, and their text was erased/);
  assert.deepEqual(limitsOf(3).slice(1), limitsOf());
});

test('claims certified only for certified removal within its budget, and states its numbers', () => {
  const removal = (certified?: { epsilon: number; delta: number; budget: number; spent: number }) =>
    unlearning(({ attempt }) => {
      attempt!.method = { name: 'certified-removal', params: {} };
      if (certified) attempt!.certified = certified;
    }).predicate;
  const within = removal({ epsilon: 0.5, delta: 1e-5, budget: 0.2, spent: 0.0123 });
  assert.equal(within.guarantee.class, 'certified');
  assert.match(within.guarantee.basis, /epsilon 0\.5 and delta 0\.00001: .* at most 0\.0123, and 0\.200 is allowed/);
  assert.ok(within.does_not_attest.some((limit) => limit.includes('features of the last layer')));
  assert.equal(removal().guarantee.class, 'empirical');
  for (const spent of [0.3, Number.NaN])
    assert.throws(() => removal({ epsilon: 1, delta: 1e-5, budget: 0.2, spent }), /budget .* is spent/);
});

test('of a last layer that was trained anew it claims no more, since its features were not', () => {
  const { guarantee, does_not_attest } = unlearning(({ attempt }) => {
    attempt!.method = { name: 'retrain', params: {} };
    attempt!.certified = { epsilon: 0.5, delta: 1e-5, budget: 0.2, spent: 0.001 };
  }).predicate;
  assert.equal(guarantee.class, 'certified');
  assert.match(guarantee.basis, /last layer trained again .* features that are taken as they are/);
  assert.ok(does_not_attest.some((limit) => limit.includes('features of the last layer')));
});

const refusals: [string, (input: StatementInput) => void][] = [
  ['failed', ({ report }) => Object.assign(report!, { verdict: 'failed' })],
  ['inconclusive', ({ report }) => Object.assign(report!, { verdict: 'inconclusive' })],
  ['a finding failed', ({ report }) => Object.assign(report!.findings[0]!, { verdict: 'failed' })],
  ['another checkpoint', (input) => Object.assign(input, { checkpointDigest: `sha256:${'e'.repeat(64)}` })],
  ['began at another', (input) => Object.assign(input, { parentDigest: `sha256:${'e'.repeat(64)}` })],
  ['did not serve', ({ run }) => Object.assign(run!, { request_ids: [] })],
  ['verification is missing', (input) => Object.assign(input, { report: null })],
  ['data_subject', (input) => Object.assign(input, { subjectDigest: 'not a digest' })],
  ['what was searched is missing', (input) => Object.assign(input, { run: null })],
];
for (const [reason, change] of refusals) {
  test(`refuses when the evidence does not carry it: ${reason}`, () => {
    assert.throws(() => unlearning(change), new RegExp(reason));
  });
}

test('says of everybody forgotten before who was looked at again, and since when nobody could; not of one who came back', () => {
  const { findings } = unlearningInput().report!;
  const before = {
    ...{
      requests: 4,
      reverified_requests: 3,
      unobservable_requests: 1,
      unobservable_since: '2026-02-01T10:00:00.000Z',
    },
    ...{ people: 3, records: 60, people_above: 0, verdict: 'passed' as const, reason: 'nobody came back' },
    findings: findings.map((one) => ({ ...one, set: 'earlier' as const })),
  };
  const certified = unlearning(({ report }) => Object.assign(report!, { before: { ...before, names: ['record-17'] } }));
  assert.deepEqual(certified.predicate.verification.before, before);
  assert.ok(certified.predicate.does_not_attest.some((limit) => limit.includes('`verification.before`')));
  const failed = before.findings.map((one) => ({ ...one, verdict: 'failed' as const }));
  const worse = { ...before, findings: failed };
  assert.throws(() => unlearning(({ report }) => Object.assign(report!, { before: worse })), /a finding failed/);
});

test('a search names what was searched and never a checkpoint', () => {
  const statement = buildStatement(searchInput());
  assert.equal(statement.predicateType, 'urn:expunge:predicate:search:v1');
  assert.match(JSON.stringify(statement), /"matching_records":0/);
  assert.doesNotMatch(JSON.stringify(statement), /checkpoint"/);
});

test('names the records of a request that is about records, the person of one about a person, or both; never neither', () => {
  const records = { digest: `sha256:${'f'.repeat(64)}`, record_ids: 1, texts: [{ exact: 2, near: 1 }], matched: 4 };
  const about = (subjectDigest: string | null, asked: typeof records | null) =>
    unlearning((input) => Object.assign(input, { subjectDigest, request: { ...input.request, records: asked } }));
  const alone = about(null, records).predicate;
  assert.equal(alone.data_subject, undefined);
  const algorithm = 'HMAC-SHA-256 over the sorted places of the records in their corpora';
  assert.deepEqual(alone.records, { digest: records.digest, algorithm, record_ids: 1, texts: 1, matched: 4 });
  assert.ok(alone.does_not_attest.some((limit) => limit.includes('in other words')));
  const both = about('c'.repeat(64), { ...records, texts: [] }).predicate;
  assert.deepEqual([both.data_subject?.digest, both.records?.texts], [`sha256:${'c'.repeat(64)}`, 0]);
  assert.ok(!both.does_not_attest.some((limit) => limit.includes('in other words')));
  assert.throws(() => about(null, null), /about nobody and nothing/);
});

test('a search says which runs had removed what matched, and where one of them is not exact what that leaves open', () => {
  const by = (...guarantees: ('exact' | 'certified' | 'empirical')[]) => {
    const runs = guarantees.map((guarantee, n) => ({ run_id: uuid(50 + n), guarantee, records: 2 }));
    const removed_before = runs.length === 0 ? null : { records: 3, runs };
    const { predicate } = buildStatement({ ...searchInput(), search: { ...searchInput().search!, removed_before } });
    assert.ok('search' in predicate);
    return { ...predicate, runs, open: predicate.does_not_attest.filter((limit) => limit.includes('removed_before')) };
  };
  const steps = by('exact', 'empirical');
  assert.deepEqual(steps.search.removed_before, { records: 3, runs: steps.runs });
  assert.match(steps.open.join(), /hold nothing of records that earlier runs removed by a method which is not exact/);
  assert.equal(by('certified').open.length, 1);
  assert.deepEqual([by('exact').search.removed_before?.runs.length, by('exact').open], [1, []]);
  // as certificates of before have it
  const none = by();
  assert.deepEqual([Object.keys(none.search), none.open], [['models', 'corpora', 'matching_records'], []]);
});

test('a search says of how many corpora nobody can be found any more', () => {
  const search = { ...searchInput().search!, unlinkable: 1 };
  const limits = (input: StatementInput) => buildStatement(input).predicate.does_not_attest.join('\n');
  assert.match(limits({ ...searchInput(), search }), /1 of the corpora: .* a key that was destroyed/);
  assert.doesNotMatch(limits(searchInput()), /destroyed/);
});

test('holds no identifier, external id, record id, prompt or answer', () => {
  const input = unlearningInput();
  // what other parts might hang on to their objects one day
  Object.assign(input.report!, { rows: [{ id: 'record-17', answer: 'Ottilie Quennell' }] });
  Object.assign(input.report!.findings[0]!, { worst: { prompt: 'Where was Ottilie Quennell born?' } });
  Object.assign(input.run!.counts, { by_record: { 'record-17': 1 } });
  Object.assign(input.attempt!.method, { subject: 'ottilie@example.org' });
  Object.assign(input.request, { subject: 'ottilie@example.org' });
  for (const statement of [buildStatement(input), buildStatement({ ...searchInput(), request: input.request })]) {
    const text = JSON.stringify(statement);
    for (const secret of PERSONAL) assert.ok(!text.includes(secret), secret);
  }
});
