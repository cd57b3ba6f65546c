import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { createRandom, seedFrom } from '../../../src/domain/random.ts';
import { VerificationPolicy } from '../../../src/domain/verification.ts';
import { jointTest } from '../../../src/metrics/joint-test.ts';
import { detectableAuc } from '../../../src/metrics/power.ts';
import { levelOf, oneAloneCounts } from '../../../src/metrics/report/level.ts';
import { membershipFindings } from '../../../src/metrics/report/membership.ts';
import { personMeans, scoresByPerson } from '../../../src/metrics/report/people.ts';
import { METRIC_SETS } from '../../../src/metrics/sets.ts';
import { makePeople } from '../people.ts';

const policy = Value.Default(VerificationPolicy, {}) as VerificationPolicy;
const loss = METRIC_SETS['causal-lm'].attacks.find(({ name }) => name === 'loss')!;

test('what a group could have shown is said for the share of the level that its own test has', () => {
  for (const [n, m, shared] of [
    [2, 200, true],
    [2, 100, false],
    [1, 200, false],
  ] as const) {
    const random = createRandom(n + m);
    const sets = {
      forget: makePeople(random, n, 'unseen'),
      retain: [],
      holdout: makePeople(random, m, 'unseen', 1000),
    };
    assert.equal(oneAloneCounts(n, m, policy.membership_alpha), shared);
    const [told] = membershipFindings([loss], sets, sets, { ...policy, exact: false }, 3);
    const scores = (rows: typeof sets.forget) => personMeans(scoresByPerson(rows, loss.score, 'named')!);
    const groups = { forget: scores(sets.forget), holdout: scores(sets.holdout) };
    const joint = jointTest([groups], { seed: seedFrom('3/membership') });
    const level = levelOf(policy, joint.smallest, [n, m]);
    const own = shared ? level / 2 : level;
    assert.equal(told!.finding.detectable!.value, detectableAuc(joint.critical(own), n, m));
  }
});
