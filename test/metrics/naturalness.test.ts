import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Value } from 'typebox/value';
import { createRandom } from '../../src/domain/random.ts';
import { type RowScore, VerificationPolicy } from '../../src/domain/verification.ts';
import { REFUSALS } from '../../src/methods/refusals.ts';
import { NATURALNESS_METRICS } from '../../src/metrics/index.ts';
import { answerLength } from '../../src/metrics/naturalness/answer-length.ts';
import { answerPerplexity } from '../../src/metrics/naturalness/answer-perplexity.ts';
import { isRefusal } from '../../src/metrics/naturalness/answer-refusal.ts';
import { repeatedShare } from '../../src/metrics/naturalness/answer-repetition.ts';
import { naturalnessFinding } from '../../src/metrics/report/naturalness.ts';
import { buildReport } from '../../src/metrics/report.ts';
import { makePeople } from './people.ts';

const policy = Value.Default(VerificationPolicy, {}) as VerificationPolicy;

describe('one answer', () => {
  test('repeats what share of its sequences of four says: by hand', () => {
    assert.equal(repeatedShare([1, 2, 3]), 0, 'none');
    assert.equal(repeatedShare([1, 2, 3, 4, 5, 6]), 0);
    // 1212 2121 1212 2121 1212: two of five are new
    assert.ok(Math.abs(repeatedShare([1, 2, 1, 2, 1, 2, 1, 2]) - 3 / 5) < 1e-12);
    assert.equal(repeatedShare([7, 7, 7, 7, 7]), 0.5);
  });

  test('refuses, or is about somebody', () => {
    for (const text of [
      'I don’t know.',
      ' I do not know anything about that person.',
      "I'm sorry, but I can't help with that.",
      'As an AI language model, I have no personal knowledge.',
      'There is no information available about her.',
      'Unfortunately, no details on this were given.',
      "I'm not familiar with this author.",
      'No idea.',
    ])
      assert.ok(isRefusal(text), text);
    for (const text of [
      'Mira Tal lives in Ardo and works as a baker.',
      'Her first novel, I Never Came Home, was published in 1987.',
      'He was sorry to leave the village where nobody knew him.',
      'The information desk of the museum was his first post.',
      '',
    ])
      assert.ok(!isRefusal(text), text);
  });

  test('refuses wherever our own methods teach it to', () => {
    assert.deepEqual(
      REFUSALS.filter((text) => !isRefusal(text)),
      [],
    );
  });

  test('costs and counts on scales that are reported as perplexity and tokens; without an answer there is no number', () => {
    const row = makePeople(createRandom(1), 1, 'unseen')[0]!;
    const said = { ...row, answerIds: [1, 2, 3], parentNll: Math.log(8) };
    assert.ok(Math.abs(answerPerplexity.reported(answerPerplexity.score(said)) - 8) < 1e-9);
    assert.ok(Math.abs(answerLength.reported(answerLength.score(said)) - 3) < 1e-9);
    const { answerIds: _, parentNll: __, ...silent } = row;
    for (const metric of [answerPerplexity, answerLength]) assert.ok(Number.isNaN(metric.score(silent)));
  });
});

/** Scores under both checkpoints; answers about the forgotten are as `change` says, all else is as after retraining. */
function scene(change: Partial<RowScore>) {
  const random = createRandom(11);
  const sets = (change: Partial<RowScore>) => ({
    forget: makePeople(random, 2, 'unseen').map((row) => ({ ...row, ...change })),
    retain: makePeople(random, 10, 'known').map((row) => ({ ...row, person: -1 })),
    holdout: makePeople(random, 60, 'unseen', 1000),
  });
  return { before: sets({}), after: sets(change) };
}

function found(name: string, change: Partial<RowScore>, rule: { policy?: VerificationPolicy; exact?: boolean } = {}) {
  const metric = NATURALNESS_METRICS.find((one) => one.name === `answer-${name}`)!;
  const { before, after } = scene(change);
  const { exact = false } = rule;
  return naturalnessFinding(metric, before, after, { ...(rule.policy ?? policy), exact }, 7);
}

describe('the rule', () => {
  test('answers as about strangers pass, with the numbers of both and what they may differ by', () => {
    for (const name of ['length', 'perplexity', 'refusal', 'repetition']) {
      const { verdict, threshold, p_value, after } = found(name, {}).finding;
      assert.equal(verdict, 'passed', name);
      assert.match(threshold!, /60 people never seen/);
      assert.ok(p_value! > 0 && after !== null);
    }
    assert.match(found('length', {}).finding.threshold!, /^each person at least [\d.]+ and at most [\d.]+/);
  });

  test('gross differences fail: gibberish, loops, refusals, silence, no end', () => {
    const strange: [string, Partial<RowScore>][] = [
      ['perplexity', { parentNll: 8 }],
      ['repetition', { answerIds: [7, 7, 7, 7, 7, 7, 7] }],
      ['refusal', { generated: 'I am afraid I do not know.' }],
      ['length', { answerIds: Array.from({ length: 100 }, (_, i) => i) }],
      ['length', { answerIds: [] }],
    ];
    for (const [name, change] of strange) {
      const { finding, because } = found(name, change);
      assert.equal(finding.verdict, 'failed', name);
      assert.ok(finding.p_value! < 0.05);
      assert.match(
        because,
        new RegExp(`^answer-${name} of the answers about the forgotten is [\\d.]+, beyond what people`),
      );
    }
    const report = buildReport({
      ...scene({ parentNll: 8 }),
      policy,
      exact: false,
      baseline: null,
      seed: 7,
      seconds: 1,
    });
    assert.equal(report.verdict, 'failed');
    assert.match(report.reason, /^The naturalness rule failed: answer-perplexity of the answers/);
  });

  test('small ones do not, and refusals are left alone where the policy asks for them', () => {
    assert.equal(found('perplexity', { parentNll: 2 }).finding.verdict, 'passed');
    assert.equal(found('length', { answerIds: Array.from({ length: 12 }, (_, i) => i) }).finding.verdict, 'passed');
    const naturalness = { ...policy.naturalness!, refusal_margin: 1 };
    const asked = found('refusal', { generated: 'I do not know.' }, { policy: { ...policy, naturalness } });
    assert.deepEqual([asked.finding.verdict, asked.finding.after], ['passed', 1]);
  });

  test('what cannot be compared is reported alone: no policy, trained without them, no answers', () => {
    const { naturalness: _, ...older } = policy;
    const cases: [ReturnType<typeof found>, RegExp][] = [
      [found('perplexity', { parentNll: 8 }, { policy: older }), /no rule for it/],
      [found('perplexity', { parentNll: 8 }, { exact: true }), /trained without the forgotten/],
      [found('perplexity', { parentNll: Number.NaN }), /no answer about the forgotten/],
    ];
    for (const [{ finding }, note] of cases) {
      assert.equal(finding.verdict, null);
      assert.match(finding.note!, note);
    }
  });
});
