import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { createRandom } from '../../src/domain/random.ts';
import { type Baseline, type RowScore, VerificationPolicy, VerificationReport } from '../../src/domain/verification.ts';
import { baselineFrom, buildReport } from '../../src/metrics/report.ts';
import { type Kind, makePeople } from './people.ts';

const policy = Value.Default(VerificationPolicy, {}) as VerificationPolicy;

interface Scene {
  forget: Kind;
  retain?: Kind;
  forgotten?: number;
  holdout?: number;
  retained?: number;
  exact?: boolean;
  baseline?: Baseline | null;
  seed?: number;
}

/** A parent that knows everybody trained on, and a candidate as the scene says. */
function scene(given: Scene) {
  const { forget, retain = 'known', forgotten = 1, holdout = 60, retained = 20, seed = 1 } = given;
  const { exact = false, baseline = null } = given;
  const random = createRandom(seed);
  const sets = (forgetKind: Kind, retainKind: Kind) => ({
    forget: makePeople(random, forgotten, forgetKind),
    retain: makePeople(random, retained, retainKind).map((row) => ({ ...row, person: -1 })),
    holdout: makePeople(random, holdout, 'unseen', 1000),
  });
  const rule = { policy, exact, baseline };
  return { before: sets('known', 'known'), after: sets(forget, retain), ...rule, seed: 7, seconds: 1.5 };
}

const report = (given: Scene) => buildReport(scene(given));

test('people are the same ones to every attack, whatever order their rows stand in', () => {
  const known = scene({ forget: 'unseen', forgotten: 4, holdout: 80 });
  // of each second person the first record has no gradient, as of a sample
  const sampled = (rows: readonly RowScore[]) =>
    rows.map(({ gradNorm, ...row }, i) => ({
      ...row,
      ...(row.person % 2 === 0 && i % 5 === 0 ? {} : { gradNorm: gradNorm! }),
    }));
  const own = known.after.forget.map((row) => (row.person === 1 ? { ...row, gradNorm: 0.02 } : row));
  const after = { ...known.after, forget: sampled(own), holdout: sampled(known.after.holdout) };
  // one record of everybody, then the next of everybody
  const dealt = (rows: readonly RowScore[]) => [0, 1, 2, 3, 4].flatMap((at) => rows.filter((_, i) => i % 5 === at));
  const interleaved = { ...after, forget: dealt(after.forget), holdout: dealt(after.holdout) };
  assert.deepEqual(buildReport({ ...known, after: interleaved }).findings, buildReport({ ...known, after }).findings);
});

const RETAINED = ['exact-memorization', 'extraction-strength', 'probability', 'rouge-1-recall', 'rouge-l-recall'];
const MEMORY = [...RETAINED, 'sampled-extraction', 'truth-ratio', 'wrapped-prompt-recall'];
const ANSWERS = ['length', 'perplexity', 'refusal', 'repetition'].map((what) => `answer-${what}`);

/** Fits the schema, survives JSON (so holds no NaN), and has every finding once and in order. */
function checkForm(result: VerificationReport): void {
  assert.deepEqual([...Value.Errors(VerificationReport, result)], []);
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
  assert.deepEqual(
    result.findings.map(({ metric, set }) => `${set}/${metric}`),
    [
      ...MEMORY.map((name) => `forget/${name}`),
      ...['grad-norm', 'iam', 'loss', 'min-k', 'min-k-plus-plus', 'reference', 'rmia', 'u-lira', 'zlib'].map(
        (name) => `forget/${name}`,
      ),
      ...ANSWERS.map((name) => `forget/${name}`),
      ...RETAINED.map((name) => `retain/${name}`),
      ...MEMORY.map((name) => `holdout/${name}`),
      ...ANSWERS.map((name) => `holdout/${name}`),
      ...['retain', 'holdout'].map((set) => `${set}/calibration-error`),
      'retain/model-utility',
    ],
  );
}

const find = (result: VerificationReport, set: string, metric: string) =>
  result.findings.find((finding) => finding.set === set && finding.metric === metric)!;

test('rows as after retraining pass, for one person and for several', () => {
  for (const [forgotten, seed] of [
    [1, 11],
    [4, 12],
  ] as const) {
    const result = report({ forget: 'unseen', forgotten, seed });
    checkForm(result);
    assert.equal(result.verdict, 'passed', result.reason);
    assert.deepEqual(result.people, { forget: forgotten, holdout: 60 });
    assert.deepEqual(result.records, { forget: 5 * forgotten, retain: 100, holdout: 300 });
    const attack = find(result, 'forget', 'loss');
    assert.equal(attack.before, 1, 'the attack knows the person under the parent');
    assert.equal(attack.verdict, 'passed');
  }
});

test('rows of a person who is still known fail by memory and by membership', () => {
  const result = report({ forget: 'known' });
  checkForm(result);
  assert.equal(result.verdict, 'failed');
  assert.match(
    result.reason,
    /^The memory rule failed: exact-memorization of the forgotten person is 1, the limit 0\./,
  );
  for (const metric of ['exact-memorization', 'probability', 'rouge-l-recall'])
    assert.equal(find(result, 'forget', metric).verdict, 'failed', metric);
  const attack = find(result, 'forget', 'loss');
  assert.equal(attack.verdict, 'failed');
  assert.equal(attack.after, 1);
  assert.match(attack.note!, /^under-forgot/);
});

test('rows pushed below never-seen people fail as over-forgotten', () => {
  const result = report({ forget: 'over-forgotten' });
  checkForm(result);
  assert.equal(result.verdict, 'failed');
  assert.match(result.reason, /^The membership rule failed: [a-z-]+: over-forgot/);
  assert.equal(find(result, 'forget', 'loss').after, 0);
  assert.equal(find(result, 'forget', 'exact-memorization').verdict, 'passed');
});

test('after retraining, people who are harder than others by nature pass; who is still known fails as ever', () => {
  for (const forgotten of [1, 5]) {
    const result = report({ forget: 'over-forgotten', forgotten, exact: true });
    checkForm(result);
    assert.equal(result.verdict, 'passed', result.reason);
    const attack = find(result, 'forget', 'loss');
    assert.equal(attack.after, 0);
    assert.match(attack.threshold!, /over-forgetting left out/);
    assert.equal(report({ forget: 'known', forgotten, exact: true }).verdict, 'failed');
  }
});

test('one person of several who is still known decides', () => {
  const { before, after, ...rest } = scene({ forget: 'unseen', forgotten: 5, seed: 11 });
  const known = makePeople(createRandom(5), 1, 'known');
  const forget = [...known, ...after.forget.filter((row) => row.person !== 0)];
  const result = buildReport({ before, after: { ...after, forget }, ...rest });
  assert.equal(result.verdict, 'failed');
  assert.match(result.reason, /the worst of the forgotten people is 1/);
  assert.match(find(result, 'forget', 'loss').note!, /oddest person alone: p .* holdout people/);
});

test('with a large holdout one person of several is shown by the attacks too', () => {
  const { before, after, ...rest } = scene({ forget: 'unseen', forgotten: 3, holdout: 300, seed: 11 });
  const known = makePeople(createRandom(5), 1, 'known');
  const forget = [...known, ...after.forget.filter((row) => row.person !== 0)];
  const attack = find(buildReport({ before, after: { ...after, forget }, ...rest }), 'forget', 'loss');
  assert.equal(attack.verdict, 'failed');
  assert.match(attack.note!, /^under-forgot.*oddest person alone: p .*twice the smaller/);
});

test('too few holdout people are inconclusive, and the report says how many it takes', () => {
  const result = report({ forget: 'unseen', holdout: 10, seed: 4 });
  checkForm(result);
  assert.equal(result.verdict, 'inconclusive', result.reason);
  assert.match(result.reason, /membership rule is inconclusive: [a-z-]+: with 1 forgotten and 10 holdout people/);
  assert.match(result.reason, /smallest reachable p is 0\.1818; 40 holdout people would be needed\.$/);
  assert.ok(Math.abs(find(result, 'forget', 'loss').smallest_reachable_p! - 2 / 11) < 1e-12);
});

test('no holdout and no retain set are inconclusive, a failure weighs more', () => {
  const none = report({ forget: 'unseen', holdout: 0 });
  checkForm(none);
  assert.match(none.reason, /^The memory rule is inconclusive: exact-memorization: no holdout people/);
  const alone = report({ forget: 'unseen', retained: 0, seed: 11 });
  checkForm(alone);
  assert.match(alone.reason, /^The utility rule is inconclusive/);
  const failed = report({ forget: 'over-forgotten', retained: 0 });
  assert.equal(failed.verdict, 'failed');
});

test('lost utility fails, and says how much is left', () => {
  const result = report({ forget: 'unseen', retain: 'unseen', seed: 11 });
  checkForm(result);
  assert.equal(result.verdict, 'failed');
  assert.match(result.reason, /^The utility rule failed: exact-memorization on the retain set is 0\.\d+ of the parent/);
});

test('utility is held against the lower of the parent and the checkpoint as registered', () => {
  const lost: Scene = { forget: 'unseen', retain: 'unseen', seed: 11, exact: true };
  const alone = find(report(lost), 'retain', 'rouge-l-recall');
  assert.equal(alone.verdict, 'failed');
  assert.equal(alone.threshold, 'at least 0.95 of the parent checkpoint’s');

  const reached = Object.fromEntries(
    ['probability', 'exact-memorization', 'rouge-l-recall'].map((metric) => [
      metric,
      find(report(lost), 'retain', metric).after! / 0.96,
    ]),
  );
  const result = report({ ...lost, baseline: reached });
  checkForm(result);
  assert.equal(result.verdict, 'passed', result.reason);
  const held = find(result, 'retain', 'rouge-l-recall');
  assert.equal(held.before, alone.before, 'before is the parent’s all the same');
  assert.match(held.threshold!, /^at least 0\.95 of the checkpoint as registered’s 0\.\d+$/);
  assert.match(held.note!, /^after \/ 0\.\d+, the checkpoint as registered’s, = 0\.96$/);

  const less = report({ ...lost, baseline: { ...reached, probability: reached.probability! * 1.1 } });
  assert.match(less.reason, /^The utility rule failed: probability .* 0\.87\d* of the checkpoint as registered’s/);
  const more = report({ ...lost, baseline: { probability: 1, 'exact-memorization': 1, 'rouge-l-recall': 1 } });
  assert.equal(find(more, 'retain', 'rouge-l-recall').threshold, alone.threshold);
  assert.equal(more.verdict, 'failed');
  const nothing = report({ ...lost, baseline: { 'rouge-l-recall': 0 } });
  assert.match(find(nothing, 'retain', 'rouge-l-recall').note!, /as registered scores 0/);
});

test('the baseline is what a report measured on the retain set before; another version’s report gives none', () => {
  const first = report({ forget: 'unseen' });
  assert.deepEqual(
    baselineFrom(first),
    Object.fromEntries(RETAINED.map((metric) => [metric, find(first, 'retain', metric).before])),
  );
  assert.deepEqual(baselineFrom(report({ forget: 'unseen', retained: 0 })), {});
  assert.equal(baselineFrom({ ...first, verifier_version: '1' }), null);
  assert.equal(baselineFrom(null), null);
});

test('holdout records that name nobody cannot stand for people', () => {
  const { after, ...rest } = scene({ forget: 'unseen', seed: 11 });
  const result = buildReport({
    ...rest,
    after: { ...after, holdout: after.holdout.map((r) => ({ ...r, person: -1 })) },
  });
  checkForm(result);
  assert.equal(result.verdict, 'inconclusive');
});

test('a candidate that gives NaN or infinity fails, and no such number leaves', () => {
  for (const broken of [Number.NaN, Number.NEGATIVE_INFINITY]) {
    const { after, ...rest } = scene({ forget: 'unseen' });
    const breakRow = (row: RowScore) => ({
      ...row,
      logProbs: row.logProbs.map(() => broken),
      mu: row.mu.map(() => broken),
    });
    const all = {
      forget: after.forget.map(breakRow),
      retain: after.retain.map(breakRow),
      holdout: after.holdout.map(breakRow),
    };
    const result = buildReport({ ...rest, after: all });
    checkForm(result);
    assert.equal(result.verdict, 'failed');
  }
});

test('answers that were not generated are not claimed', () => {
  const { after, ...rest } = scene({ forget: 'unseen', seed: 11 });
  const silent = after.forget.map(({ generated: _, ...row }) => row);
  const result = buildReport({ ...rest, after: { ...after, forget: silent } });
  checkForm(result);
  assert.match(result.reason, /rouge-l-recall: nothing of the forgotten was measured/);
});

test('what draws nothing out of the parent is not judged of the candidate, but for what it draws out', () => {
  const { before, after, ...rest } = scene({ forget: 'unseen', seed: 11 });
  const silent = before.forget.map((row) => ({ ...row, wrapped: ['nothing'] }));
  const deaf = { ...before, forget: silent };
  const low = buildReport({ before: deaf, after, ...rest });
  assert.equal(find(low, 'forget', 'wrapped-prompt-recall').verdict, null);
  assert.equal(low.verdict, 'passed', low.reason);
  const open = after.forget.map((row) => ({ ...row, wrapped: [row.truth!] }));
  const high = find(
    buildReport({ before: deaf, after: { ...after, forget: open }, ...rest }),
    'forget',
    'wrapped-prompt-recall',
  );
  assert.equal(high.verdict, 'failed');
});

test('people who answer everything by chance leave a memory metric undecided', () => {
  const { after, ...rest } = scene({ forget: 'unseen', seed: 11 });
  const template = after.holdout.map((row) => ({ ...row, generated: row.reference! }));
  const result = buildReport({ ...rest, after: { ...after, holdout: template } });
  checkForm(result);
  assert.equal(find(result, 'forget', 'rouge-l-recall').verdict, null);
  assert.equal(result.verdict, 'passed');
});

test('the same scores and seed give the same report; nothing of a record is in it', () => {
  const given = scene({ forget: 'unseen' });
  const result = buildReport(given);
  assert.deepEqual(buildReport(given), result);
  assert.doesNotMatch(JSON.stringify(result), /brass|cedar|person":/);
});

test('whatever the sizes and kinds, the report has its form and holds no NaN', () => {
  const kind = fc.constantFrom<Kind>('known', 'unseen', 'over-forgotten');
  const scenes = fc.record({
    forget: kind,
    retain: kind,
    forgotten: fc.integer({ min: 0, max: 3 }),
    holdout: fc.integer({ min: 0, max: 8 }),
    retained: fc.integer({ min: 0, max: 3 }),
    seed: fc.nat(1000),
  });
  fc.assert(
    fc.property(scenes, (given) => checkForm(report(given))),
    { numRuns: 40 },
  );
});

test('where nobody new is forgotten an exact candidate is judged by utility and by people forgotten before; any other shows nothing', () => {
  const earlier = { requests: 2, reverified_requests: 2, unobservable_requests: 0, unobservable_since: null };
  const consolidated = (exact: boolean, retain: Kind, back: Kind) => {
    const input = scene({ forget: 'unseen', forgotten: 0, retain, exact });
    const people = makePeople(createRandom(3), 2, back, 5000);
    const found = buildReport({ ...input, after: { ...input.after, earlier: people }, earlier, nobody: true });
    assert.deepEqual([...Value.Errors(VerificationReport, found)], []);
    assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
    assert.ok(found.findings.every(({ set }) => set !== 'forget'));
    return found;
  };
  assert.equal(consolidated(true, 'known', 'unseen').verdict, 'passed');
  assert.equal(consolidated(true, 'known', 'unseen').before!.people, 2);
  assert.match(consolidated(true, 'unseen', 'unseen').reason, /^The utility rule failed/);
  assert.match(consolidated(true, 'known', 'known').reason, /forgotten before failed/);
  assert.equal(consolidated(false, 'known', 'unseen').verdict, 'inconclusive');
});
