// How well the attacks tell two groups apart: what a run may ask about its calibration people before it ends.
import type { Task } from '../domain/architecture.ts';
import type { MembershipAttack } from '../domain/metric.ts';
import type { RowScore } from '../domain/verification.ts';
import { MEMBERSHIP_ATTACKS } from './index.ts';
import { rankTest } from './rank-test.ts';
import { strangersScores } from './report/even-rows.ts';
import { personMeans, scoresByPerson } from './report/people.ts';
import { METRIC_SETS } from './sets.ts';

const STEPWISE = MEMBERSHIP_ATTACKS.filter(({ needs }) => needs === undefined);

/**
 * The smallest two-sided p, over all attacks, of the forgotten against people never seen, by person, as verification
 * computes it for the group. 1 when either group names nobody, 0 when a score is not finite.
 */
export function smallestMembershipP(
  forgotten: readonly RowScore[],
  strangers: readonly RowScore[],
  attacks: readonly MembershipAttack[] = STEPWISE,
): number {
  const ps = attacks.map((attack) => {
    const known = scoresByPerson(forgotten, attack.score, 'named');
    const unseen = strangersScores(forgotten, strangers, attack.score);
    if (!known || !unseen) return 0;
    return known.length === 0 || unseen.length === 0 ? 1 : rankTest(personMeans(known), personMeans(unseen)).p;
  });
  return Math.min(1, ...ps);
}

/** What the unlearning loop is given. */
export function membershipOf(task: Task = 'causal-lm') {
  // what an attack needs beyond the costs of tokens is measured once, at the end
  const attacks = METRIC_SETS[task].attacks.filter(({ needs }) => needs === undefined);
  const smallestP = (forgotten: readonly RowScore[], strangers: readonly RowScore[]) =>
    smallestMembershipP(forgotten, strangers, attacks);
  return { attacks, smallestP };
}

export const MEMBERSHIP = membershipOf();
